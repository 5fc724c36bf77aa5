"""The circuit of the transistor network."""
