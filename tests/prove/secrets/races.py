"""Links planted while files are saved: a thread swaps target, temporary file and folders for links all the while.

Outside the output folder lies what the links lead to. Whatever the folder's answer is, nothing out there may change,
appear or vanish, and none of it may turn up inside under a final name.
"""

import asyncio
import contextlib
import hashlib
import itertools
import os
import random
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from render.artifacts.folder import ArtifactFolder, Delivery
from render.artifacts.part import part_name
from render.errors import ArtifactError
from render.layout import EARLIER
from tests.containers.samples import whole

_ATTEMPT = "0b5c6a52-6f57-4f5e-8d0e-6b1a3f2f9d11"
_SECRET = b"what lies outside is nobody's business"
_PIECE = 200


@dataclass(frozen=True, kw_only=True)
class Raced:
    """What a race showed."""

    saved: int
    refused: int
    swaps: int
    breaches: tuple


def race(folder, *, seconds, make=ArtifactFolder):
    """Let the folder that `make` opens save the same few files for so long, against a thread that swaps what it can."""
    root, outside = folder / "renders", folder / "outside"
    for each in (root / "a", outside / "a"):
        each.mkdir(parents=True)
    for name in ("shot.png", "other.png", part_name(_ATTEMPT), "a/shot.png", f"a/{part_name(_ATTEMPT)}"):
        (outside / name).write_bytes(_SECRET)
    before = _seen(outside)
    swapper = _Swapper(root, outside)
    with swapper:
        saved, refused, strange = asyncio.run(_save(make(root), until=time.monotonic() + seconds))
    breaches = [f"outside, {name} was {what}" for name, what in _changes(before, _seen(outside))]
    breaches += [
        f"{path.name} inside holds what lies outside" for path in _inside(root) if path.read_bytes() == _SECRET
    ]
    return Raced(saved=saved, refused=refused, swaps=swapper.swaps, breaches=(*breaches, *strange))


async def _save(folder, *, until):
    data = whole("png")
    counts, strange = {True: 0, False: 0}, []
    for number in itertools.count():
        if time.monotonic() > until:
            break
        try:
            await _one_step(folder, number, data)
            counts[True] += 1
        except ArtifactError:
            counts[False] += 1
        except Exception as error:  # noqa: BLE001 - anything else is what a bug looks like from here
            strange.append(f"ended in {error!r}")
    return counts[True], counts[False], strange


async def _one_step(folder, number, data):
    before_naming = _nothing_more if number % 2 else None
    if number % 3 == 2:
        below = ("a/", "")[number // 6 % 2]
        # every second time what is placed is another file than was recorded
        digest = hashlib.sha256(data).hexdigest() if number // 12 % 2 else "0" * 64
        await folder.place(f"{below}shot.png", target=f"{below}other.png", sha256=digest, before_naming=before_naming)
        return
    target = ("a/shot.png", "shot.png")[number % 3]
    delivery = Delivery(attempt_id=_ATTEMPT, target=target, expected_bytes=len(data))
    await folder.receive(_pieces(data), delivery=delivery, before_naming=before_naming)


async def _nothing_more(_):
    """Let what stands there be kept, and say no word of it."""


async def _pieces(data):
    for start in range(0, len(data), _PIECE):
        yield data[start : start + _PIECE]
        await asyncio.sleep(0)


class _Swapper(threading.Thread):
    """Puts links, folders and files where the folder wants to work, without end."""

    def __init__(self, root, outside):
        super().__init__(daemon=True)
        self._root = root
        self._outside = outside
        self._is_over = threading.Event()
        self._chance = random.Random(7)
        self.swaps = 0

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        self.join()

    def run(self):
        part = part_name(_ATTEMPT)
        names = (
            "a",
            "a/shot.png",
            f"a/{part}",
            "shot.png",
            "other.png",
            part,
            "a/other.png",
            EARLIER,
            f"a/{part}".replace(".part", ".note"),
        )
        while not self._is_over.is_set():
            with contextlib.suppress(OSError):
                self._swap(self._chance.choice(names))
                self.swaps += 1
            time.sleep(self._chance.random() * 0.002)

    def _swap(self, name):
        path = self._root / name
        if path.parent.is_symlink():
            # it was put there by this thread, which alone makes links, and what stands behind it is not to be touched
            return
        # a rename takes the place of a name at once, as whoever means harm would do it
        aside = self._root / f".aside-{self._chance.getrandbits(32):x}"
        kind = self._chance.choice(("link", "link", "folder", "file", "nothing"))
        if kind == "link":
            aside.symlink_to(self._outside / name if self._chance.random() < 0.7 else self._outside)
        elif kind == "folder":
            aside.mkdir()
        elif kind == "file":
            aside.write_bytes(b"in the way")
        if path.is_dir() and not path.is_symlink():
            path.rename(self._root / f".gone-{self._chance.getrandbits(32):x}")
        if kind == "nothing":
            path.unlink(missing_ok=True)
        else:
            aside.replace(path)


def _seen(outside):
    found = {}
    for path in sorted(outside.rglob("*")):
        about = path.lstat()
        content = path.read_bytes() if path.is_file() else None
        # a sync of a folder or a look into it leaves these as they are
        found[str(path.relative_to(outside))] = (
            content,
            about.st_mode,
            about.st_size,
            about.st_mtime_ns,
            about.st_nlink,
        )
    return found


def _changes(before, after):
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield name, "made" if name not in before else "removed" if name not in after else "changed"


def _inside(root):
    """Plain files that stand inside, found without following any link."""
    for path, _, names in os.walk(root, followlinks=False):
        for name in names:
            found = Path(path, name)
            if found.is_file() and not found.is_symlink():
                yield found
