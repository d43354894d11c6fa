"""Makes shots of requests: which of them are takes of one, what it is called, and what all of them have in common."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from render.layout import path_fault
from render.manifest.canonical.order import shot_rank
from render.manifest.requests.translation import MOST_TAKES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from render.manifest.requests.translation import Wished

_MOST_WORDS = 4
_LONGEST_ID = 60
#: words that tell shots apart least
_EMPTY_WORDS = frozenset({"a", "an", "the", "of", "and", "in", "on", "at", "with", "to", "through"})
#: a model without them says so where they stand among `defaults`
_MISSED = frozenset({"seed", "negative_prompt"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """The parts of a manifest: what is shared, and what each shot says itself."""

    defaults: Mapping[str, Any]
    #: by model
    model_defaults: Mapping[str, Mapping[str, Any]]
    #: by id, with what is left to say; `model` among it
    shots: Mapping[str, Mapping[str, Any]]
    #: by id: what each shot was made of
    wished: Mapping[str, Wished]


def drafted(wishes: Sequence[Wished]) -> Draft:
    """Return shots with ids, in the order of the requests, and lift what they share."""
    wished = _named(_of_one_content(_of_one_export(wishes)))
    shots = {name: {"model": each.model, **each.params} for name, each in wished.items()}
    defaults = _lifted(shots, wished)
    return Draft(defaults=defaults, model_defaults=_lifted_by_model(shots, wished), shots=shots, wished=wished)


def _lifted_by_model(shots: Mapping[str, dict[str, Any]], wished: Mapping[str, Wished]) -> dict[str, Mapping[str, Any]]:
    """Take what the shots of each of several models share out of them, but for the model itself."""
    made: dict[str, Mapping[str, Any]] = {}
    models = list(dict.fromkeys(each.model for each in wished.values()))
    for model in models if len(models) > 1 else ():
        of_model = {name: shot for name, shot in shots.items() if wished[name].model == model}
        bare = {name: {key: value for key, value in shot.items() if key != "model"} for name, shot in of_model.items()}
        shared = _lifted(bare, wished)
        for shot in of_model.values():
            for param in shared:
                del shot[param]
        if shared:
            made[model] = shared
    return made


def _lifted(shots: Mapping[str, dict[str, Any]], wished: Mapping[str, Wished]) -> dict[str, Any]:
    """Take what all shots share out of each of them; a model that does not take it leaves it out by itself."""
    shared: dict[str, Any] = {}
    for param in dict.fromkeys(param for shot in shots.values() for param in shot):
        takers = [
            shot for name, shot in shots.items() if param == "model" or wished[name].spec.param(param) is not None
        ]
        is_same = len({_spelled(shot.get(param, ...)) for shot in takers}) == 1
        is_missed = param in _MISSED and len(takers) < len(shots)
        if len(takers) > 1 and is_same and not is_missed:
            shared[param] = takers[0][param]
            for shot in takers:
                del shot[param]
    return dict(sorted(shared.items(), key=lambda item: shot_rank(item[0])))


def _spelled(value: Any) -> str:
    return "nothing" if value is ... else json.dumps(value, sort_keys=True)


def _of_one_export(wishes: Sequence[Wished]) -> list[Wished]:
    """Put the takes of an exported shot together: their seeds count up, and all else is the same."""
    by_shot: dict[str, list[Wished]] = {}
    for wished in wishes:
        if wished.exported is not None:
            by_shot.setdefault(wished.exported[0], []).append(wished)
    whole = {head: takes for head, takes in by_shot.items() if _are_takes(takes)}
    made: list[Wished] = []
    for wished in wishes:
        takes = whole.get(wished.exported[0]) if wished.exported is not None else None
        if takes is None:
            made.append(wished)
        elif takes[0] is wished:
            made.append(min(takes, key=_take_of).with_takes(len(takes)))
    return made


def _are_takes(takes: Sequence[Wished]) -> bool:
    in_order = sorted(takes, key=_take_of)
    first = in_order[0]
    return all(
        _take_of(wished) == at + 1
        and wished.takes == 1
        and wished.model == first.model
        # what Python calls equal need not be: true is 1
        and _spelled(dict(wished.params)) == _spelled(_with_seed(first.params, at))
        for at, wished in enumerate(in_order)
    )


def _take_of(wished: Wished) -> int:
    return wished.exported[1] if wished.exported is not None else 0


def _with_seed(params: Mapping[str, Any], more: int) -> dict[str, Any]:
    seed = params.get("seed")
    if isinstance(seed, bool) or not isinstance(seed, int):
        return dict(params)
    return {**params, "seed": seed + more}


def _of_one_content(wishes: Sequence[Wished]) -> list[Wished]:
    """Let the same request without a seed, sent several times, be takes of one shot."""
    made: list[Wished] = []
    first_of: dict[tuple[str, str], int] = {}
    for wished in wishes:
        content = (wished.model, _spelled(dict(wished.params)))
        at = first_of.get(content)
        is_same = at is not None and "seed" not in wished.params and wished.exported is None
        if at is not None and is_same and made[at].takes + wished.takes <= MOST_TAKES:
            made[at] = replace(made[at], takes=made[at].takes + wished.takes)
        else:
            first_of[content] = len(made)
            made.append(wished)
    return made


def _named(wishes: Iterable[Wished]) -> dict[str, Wished]:
    """Give every shot an id: the first words of its prompt, or its number; none twice in any case."""
    named: dict[str, Wished] = {}
    for number, wished in enumerate(wishes, start=1):
        words = _slug(wished.params.get("prompt")) or f"shot{number:03d}"
        name, count = words, 1
        while name in named:
            count += 1
            name = f"{words}_{count}"
        named[name] = wished
    return named


def _slug(prompt: Any) -> str:
    """Return the first words of a prompt as they can stand in an id; "" where there are none."""
    if not isinstance(prompt, str):
        return ""
    plain = unicodedata.normalize("NFKD", prompt[:400]).encode("ascii", "ignore").decode().lower()
    words = [word for word in re.findall(r"[a-z0-9]+", plain.replace("'", "")) if word not in _EMPTY_WORDS]
    slug = "_".join(words[:_MOST_WORDS])[:_LONGEST_ID].strip("_")
    return "" if not slug or slug.isdecimal() or path_fault(slug) else slug
