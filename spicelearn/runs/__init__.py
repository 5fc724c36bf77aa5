"""Runs: the training loop, the run folder, checkpoints and records."""
