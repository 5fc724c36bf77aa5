"""The engine: ngspice run cycle by cycle, decks, part models; independent of any machine."""
