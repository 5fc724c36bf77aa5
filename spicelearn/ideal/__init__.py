"""The same plants as in `spicelearn.spice`, idealised, in numpy."""
