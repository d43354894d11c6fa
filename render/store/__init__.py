"""Owns state.db: what was asked for, what came back, and one writer at a time.

Guarantee: what `Store.write` returned from is on the disk, whole, whatever happens next; after a crash the record is
what was acknowledged, or it is refused and left as it was. Every row bears a checksum, so that no flipped bit passes
for a fact; a write-ahead log that was cut is noticed by the count kept in `state.lock`.
Limits: on a network file system locks and shared memory may not hold.
Knows nothing of manifests, providers or media files.
"""

from __future__ import annotations

from render.store.lock import LockHolder, writer_of
from render.store.reading import read_snapshot
from render.store.record import Store, open_store
from render.store.writing import Change, Known

__all__ = ["Change", "Known", "LockHolder", "Store", "open_store", "read_snapshot", "writer_of"]
