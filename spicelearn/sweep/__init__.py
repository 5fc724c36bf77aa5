"""Sweeps: many runs of one experiment with different values, on one computer or a cluster."""
