"""Decides whether two requests ask for the same content.

Guarantee: renaming, moving, retagging, reordering or reformatting a shot, restating a model's default, or writing 5 as
5.0 never changes a fingerprint; changing anything that can change the picture always does.
Of a file that goes in, its digest alone is part of it. Never part of it: delivery parameters, lane, endpoint, path,
key, tags, where an input is and what it is called.
Changing what is computed here would make every user's work count as new: FORMAT and the golden test stand guard.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from render.catalog.media import is_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.catalog.spec import ModelSpec, Param

FORMAT = 1


def fingerprint(params: Mapping[str, Any], *, spec: ModelSpec, model: str, take: int) -> str:
    """Return the hex SHA-256 of the content asked for; `params` are by our names, nested as in a manifest.

    It covers: FORMAT, provider, model id, the parameters that differ from the model's default, and the take number.
    """
    identity = {
        "format": FORMAT,
        "provider": spec.provider,
        "model": model,
        "params": content(params, spec.params),
        "take": take,
    }
    text = json.dumps(identity, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def content(params: Mapping[str, Any], known: tuple[Param, ...]) -> dict[str, Any]:
    """Keep the parameters that say what the picture is: no delivery, no restated defaults, numbers by value."""
    by_name = {param.name: param for param in known}
    kept: dict[str, Any] = {}
    for name, value in params.items():
        param = by_name.get(name)
        plain = _plain(value, param)
        is_default = param is not None and param.default is not None and plain == _plain(param.default, param)
        is_delivery = param is not None and param.is_delivery
        says_nothing = param is not None and plain in ({}, [])
        if not (is_delivery or is_default or says_nothing):
            kept[name] = plain
    return kept


def _plain(value: Any, param: Param | None) -> Any:
    if param is not None and param.media:
        # where a file is, and what it is called, says nothing about the picture
        return _digests(value)
    fields = param.fields if param is not None else ()
    if isinstance(value, dict):
        return content(value, fields)
    if isinstance(value, (list, tuple)):
        return [_plain_item(item, fields) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _digests(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_digests(item) for item in value]
    return {"sha256": value["sha256"]} if is_file(value) else value


def _plain_item(item: Any, fields: tuple[Param, ...]) -> Any:
    return content(item, fields) if isinstance(item, dict) else _plain(item, None)
