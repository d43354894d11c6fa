"""What can be asked for: the facts about a model, as frozen records.

Facts only, each with its source and the day it was checked; no wording of a provider's pages. Reading the YAML files
these come from is the business of `read.py`. Knows nothing of manifests, tasks or providers' replies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """What sort of value a parameter takes."""

    STRING = "string"
    #: an int and nothing else: 1.0 and true are refused
    INTEGER = "integer"
    #: an int or a finite float
    NUMBER = "number"
    BOOLEAN = "boolean"
    #: a mapping whose keys are `Param.fields`, or anything where `is_open`
    OBJECT = "object"
    #: a list of mappings whose keys are `Param.fields`, of input media, or of anything where `is_open`
    LIST = "list"
    #: a place in a clip: `first`, `last`, or a frame number from 0
    FRAME = "frame"


@dataclass(frozen=True, kw_only=True, slots=True)
class Param:
    """One parameter of one model, by our name and by the provider's."""

    name: str
    #: the provider's spelling
    wire: str
    kind: Kind
    #: one sentence of ours: what it changes in the picture
    about: str = ""
    required: bool = False
    #: what the provider uses when it is absent; None where there is none, or where none is published
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    #: a value is a whole number of these, exactly; a decimal text like "0.01", so that no binary rounding creeps in
    step: str | None = None
    #: in code points
    min_length: int | None = None
    max_length: int | None = None
    #: of a list
    min_items: int | None = None
    max_items: int | None = None
    #: the only values allowed, in the provider's order; empty where a range or a length rules
    allowed: tuple[Any, ...] = ()
    #: what each of `allowed` means, in its order; empty where the values speak for themselves
    meanings: tuple[str, ...] = ()
    #: values inside the range that the provider's page excludes by name; already absent from `allowed`
    excluded: tuple[Any, ...] = ()
    #: `px`, `s`, `frames/s`, `steps`, `%`, or ""
    unit: str = ""
    #: `uri`, `uuid` or ""
    format: str = ""
    #: `image`, `video` or `audio`: the value, or each item of a list, is a file, an address or an id; "" for all else
    media: str = ""
    #: of input media: the kinds of file that are taken, like `image/png`
    media_types: tuple[str, ...] = ()
    #: of input media: the largest file that is taken, in bytes
    max_bytes: int | None = None
    #: of an object, or of each item of a list
    fields: tuple[Param, ...] = ()
    #: contents are the provider's business and passed as they are
    is_open: bool = False
    #: says how a result is delivered, not what it is: never part of a fingerprint
    is_delivery: bool = False
    #: known, but not accepted by this version of renderline
    is_not_yet: bool = False
    #: the range people use, ends included; a legal value outside it is told, not refused
    usual: tuple[float, float] | None = None
    #: where this row is from, if not from the model's own `source`
    source: str = ""


class RuleKind(StrEnum):
    """The sentences a spec can state across parameters. Paths are dotted: `accelerator_options.cache_end_step`."""

    #: all of `params` are given, or none
    TOGETHER = "together"
    #: not more than one of `params` is given
    EXCLUSIVE = "exclusive"
    #: the first of `params` is less than the second, where both are given
    LESS = "less"
    #: the first of `params` is at most the second, where both are given (a default of the second counts as given)
    AT_MOST = "at_most"
    #: while `when` holds, giving one of `params` has no effect
    IGNORED = "ignored"
    #: while `when` holds, one of `params` that is switched on does harm; false and an empty mapping are off
    UNSUITED = "unsuited"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule across parameters, with the sentence a person reads when it is broken."""

    kind: RuleKind
    params: tuple[str, ...]
    say: str
    #: conditions by dotted path, all of which hold of a given value; no default counts. One of {"at_most": number},
    #: {"is": value}, {"is_one_of": [values]}, {"contains_any": [texts]}
    when: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    #: told, but not refused
    is_warning: bool = False
    #: where this rule is from, if not from the model's own `source`
    source: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """What somebody was charged for one request of this shape, or what a page lists; the lowest and highest seen."""

    #: parameters by our names
    when: Mapping[str, Any]
    usd_low: float
    usd_high: float
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelSpec:
    """Everything we know about one model, or about a family of models where `matches` is set."""

    #: the provider's id: `runware:210@1`
    id: str
    name: str
    aliases: tuple[str, ...]
    #: `runware` or `aimlapi`
    provider: str
    #: the provider's task type: `videoInference`, `imageInference`, or "" where it has none
    task: str
    #: `video` or `image`
    medium: str
    #: page or document
    source: str
    #: day on which the source was read, ISO
    checked: str
    #: in the order in which a request states them
    params: tuple[Param, ...]
    #: fields of the request that the runner fills in; a manifest may not
    owned: tuple[Param, ...] = ()
    rules: tuple[Rule, ...] = ()
    #: (width, height) in px, where only pairs are allowed
    sizes: tuple[tuple[int, int], ...] = ()
    prices: tuple[Price, ...] = ()
    #: frames a second of what comes out, where it is not a parameter; None where it is, or for stills
    fps: float | None = None
    #: sizes in px by aspect ratio where width and height are no parameters: {"3:2": (768, 512)}; unknown ones absent
    aspect_sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    #: file extension by output format; the first is the default format's
    extensions: Mapping[str, str] = field(default_factory=dict)
    #: a regular expression over model ids: this spec speaks for every id that matches and has no spec of its own
    matches: str = ""
    #: a sentence about the model as a whole that its users should know; "" where there is none
    note: str = ""

    def param(self, name: str) -> Param | None:
        """The parameter called `name` (our name), or None."""
        return next((param for param in self.params if param.name == name), None)
