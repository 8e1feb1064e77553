"""The terminal: one conversation, typed line by line or piped in."""
