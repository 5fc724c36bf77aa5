"""The decks to export: one learning window, a machine that trains itself, answers."""
