"""What is wrong with doors, locks, boards and devices, judged from what they report."""
