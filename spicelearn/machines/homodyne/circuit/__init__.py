"""The circuit: sources, device, current amplifier."""
