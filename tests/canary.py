"""Searches everything that was written for what must not be there: a key in any spelling, the query of a signed link.

Every suite renders with this key, and what it wrote is searched before it is thrown away. The one place where a signed
query may stand is the record, which its owner alone can read.
"""

import base64
import json
import os
import re
import stat
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

#: the characters are those that real keys have and that JSON, URLs and shells spell in other ways
KEY = "sk-CANARY+7f3a/91c2=4e5d60b8"
QUERY = "CANARY-SIGNATURE-5f1e9a77c3"
#: beside the folders of a proof: a line of what was found in each
_ACCOUNTS = "searched.jsonl"
_RECORD = frozenset({"state.db", "state.db-wal"})
_PRIVATE = frozenset({"state.db", "state.db-wal", "state.db-shm", "render.log"})
#: characters that are spelled as numbers, in JSON or in a URL; any of them may be
_BY_NUMBER = re.compile(rb"\\u00([0-9a-fA-F]{2})|%([0-9a-fA-F]{2})")


@dataclass(frozen=True, kw_only=True)
class Searched:
    """What a search showed: how many texts and files it went through, and every leak in words."""

    texts: int
    octets: int
    leaks: tuple


def spellings(secret):
    """A secret as it may be met: plain, in JSON, in a URL, packed."""
    escaped = "".join(f"\\u{ord(character):04x}" for character in secret)
    packed = base64.b64encode(secret.encode()).decode().rstrip("=")
    forms = {secret, json.dumps(secret)[1:-1], quote(secret, safe=""), quote_plus(secret), escaped, packed}
    return {form.encode() for form in {*forms, secret.upper(), secret.lower(), secret[::-1]}}


def search(texts, folders, *, key=KEY, query=QUERY, excused=()):
    """Go through `texts`, by name, and every file below `folders`; files in `excused` may hold the key."""
    keys, queries = spellings(key), spellings(query)
    leaks, octets = [], 0
    for name, text in texts.items():
        data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        octets += len(data)
        leaks += _met(name, data, {"the key": keys, "the signed query": queries})
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in files:
        data = path.read_bytes()
        octets += len(data)
        wanted = {} if path in excused else {"the key": keys}
        leaks += _met(str(path), data, wanted if path.name in _RECORD else {**wanted, "the signed query": queries})
    names = "\n".join(os.fsdecode(path) for path in files)
    leaks += _met(
        "the names of files", names.encode("utf-8", "surrogateescape"), {"the key": keys, "the signed query": queries}
    )
    return Searched(texts=len(texts) + len(files), octets=octets, leaks=tuple(leaks))


def open_to_others(folders):
    """Say which files of a record or a log below `folders` others can read."""
    for path in (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()):
        mode = stat.S_IMODE(path.stat().st_mode)
        if path.name in _PRIVATE and mode & 0o077:
            yield f"{path.name} is open to others: {mode:o}"


@contextmanager
def own_folder(parent):
    """Give a new folder below `parent`, which is searched and removed at the end; `total` adds up what was found."""
    with tempfile.TemporaryDirectory(prefix="case-", dir=parent) as own:
        yield Path(own)
        account(Path(own), beside=parent)


def account(folder, *, beside):
    """Search `folder` and write down beside it what was found."""
    found = search({}, [folder])
    line = json.dumps([found.texts, found.octets, found.leaks])
    with (beside / _ACCOUNTS).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def total(folder):
    """What was found in a folder, and in everything that was in it and accounted for before it was removed."""
    left = search({}, [folder])
    accounts = folder / _ACCOUNTS
    lines = accounts.read_text(encoding="utf-8").splitlines() if accounts.is_file() else ()
    found = [(left.texts, left.octets, left.leaks), *map(json.loads, lines)]
    return Searched(
        texts=sum(texts for texts, _, _ in found),
        octets=sum(octets for _, octets, _ in found),
        leaks=tuple(leak for _, _, leaks in found for leak in leaks),
    )


def _met(where, data, wanted):
    plain = _BY_NUMBER.sub(lambda found: bytes([int(found[1] or found[2], 16)]), data).replace(b"\\/", b"/")
    for what, forms in wanted.items():
        if any(form in data or form in plain for form in forms):
            yield f"{what} stands in {where}"
