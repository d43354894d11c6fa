"""Deterministic simulation: the real runner and the real server in one process, on a virtual clock and network.

Everything that falls by chance falls from one number, so a seed that fails is its own way to be seen again:

    python -m tests.prove.simulation --seed N
"""

from tests.prove.simulation.proof import run

__all__ = ["run"]
