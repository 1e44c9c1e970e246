"""What a member can do over HTTP."""
