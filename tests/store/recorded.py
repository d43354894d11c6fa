"""Attempts to record, and a child process that records them."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from render.records import Artifact, Attempt, Measured, Status, Upload
from render.store import Change, open_store, read_snapshot

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_ROOT = Path(__file__).parent.parent.parent


def an_attempt(no=1, **changes):
    values = {
        "id": f"id-{no}",
        "task_key": f"shot{no}",
        "fingerprint": "f" * 64,
        "number": 1,
        "status": Status.PREPARED,
        "shot": f"shot{no}",
        "take": 1,
        "provider": "runware",
        "model": "runware:210@1",
        "params": {"prompt": "a steam train", "width": 768},
        "path": f"shot{no}.mp4",
        "request": {"taskType": "videoInference"},
        "endpoint": "offline",
        "run_id": "run-1",
        "prepared_at": NOON,
    }
    return Attempt(**{"lane": changes.get("provider", "runware")} | values | changes)


def an_artifact(no=1, **changes):
    measured = Measured(media_type="video/mp4", width_px=768, height_px=512, duration_s=5.0, fps=24.0)
    values = {
        "attempt_id": f"id-{no}",
        "path": f"shot{no}.mp4",
        "sha256": "a" * 64,
        "size_bytes": 9,
        "measured": measured,
    }
    return Artifact(**values | changes)


def an_upload(no=1, **changes):
    values = {
        "provider": "runware",
        "endpoint": "offline",
        "key_mark": "",
        "sha256": f"{no:064x}",
        "media_id": f"0f6d3c2e-6f6a-4a5e-9b57-{no:012x}",
        "uploaded_at": NOON,
    }
    return Upload(**values | changes)


def read_back(path):
    """Read what is recorded at `path`: attempts, oldest first, and artifacts by attempt id."""
    snapshot = read_snapshot(path, project="film", kind="paid")
    return snapshot.attempts, snapshot.artifacts


def opened(path, *, project="film", kind="paid", **waiting):
    return open_store(path, project=project, kind=kind, **waiting)


def made(path, *, count=2):
    """Make a closed record that holds `count` attempts."""
    with opened(path) as store:
        store.write([Change(attempt=an_attempt(no)) for no in range(1, count + 1)])
    return path


def bytes_of(folder):
    """Read what must not change: every file but the lock, the shared-memory index and an empty log."""
    files = [file for file in folder.iterdir() if file.is_file() and file.suffix != ".lock"]
    return {file.name: file.read_bytes() for file in files if not file.name.endswith("-shm") and file.stat().st_size}


def child_command(script, path):
    """The command line of a process that runs `script` with `path`, `opened`, `an_attempt` and `Change` at hand."""
    start = "import os, sys; from pathlib import Path; from recorded import *; path = Path(sys.argv[1])\n"
    return [sys.executable, "-c", start + script, str(path)]


def child(script, path, *, command=None):
    """Start a process that runs `script`, or a command line that leads to it."""
    places = os.pathsep.join([str(_ROOT), str(Path(__file__).parent)])
    return subprocess.Popen(
        command or child_command(script, path),
        env=os.environ | {"PYTHONPATH": places},
        stdout=subprocess.PIPE,
        text=True,
    )
