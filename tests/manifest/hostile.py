"""Checks every manifest of a folder as `render validate --json` does, one after the other, in this one process.

Run as a program, so that its limits and its peak memory are its own: `python -m tests.manifest.hostile FOLDER`. It
prints one JSON object: by name of the file, the exit status, what went to stdout and stderr, and CPU seconds; and
below `""` the greatest amount of memory that this process ever held, in bytes.
"""

import contextlib
import io
import json
import resource
import sys
import time
from pathlib import Path

from render.cli import run


def check(path):
    out, err = io.StringIO(), io.StringIO()
    begun = time.process_time()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(["validate", str(path), "--json"])
    return {
        "status": status,
        "out": out.getvalue(),
        "err": err.getvalue(),
        "cpu_s": time.process_time() - begun,
        "peak": peak(),
    }


def peak():
    """The greatest amount of memory held since this program began, in bytes."""
    told = Path("/proc/self/status")
    if told.exists():
        # `ru_maxrss` also counts what the process that was forked for this one held, however large its parent is
        (line,) = (line for line in told.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    checked = {path.name: check(path) for path in sorted(Path(sys.argv[1]).glob("*.shots.yaml"))}
    sys.stdout.write(json.dumps({**checked, "": peak()}))
