"""Schedules: which weights learn in a cycle, which edges are cut out."""
