"""What state.db looks like inside: its marks, its tables, and the way from an older version to this one.

Owns the SQL that defines; the SQL that reads and writes rows is in `record`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.errors import StateError
from render.store.checksum import row_checksum

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

#: "RNDL": says that a database is ours
APPLICATION_ID = 0x524E444C
#: goes up with every change of a table; older databases come along by `_MIGRATIONS`
VERSION = 4

# A seed may need 64 bits without a sign, more than an INTEGER of SQLite holds; it is kept as a decimal text.
# Two attempts under one number would be one purchase made twice, so the database refuses them.
TABLES = """
CREATE TABLE meta (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    project TEXT NOT NULL,
    kind TEXT NOT NULL,
    created TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
);
CREATE TABLE runs (
    run_id TEXT PRIMARY KEY NOT NULL,
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    started TEXT NOT NULL,
    ended TEXT,
    exit_status INTEGER
);
CREATE TABLE attempts (
    born INTEGER PRIMARY KEY,
    sequence INTEGER NOT NULL UNIQUE,
    id TEXT NOT NULL UNIQUE,
    task_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    number INTEGER NOT NULL,
    status TEXT NOT NULL,
    shot TEXT NOT NULL,
    take INTEGER NOT NULL,
    provider TEXT NOT NULL,
    lane TEXT NOT NULL,
    model TEXT NOT NULL,
    params TEXT NOT NULL,
    path TEXT NOT NULL,
    request TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    prepared_at TEXT NOT NULL,
    submitted_at TEXT,
    rendered_at TEXT,
    saved_at TEXT,
    source_url TEXT NOT NULL,
    result_id TEXT NOT NULL,
    seed TEXT,
    cost_usd REAL,
    ceiling_usd REAL,
    key_mark TEXT NOT NULL,
    error_kind TEXT NOT NULL,
    error_message TEXT NOT NULL,
    is_final INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    UNIQUE (endpoint, task_key, fingerprint, number)
);
CREATE TABLE artifacts (
    attempt_id TEXT PRIMARY KEY NOT NULL REFERENCES attempts (id),
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    width_px INTEGER,
    height_px INTEGER,
    duration_s REAL,
    fps REAL,
    checksum INTEGER NOT NULL
);
"""

# Rows of it bear no number of a write: to lose one costs a file sent once more, and no money.
UPLOADS = """
CREATE TABLE uploads (
    provider TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    key_mark TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    media_id TEXT NOT NULL,
    uploaded_at TEXT NOT NULL,
    checksum INTEGER NOT NULL,
    UNIQUE (provider, endpoint, key_mark, sha256)
)"""

# The columns are spelled out: what version 2 checks never changes, whatever later versions add.
_TO_VERSION_2 = (
    "ALTER TABLE attempts ADD COLUMN ceiling_usd REAL",
    "ALTER TABLE attempts ADD COLUMN key_mark TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE attempts ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE artifacts ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0",
    """UPDATE attempts SET checksum = row_checksum(
        sequence, id, task_key, fingerprint, number, status, shot, take, provider, model, params, path, request,
        endpoint, remote_id, run_id, prepared_at, submitted_at, rendered_at, saved_at, source_url, result_id, seed,
        cost_usd, ceiling_usd, key_mark, error_kind, error_message, is_final)""",
    """UPDATE artifacts SET checksum = row_checksum(
        attempt_id, path, sha256, size_bytes, media_type, width_px, height_px, duration_s, fps)""",
)
# Until then every lane was called as its provider. A row that is not as it was written keeps the checksum that says so.
_TO_VERSION_3 = (
    "ALTER TABLE attempts ADD COLUMN lane TEXT NOT NULL DEFAULT ''",
    "UPDATE attempts SET lane = provider",
    """UPDATE attempts SET checksum = row_checksum(
        sequence, id, task_key, fingerprint, number, status, shot, take, provider, lane, model, params, path, request,
        endpoint, remote_id, run_id, prepared_at, submitted_at, rendered_at, saved_at, source_url, result_id, seed,
        cost_usd, ceiling_usd, key_mark, error_kind, error_message, is_final)
    WHERE checksum = row_checksum(
        sequence, id, task_key, fingerprint, number, status, shot, take, provider, model, params, path, request,
        endpoint, remote_id, run_id, prepared_at, submitted_at, rendered_at, saved_at, source_url, result_id, seed,
        cost_usd, ceiling_usd, key_mark, error_kind, error_message, is_final)""",
)
#: by the version they start from: the statements that lead to the next one
_MIGRATIONS: Mapping[int, Sequence[str]] = {1: _TO_VERSION_2, 2: _TO_VERSION_3, 3: (UPLOADS,)}


def create_tables(connection: sqlite3.Connection, *, project: str, kind: str) -> None:
    """Make an empty database ours, in one transaction."""
    connection.executescript(f"BEGIN; PRAGMA application_id = {APPLICATION_ID}; {TABLES} {UPLOADS};")
    connection.execute("INSERT INTO meta (only_row, project, kind) VALUES (1, ?, ?)", (project, kind))
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def steps_from(
    version: int, *, migrations: Mapping[int, Sequence[str]] = _MIGRATIONS, target: int = VERSION
) -> list[int]:
    """List the versions that are passed through on the way from an older database to `target`, in order.

    Raises:
        StateError: there is no way.
    """
    steps = list(range(version, target))
    missing = [step for step in steps if step not in migrations]
    if missing:
        raise StateError(
            f"the record has version {version}, and no way leads on from version {missing[0]}",
            hint="open it with the renderline that wrote it",
        )
    return steps


def migrate(
    connection: sqlite3.Connection, *, migrations: Mapping[int, Sequence[str]] = _MIGRATIONS, target: int = VERSION
) -> None:
    """Bring an older database to `target` in one transaction; the caller has made a copy.

    Raises:
        StateError: there is no way from its version.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    steps = steps_from(version, migrations=migrations, target=target)
    connection.create_function("row_checksum", -1, row_checksum, deterministic=True)
    connection.execute("BEGIN IMMEDIATE")
    for statement in (statement for step in steps for statement in migrations[step]):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {target}")
    connection.execute("COMMIT")
