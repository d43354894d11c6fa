"""Words what is wrong with a model spec for the person who writes one: what is there, what is allowed, how to write it.

Pure text by key of a spec. Where the key stands, and whether its value is in order, is for `read` to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.catalog.likeness import one_alike
from render.catalog.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

#: by key, after what holds it where that matters: what it says, and how it is written
_HOW = {
    "id": "the provider's id of the model: `id: acme:1@1`",
    "name": "what people call the model: `name: Acme Film`",
    "aliases": "the short names for `model` in a manifest: `aliases: [acme-film]`",
    "provider": "whose API it is rendered through: `provider: runware` or `provider: aimlapi`",
    "medium": "what comes out: `medium: video` or `medium: image`",
    "task": "the provider's type of task, like `task: videoInference`, or leave it out",
    "source": 'where these facts are from: `source: https://example.com/acme, page "Acme Film"`',
    "checked": "the day on which you read the source: `checked: 2026-11-21`",
    "params": "the parameters by name: `params: {prompt: {type: string, about: What should be seen.}}`",
    "owned": "what renderline fills in, written like `params`",
    "extensions": "a file extension for each output format: `extensions: {MP4: mp4}`",
    "rules": "a list: `rules: [{kind: exclusive, params: [fps, duration], say: one of them at a time}]`",
    "sizes": "pairs of width and height, where only pairs are allowed: `sizes: [[768, 512], [512, 768]]`",
    "prices": "a list: `prices: [{when: {duration: 5}, usd: 0.02, source: one request on 2026-11-21}]`",
    "fps": "frames a second of what comes out: `fps: 24`",
    "aspect_sizes": 'sizes by aspect ratio: `aspect_sizes: {"3:2": [768, 512]}`',
    "matches": "a pattern of the ids that this spec speaks for: `matches: ^acme:.*$`",
    "type": "the kind of value: `type: integer`",
    "about": "one sentence on what it changes in the picture: `about: Length of the clip.`",
    "step": "the distance between values that are allowed: `step: 16`",
    "allowed": "the only values that are allowed: `allowed: [5, 10]`",
    "excluded": "values between `min` and `max` that are not allowed: `excluded: [656, 688]`",
    "fields": "what the mapping holds, written like `params`",
    "usual": "the least and the greatest value that people use: `usual: [20, 50]`",
    "when": "what the values must be for this to hold: `when: {duration: 5}`",
    "usd": "one amount, or the lowest and the highest: `usd: 0.02` or `usd: [0.02, 0.05]`",
    "kind": "what kind of rule it is: `kind: exclusive`",
    "rules.params": "the parameters that it speaks of: `params: [fps, duration]`",
    "prices.when": "what the values must be for it to cost this: `when: {duration: 5}`",
    "prices.source": "where the price is from: `source: one request on 2026-11-21`",
    "say": "the sentence to read when the rule is broken: `say: one of them at a time`",
}
_TYPES = {
    str: "a text",
    int: "a whole number",
    (int, float): "a number",
    bool: "true or false",
    list: "a list",
    dict: "a mapping",
    (list, dict): "a list or a mapping",
    (int, float, list): "a number or a list of two",
}
#: what people write who know it from elsewhere
_MEANT = {
    "minimum": "min",
    "maximum": "max",
    "enum": "allowed",
    "values": "allowed",
    "options": "allowed",
    "description": "about",
    "alias": "aliases",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "str": "string",
    "text": "string",
    "array": "list",
    "mapping": "object",
}


def how_to_write(key: str) -> str:
    """Say what a key of a spec stands for and how it is written; "" where its name says it."""
    return _HOW.get(key, "")


def unknown_key(key: str, known: Iterable[str], *, wanted: Iterable[str] = ()) -> tuple[str, str]:
    """Say that a key is not known, and which one was probably meant; of two, the one that is `wanted` and missing."""
    near = one_alike(key, wanted)
    return f"{shown(key)} is not known here", f"did you mean `{near}`?" if near else choice(key, known)


def choice(written: Any, known: Iterable[str]) -> str:
    """Say which of the names that can stand here was probably meant, or else which there are."""
    names = list(known)
    meant = _MEANT.get(str(written))
    near = meant if meant in names else one_alike(str(written), names)
    if near is not None:
        return f"did you mean `{near}`?"
    return f"there are {', '.join(f'`{name}`' for name in names)}" if names else "there are none"


def wrong_type(key: str, value: Any, wanted: Any) -> tuple[str, str]:
    """Say that the value of a key is of another type than it must be."""
    words = _TYPES[wanted]
    return f"`{key}`: {shown(value)} is not {words}", how_to_write(key) or f"write {words}"


def missing(key: str, *, holder: str | int) -> tuple[str, str]:
    """Say that a key is missing; `holder` is the key of the whole spec that it is missing below, "" at its top."""
    how = _HOW.get(f"{holder}.{key}") or how_to_write(key)
    return f"`{key}` is missing", how or f"write `{key}:` and its value"
