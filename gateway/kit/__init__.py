"""What every subject stands on: time, the database, refusals, the audit trail."""
