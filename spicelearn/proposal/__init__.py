"""Task files for a table of one's own: its columns, what can be learned of it, roles of nodes."""
