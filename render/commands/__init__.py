"""One file a command: parse, call, print, return the exit status."""
