"""Kinds of task, and tasks from files; the built-in tasks are in their machine's package."""
