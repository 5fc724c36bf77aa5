"""The ``spicelearn`` command, one file per subcommand."""
