"""Says what the axes of a shot make of it: the values of a range, every combination in order, and what each is called.

    matrix: {seed: [1, 2], steps: [20, 28]}   ->   id.seed-1.steps-20 · id.seed-1.steps-28 · id.seed-2.steps-20 …

Pure. Knows nothing of places in a file, and not whether a value fits its parameter.
"""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from render.catalog.wording import plain
from render.variables import fill_in, variables_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction

MAX_TASKS_OF_A_SHOT = 10_000
LONGEST_ID = 100

_AWKWARD = re.compile(r"[^a-z0-9._]+")
_HASH_LENGTH = 8


class AxisKind(StrEnum):
    """What an axis varies."""

    MODEL = "model"
    PRESET = "preset"
    PARAMETER = "parameter"
    VARIABLE = "variable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """One thing that differs from task to task of a shot, and its values in order."""

    name: str
    kind: AxisKind
    #: at least one; none twice, unless what goes in step with it differs
    values: tuple[Any, ...]
    #: each value as it stands in an id
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Axes:
    """The axes of one shot: those of `matrix` are multiplied, those of `zip` go in step and turn fastest."""

    matrix: tuple[Axis, ...]
    #: all of one length
    zipped: tuple[Axis, ...]

    @property
    def all(self) -> tuple[Axis, ...]:
        """Every axis, in the order in which ids name them."""
        return (*self.matrix, *self.zipped)

    @property
    def count(self) -> int:
        """How many combinations there are."""
        made = len(self.zipped[0].values) if self.zipped else 1
        for axis in self.matrix:
            made *= len(axis.values)
        return made

    def combinations(self) -> Iterator[tuple[int, ...]]:
        """Yield one position an axis, in the order of `all`; later axes turn faster."""
        sides = [range(len(axis.values)) for axis in self.matrix]
        if not self.zipped:
            yield from itertools.product(*sides)
            return
        width = len(self.zipped)
        for *outer, step in itertools.product(*sides, range(len(self.zipped[0].values))):
            yield (*outer, *(step,) * width)


def count_of_range(start: float, end: float, step: float) -> int:
    """Say how many values a range has: none where `step` does not lead from `start` to `end`."""
    if not step:
        return 0
    return max(0, int((_exact(end) - _exact(start)) // _exact(step)) + 1)


def values_of_range(start: float, end: float, step: float) -> tuple[float, ...]:
    """Return the numbers from `start` in steps of `step` up to `end`, which is among them where a step hits it.

    Counted in decimals, exactly as written. Whole results are whole numbers, unless `start` was written as 1.0.
    """
    if isinstance(start, int) and isinstance(step, int):
        return tuple(start + step * at for at in range(count_of_range(start, end, step)))
    first, width = _exact(start), _exact(step)
    stays_decimal = _has_point(start) and start == int(start)
    made = (first + width * at for at in range(count_of_range(start, end, step)))
    return tuple(int(value) if value.denominator == 1 and not stays_decimal else float(value) for value in made)


def words_for(values: Sequence[Any]) -> tuple[str, ...]:
    """Return each value as it stands in an id; where two that differ would look alike, both carry a hash."""
    words = [word_for(value) for value in values]
    if all(words) and len(set(words)) == len(words):
        return tuple(words)
    meant: dict[str, set[str]] = {}
    for word, value in zip(words, values, strict=True):
        meant.setdefault(word, set()).add(identity(value))
    return tuple(
        word if word and len(meant[word]) == 1 else "-".join(filter(None, (word, _hash(_canonical(value)))))
        for word, value in zip(words, values, strict=True)
    )


def word_for(value: Any) -> str:
    """Return a value as one word: `DPM++ 2M Karras` -> `dpmpp-2m-karras`, 5.0 -> `5`; "" where no letter is left."""
    if isinstance(value, dict):
        return word_for([part for pair in value.items() for part in pair])
    if isinstance(value, list):
        return "-".join(filter(None, map(word_for, value)))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return plain(value).removesuffix(".0").replace("+", "")
    bare = unicodedata.normalize("NFKD", plain(value)).lower().replace("+", "p")
    letters = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return _AWKWARD.sub("-", letters).strip("-.")


def identity(value: Any) -> str:
    """Return what two values have in common if they are one and the same: 5 and 5.0 are."""
    return _canonical(int(value) if isinstance(value, float) and value.is_integer() else value)


def called(template: str, axes: Axes, at: Sequence[int], variables: Mapping[str, str]) -> str:
    """Return the id of one combination: `${…}` filled in, `.name-value` for every axis that does not stand in it.

    Unknown variables stay as they are. Past 100 characters an id is cut and ends in a hash of the whole.
    """
    if not at and "${" not in template:
        return template
    words = {axis.name: axis.words[position] for axis, position in zip(axes.all, at, strict=True)}
    standing = variables_in(template)
    filled: str = fill_in(template, {**variables, **words}) if "${" in template else template
    whole = "".join([filled, *(f".{name}-{word}" for name, word in words.items() if name not in standing)])
    if len(whole) <= LONGEST_ID or not words:
        return whole
    return f"{whole[: LONGEST_ID - _HASH_LENGTH - 1].rstrip('.-_')}-{_hash(whole)}"


def _exact(number: float) -> Fraction:
    # few shots have a range, and this takes a while to import
    from fractions import Fraction  # noqa: PLC0415

    # a double stands for the shortest decimal that leads to it, and that is what the author wrote
    return Fraction(repr(number)) if _has_point(number) else Fraction(number)


def _has_point(number: Any) -> bool:
    return isinstance(number, float)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _hash(text: str) -> str:
    # as above: wanted for the longest of ids alone
    import hashlib  # noqa: PLC0415

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_LENGTH]
