"""Reads what a page says of parameters together: in the text of one of them, in a section of its own, or by a pair.

Only sentences that a spec can state are understood; of those a page keeps apart for it, the others are told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from render.catalog.pages.page import unread
from render.catalog.spec import Rule, RuleKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from render.catalog.pages.facts import Notes
    from render.catalog.pages.known import Known
    from render.catalog.pages.page import Page, Row

    WirePath = tuple[str, ...]

_W = r"`?([A-Za-z]\w*)`?"
_IGNORED = re.compile(rf"Ignored when [^.(]{{0,80}}\({_W} ≤ (-?[\d.]+)\)")
_GREATER = re.compile(rf"[Mm]ust be greater than {_W}")
_LESS = re.compile(rf"[Mm]ust be less than {_W}")
_AT_MOST = re.compile(rf"less than or equal to {_W}")
_INSTEAD = re.compile(rf"Alternative to {_W}")
_EITHER = re.compile(rf"The {_W} and {_W} parameters are mutually exclusive")
_TOGETHER = re.compile(r"`([\w.]+)` and `([\w.]+)` must be used together\.?\Z")
_NOT_WITH = re.compile(r"`([\w.]+)` cannot be used (?:together )?with `([\w./]+)`\.?\Z")
_ONE_OF = re.compile(r"Either provide `[\w./]+`, or specify `([\w./]+)`\.?\Z")
#: the page that says so of all models
_CACHES_SOURCE = 'Runware documentation, page "Video inference API", under acceleratorOptions'
_MOST_PAIRS = 8
_STOCHASTIC = ["SDE", "Ancestral", "Euler a"]
_CACHES = ("teaCache", "fbCache", "dbCache")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Names:
    """Where parameters stand in the spec, by the provider's names."""

    paths: Mapping[WirePath, tuple[str, ...]]

    def of(self, path: WirePath) -> str:
        """The dotted name of the parameter at a path, or "" where there is none."""
        # every other step is `params` or `fields`
        return ".".join(self.paths.get(path, ())[1::2])

    def near(self, word: str, row: Row) -> str:
        """The dotted name of what a sentence below `row` calls `word`: a neighbour, or a parameter at the top."""
        return self.of((*row.path[:-1], word)) or self.of((word,))


class Rules:
    """The rules of one page."""

    def __init__(self, page: Page, paths: Mapping[WirePath, tuple[str, ...]], params: Mapping[str, Any]) -> None:
        self._page, self._names, self._params = page, _Names(paths=paths), params

    def rows(self, known: Known, notes: Notes) -> list[dict[str, Any]]:
        """Return the rules as they stand in a spec, each once, worded as the catalog does where it knows them."""
        found = [*self._stated(notes), *(rule for row in self._page.rows for rule in self._of_row(row))]
        found += [*self._caches(), *self._safety()]
        firsts = {(rule.kind, rule.params, str(rule.when)): rule for rule in reversed(found)}
        ordered = [rule for rule in found if firsts[rule.kind, rule.params, str(rule.when)] is rule]
        return [_row(rule, known) for rule in ordered]

    def loosened(self) -> set[str]:
        """Return the parameters that others may stand for, so that they need not be given whatever their rows say."""
        free: set[str] = set()
        for _, sentence in self._page.constraints:
            found = _NOT_WITH.match(sentence) or _ONE_OF.match(sentence)
            if found:
                free.update(found.groups()[-1].split("/"))
        return free

    def _stated(self, notes: Notes) -> Iterator[Rule]:
        for line, sentence in self._page.constraints:
            together, apart = _TOGETHER.match(sentence), _NOT_WITH.match(sentence)
            pairs = [together.groups()] if together else []
            pairs += islice(product(*(words.split("/") for words in apart.groups())), _MOST_PAIRS + 1) if apart else []
            named = [tuple(self._names.of(tuple(word.split("."))) for word in pair) for pair in pairs]
            if not 0 < len(named) <= _MOST_PAIRS or not all(map(all, named)):
                notes.unread.append(unread(line, sentence))
                continue
            kind, say = (
                (RuleKind.TOGETHER, "{} and {} go together")
                if together
                else (RuleKind.EXCLUSIVE, "it is {} or {}, not both")
            )
            yield from (Rule(kind=kind, params=pair, say=say.format(*pair)) for pair in named)

    def _of_row(self, row: Row) -> Iterator[Rule]:
        own = self._names.of(row.path)
        if not own:
            return
        yield from self._orders(row, own)
        found = _IGNORED.search(row.text)
        other = self._names.near(found.group(1), row) if found else ""
        if found and other:
            limit = float(found.group(2)) if "." in found.group(2) else int(found.group(2))
            least = self._params.get(other, {}).get("min")
            words = str(limit) if least == limit else f"{limit} or less"
            say = f"{own} has no effect while {other} is {words}, because guidance is off"
            when = {other: {"at_most": limit}}
            yield Rule(kind=RuleKind.IGNORED, params=(own,), when=when, is_warning=True, say=say)
        for words in _EITHER.findall(row.text):
            # of what is inside an object that is passed as it is, names need no row
            pair = (f"{own}.{words[0]}", f"{own}.{words[1]}")
            yield Rule(kind=RuleKind.EXCLUSIVE, params=pair, say=f"{row.name} takes {words[0]} or {words[1]}, not both")

    def _orders(self, row: Row, own: str) -> Iterator[Rule]:
        partner = self._names.of((row.facts.get("paired with", ""),))
        if partner:
            pair = (own, partner) if row.line < self._line_of(row.facts["paired with"]) else (partner, own)
            yield Rule(kind=RuleKind.TOGETHER, params=pair, say=f"{pair[0]} and {pair[1]} go together")
        for pattern, kind, is_first, say in (
            (_GREATER, RuleKind.LESS, False, "{} has to be less than {}"),
            (_LESS, RuleKind.LESS, True, "{} has to be less than {}"),
            (_AT_MOST, RuleKind.AT_MOST, True, "{} is at most {}"),
            (_INSTEAD, RuleKind.EXCLUSIVE, False, "it is {} or {}, not both"),
        ):
            found = pattern.search(row.text)
            other = self._names.near(found.group(1), row) if found else ""
            if other:
                pair = (own, other) if is_first else (other, own)
                yield Rule(kind=kind, params=pair, say=say.format(*pair))

    def _line_of(self, wire: str) -> int:
        row = self._page.row(wire)
        return row.line if row is not None else 0

    def _caches(self) -> Iterator[Rule]:
        """State what holds of caches whatever the model is."""
        options = self._params.get("accelerator_options", {})
        paths = [self._names.of(("acceleratorOptions", wire)) for wire in _CACHES]
        switches = tuple(path for path in paths if path) or (("accelerator_options",) if options.get("open") else ())
        if switches and "scheduler" in self._params:
            say = "caches do badly with a scheduler that adds noise at every step; Euler and DDIM do not"
            when = {"scheduler": {"contains_any": _STOCHASTIC}}
            source = "" if self._page.row("acceleratorOptions", "teaCache") is None else _CACHES_SOURCE
            yield Rule(kind=RuleKind.UNSUITED, params=switches, when=when, is_warning=True, say=say, source=source)

    def _safety(self) -> Iterator[Rule]:
        """State that a mode of safety wins over the switch, whatever the model is."""
        fields = self._params.get("safety", {}).get("fields", {})
        modes = list(fields.get("mode", {}).get("allowed", ()))
        if "check_content" not in fields or "none" not in modes:
            return
        on = [mode for mode in modes if mode != "none"]
        for is_on, condition, words in (
            (True, {"is": "none"}, "nothing is checked"),
            (False, {"is": on[0]} if len(on) == 1 else {"is_one_of": on}, "the content is checked"),
        ):
            when = {"safety.check_content": {"is": is_on}, "safety.mode": condition}
            say = f"safety.mode wins over safety.check_content, so {words}"
            yield Rule(kind=RuleKind.IGNORED, params=("safety.check_content",), when=when, is_warning=True, say=say)


def _row(rule: Rule, known: Known) -> dict[str, Any]:
    same = known.rule(rule)
    row = {
        "kind": rule.kind.value,
        "params": list(rule.params),
        "when": dict(rule.when),
        "warning": rule.is_warning,
        "say": rule.say if same is None else same.say,
        "source": rule.source,
    }
    return {key: value for key, value in row.items() if value}
