"""Circuit equations solved by numpy and scipy, for the idealised models."""
