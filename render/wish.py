"""What an author asks for, in the order in which it comes to be: findings, shots, a manifest, tasks.

All are frozen: a changed fact is a new record. They know nothing of files, networks, databases or the command line, and
nothing of what was recorded about earlier runs: that is in `records.py`.

    *.shots.yaml ─load─▶ Manifest of Shots, or Problems ─expand─▶ Task, Task, …
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Severity(StrEnum):
    """How much a Problem matters: an error stops, a warning is told."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, slots=True)
class Excerpt:
    """One line of a file, or the part of a long one that a finding is about. Unredacted: `report` shows it."""

    text: str
    #: of its first character, from 1
    column: int = 1


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Problem:
    """One finding about a manifest or a model spec. Sorts by place."""

    #: as the user would open it; relative to the current folder where that is shorter
    file: str
    #: both start at 1; 0 means the file as a whole
    line: int
    column: int
    severity: Severity = Severity.ERROR
    #: the name of the rule that is broken, like `unknown-key`; `render.rules` knows its number
    rule: str
    message: str
    #: what is allowed, and the nearest fix; may be empty
    hint: str = ""
    #: the line it is about; None where there is no text to show
    excerpt: Excerpt | None = field(default=None, compare=False)

    @property
    def is_error(self) -> bool:
        """Whether this finding stops the command."""
        return self.severity is Severity.ERROR


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a value stands in a manifest: line and column, both from 1."""

    line: int
    column: int
    #: as the user would open it; "" where there is only one it can be
    file: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Who gave a parameter of a shot its value, and where it was written."""

    #: `defaults`, `model_defaults`, `preset draft`, `shot`, `matrix`, `zip`, `--set`
    source: str
    #: None where it was not written in a file
    place: Place | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Shot:
    """What the author thinks of: one entry of `shots`, its presets and defaults merged in, nothing filled in yet."""

    id: str
    #: the full model id, aliases resolved: `runware:210@1`
    model: str
    #: the lane it is bought through, called as the provider where the model names none
    lane: str
    #: parameters by our names, each from the strongest source that gave it; texts still hold `${…}`
    params: Mapping[str, Any]
    #: variables by name, the shot's over the file's
    variables: Mapping[str, str]
    tags: tuple[str, ...]
    enabled: bool
    takes: int
    #: the output pattern that holds for this shot
    output: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneWish:
    """What a manifest asks of one lane."""

    name: str
    #: name of the provider whose API it speaks
    kind: str
    concurrency: int | None = None
    #: how many tasks one poll asks about
    poll_batch: int | None = None
    #: nothing is charged here, so a reported price of 0 is true
    is_free: bool = False
    #: the most one result costs, in USD, by full model id: what the author knows better than the catalog
    prices: Mapping[str, float] = field(default_factory=dict)
    #: whether a purchase whose answer was lost may be looked up in the provider's usage log
    adopts_from_log: bool = False
    #: further hosts that this lane's files may come from: exact names, or `*.suffix`
    allow_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class InputFile:
    """A file of the author's that shots name as input, as it was when the manifest was read."""

    #: where it is, from the root
    path: str
    #: as the manifest calls it first
    name: str
    #: hex, of all its bytes
    sha256: str
    size_bytes: int
    #: by what it holds: `image/png`, `audio/wav` …
    media_type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """A valid wish."""

    path: str
    project: str
    shots: tuple[Shot, ...]
    lanes: tuple[LaneWish, ...] = ()
    #: what the whole project may cost, everything in its record included; None for no limit
    budget_usd: float | None = None
    #: what its shots name as input, each digest once
    inputs: tuple[InputFile, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One piece of remote work: one take of one shot."""

    #: `sq010_sh020.t02`; unique in the project
    key: str
    shot: str
    #: counts from 1
    take: int
    model: str
    #: name of the provider that offers the model
    provider: str
    #: name of the lane it is bought through: an account at that provider, or a server that speaks its API
    lane: str
    #: what will be asked for, by our names, texts filled in; only what the author gave, no model defaults
    params: Mapping[str, Any]
    #: where the file belongs, relative to the project's output folder, with `/`
    path: str
    tags: tuple[str, ...] = ()
