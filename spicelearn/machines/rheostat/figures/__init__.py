"""Figures of the rheostat machine: what its recorded codes mean, and its two clock edges."""
