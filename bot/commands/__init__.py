"""The command line, a module for each command; no rule of the work is written here."""
