"""The figures of the machine."""
