"""The ``spicelearn`` command, one file a subcommand."""
