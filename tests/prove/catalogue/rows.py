"""The rows of the fault catalogue that are proven here, and why a row may have no case on this machine.

Rows of other letters belong elsewhere: downloads (D) to the proof `files`, security (X) to the proof `secrets`, and
input (I) to the tests of manifests and of the YAML source.
"""

ROWS = (
    *(f"N{number}" for number in range(1, 16)),
    *(f"H{number}" for number in range(1, 14)),
    *(f"R{number}" for number in range(1, 19)),
    *(f"F{number}" for number in range(1, 13)),
    *(f"K{number}" for number in range(1, 9)),
    "C1",
    "C2",
)

#: rows without any case, each with the reason; none at present
UNEXERCISED: dict = {}
