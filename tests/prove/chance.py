"""Where chance begins in a proof: the short form tries the same cases each time, the whole one explores.

What threads, processes and sockets do in which order is left to the machine in both.
"""

import secrets

_SEEDS = 1_000_000


def first_seed(*, quick):
    """The seed to begin with: always the same for the short form, a fresh one for the whole."""
    return 0 if quick else secrets.randbelow(_SEEDS)
