"""Hand-written SPICE part models, one ``.lib`` a part; the file name is the subcircuit's name."""
