"""Names in the deck of a machine that has a free and a clamped network."""

from __future__ import annotations

from ..network.graph import Network, Output, label


def free_node(network: Network, node: int) -> str:
    """Return the circuit node of a network node in the free network; inputs are common to both."""
    return f"in{node}" if node in network.inputs else f"f{node}"


def clamped_node(network: Network, node: int) -> str:
    """Return the circuit node of a network node in the clamped network.

    Nodes that one-way amplifiers hold are common to both networks, as inputs are.
    """
    return free_node(network, node) if node in network.common else f"c{node}"


def output_name(letter: str, output: Output) -> str:
    """Return a name for what belongs to an output: a letter, then its node or its two nodes."""
    return letter + label(output).replace("-", "_")


def target_node(output: Output) -> str:
    """Return the circuit node that is at the target of an output; its source is called so too."""
    return output_name("t", output)
