"""The decks to export: one clock cycle, one edge, a machine that trains itself."""
