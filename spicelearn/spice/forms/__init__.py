"""Decks to be read and run by plain ``ngspice -b``, one form a file."""
