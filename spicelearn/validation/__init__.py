"""Validation: a circuit against its theory, and the cost of each imperfection."""
