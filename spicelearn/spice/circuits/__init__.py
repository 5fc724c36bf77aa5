"""Generated circuits, one noun a file; `twin.twin_deck` puts them together."""
