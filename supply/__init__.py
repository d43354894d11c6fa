"""What renderline stands on, looked at from outside: the audit of its dependencies."""
