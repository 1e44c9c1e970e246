"""Who people are: members, staff, their passwords and sessions."""
