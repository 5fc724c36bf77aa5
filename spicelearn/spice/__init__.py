"""The circuit plant: part models, generated decks, the ngspice session."""
