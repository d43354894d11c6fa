"""The record as a kill leaves it: the files of the database as they stood at that moment, its log not yet folded in."""

from contextlib import contextmanager


@contextmanager
def keep_as_killed(folder, process):
    """After the block, put back what stood on the disk when `process` was killed, if it was."""
    kept = {}

    def keep():
        kept.update({path: path.read_bytes() for path in _files(folder) if path.exists()})

    process.on_kill.append(keep)
    yield
    if process.is_alive:
        return
    for path in _files(folder):
        path.unlink(missing_ok=True)
        if path in kept:
            path.write_bytes(kept[path])
    (folder / "state.db-shm").unlink(missing_ok=True)


def _files(folder):
    return [folder / name for name in ("state.db", "state.db-wal")]
