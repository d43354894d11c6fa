"""What one download is: a whole run that meets a host of files, a later one whose host is honest, and who watches.

At every event of both runs, and after each, whatever stands under a final name must be the whole true bytes.
"""

import functools
from dataclasses import dataclass, replace

from tests.prove.catalogue.records import AIMLAPI, RUNWARE, Case
from tests.prove.catalogue.theatre import InProcess
from tests.prove.files import bodies, hosts
from tests.runner.stage import clip, picture

_VIDEOS = frozenset({"mp4", "mov", "webm"})


@dataclass(frozen=True, kw_only=True)
class Download(InProcess):
    """A run whose files come from a host of the case's own, and a later one whose host is honest."""

    #: the whole true bytes that may stand under a final name
    truths: tuple = ()

    def play(self, folder):
        """Play both runs; look at what stands under final names at every event, and between and after them."""
        watch = _Watch(self.truths)
        scene = replace(
            self, prepare=functools.partial(_prepare, self, watch), examine=functools.partial(_end, self, watch)
        )
        return InProcess.play(scene, folder)


class _Watch:
    def __init__(self, truths):
        self._truths = set(truths)
        self.findings = []

    def look(self, root, when):
        for path in root.rglob("*.*"):
            is_ours = path.name.startswith((".", "state.", "render.log")) or not path.is_file()
            if not is_ours and path.read_bytes() not in self._truths:
                self.findings.append(f"{when}, {path.name} is not the whole true bytes")


def _prepare(scene, watch, theatre, number):
    if scene.prepare is not None:
        scene.prepare(theatre, number)
    theatre.listener = lambda event: watch.look(theatre.root, f"at {type(event).__name__}")
    if number == 2:
        watch.look(theatre.root, "after the first run")
        theatre.script.strikes = hosts.striking(scene.truths[-1])


def _end(scene, watch, theatre, first, later):
    watch.look(theatre.root, "in the end")
    left = [path.name for path in theatre.root.rglob(".renderline-*")]
    saved = bool(later.counts.get("saved") or later.counts.get("skipped"))
    found = [f"left over: {left}"] if left and saved else []
    return [*watch.findings, *found, *((scene.examine and scene.examine(theatre, first, later)) or ())]


def download(row, kind, variant, outcome, *faults, for_ever=None, is_quick=False, data=None, **scene):
    """One case: faults in their order, then `for_ever` or an honest host; more of `scene` as Download has it."""
    provider = AIMLAPI if kind in _VIDEOS else RUNWARE
    data = bodies.whole(kind) if data is None else data
    first, later = outcome(provider) if callable(outcome) else outcome
    make = clip if provider == AIMLAPI else picture
    told = {
        "tasks": (make("shot0", path=f"shot0.{bodies.extension(kind)}"),),
        "truths": (data,),
        "strikes": hosts.striking(data, *faults, for_ever=for_ever),
        **scene,
    }
    return Case(
        row=row,
        position=bodies.extension(kind),
        provider=provider,
        variant=variant,
        scene=Download(provider=provider, **told),
        first=first,
        later=later,
        is_quick=is_quick,
    )
