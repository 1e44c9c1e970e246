"""What staff can do over HTTP."""
