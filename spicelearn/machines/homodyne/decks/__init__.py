"""Decks that plain ngspice runs."""
