"""What the clock makes the house do, and whether it does: each job's last run, kept so that anybody can look."""
