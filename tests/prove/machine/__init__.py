"""A project lives through any sequence of edits, crashes, full disks, jumps of the clock and troubles of the server.

`run` plays it where a file system of its own can be mounted, so that it may be filled; else without full disks.
"""

import json
import subprocess
import sys
from dataclasses import asdict

from tests.prove.chance import first_seed
from tests.prove.machine.play import FULL, QUICK, play
from tests.prove.section import Figure, Section

_MOUNT = 'mount -t tmpfs -o size=48m none "$1" && shift && exec "$@"'
_PATIENCE_S, _SHRINKING_S = 900, 7200


def run(*, quick, folder):
    """Play the examples and tell what was found."""
    return played(examples=QUICK if quick else FULL, seed=first_seed(quick=quick), folder=folder)


def played(*, examples, seed, folder, shrinks=False):
    """Play examples from a seed where the disk may be filled, if there can be such a place."""
    room, found = folder / "room", folder / "found.json"
    room.mkdir()
    if not _can_mount():
        return play(examples=examples, seed=seed, folder=folder, room=None, shrinks=shrinks)
    command = [sys.executable, "-m", "tests.prove.machine", f"--examples={examples}", f"--seed={seed}"]
    inside = [*command, f"--folder={folder}", f"--room={room}", f"--json={found}", *(["--shrink"] if shrinks else [])]
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", _MOUNT, "sh", str(room), *inside],
        capture_output=True, text=True, timeout=_SHRINKING_S if shrinks else _PATIENCE_S, check=False,
    )  # fmt: skip
    if not found.exists():
        raise RuntimeError(f"the state machine did not come to its end\n{done.stdout}\n{done.stderr}")
    return read_section(json.loads(found.read_text()))


def write_section(path, section):
    """Keep a section in a file for the process that asked for it."""
    path.write_text(json.dumps(asdict(section)))


def read_section(found):
    """The section that `write_section` kept."""
    figures = tuple(Figure(**figure) for figure in found.pop("figures"))
    return Section(**{**found, "figures": figures, "breaches": tuple(found["breaches"])})


def _can_mount():
    try:
        return not subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False).returncode
    except FileNotFoundError:
        return False
