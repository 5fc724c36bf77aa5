"""What recorded gates mean, for the pages of a run."""
