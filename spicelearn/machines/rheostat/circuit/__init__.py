"""The circuit: one of its parts per file; `twin.twin_deck` assembles them."""
