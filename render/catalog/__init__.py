"""Facts about models: what can be asked for, where it is from, and when it was checked."""
