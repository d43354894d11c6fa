"""Writes the inputs that the corpus begins with, where they are not there yet: `python -m tests.prove.replies`."""

import sys

from tests.prove.replies.corpus import FOLDER
from tests.prove.replies.seeds import seeds


def main():
    written = 0
    for kind, inputs in seeds().items():
        (FOLDER / kind).mkdir(parents=True, exist_ok=True)
        for name, data in inputs.items():
            path = FOLDER / kind / f"{name}.bin"
            if not path.exists():
                path.write_bytes(data)
                written += 1
    sys.stdout.write(f"{written} inputs written\n")


if __name__ == "__main__":
    main()
