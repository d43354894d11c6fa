"""What goes wrong on purpose: read as a script, counted by event, done to the request it strikes."""
