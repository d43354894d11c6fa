"""Turns parameters in our names into a provider's spelling, as a model's spec has it. Knows no provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.catalog.media import reference
from render.catalog.spec import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from render.catalog.spec import Param


def wire_body(params: Mapping[str, Any], *, rows: Sequence[Param]) -> dict[str, Any]:
    """Spell `params` as the wire does, nested objects and lists too, in the order of `rows`.

    Raises:
        ValueError: a parameter has no row; leaving it out would buy something else than was asked for.
    """
    strange = params.keys() - {row.name for row in rows}
    if strange:
        raise ValueError(f"no such parameter: {', '.join(sorted(strange))}")
    return {row.wire: _wire_value(params[row.name], row) for row in rows if row.name in params}


def _wire_value(value: Any, row: Param) -> Any:
    if row.media:
        return [reference(item) for item in value] if row.kind is Kind.LIST else reference(value)
    if row.is_open or not row.fields:
        return value
    if row.kind is Kind.OBJECT:
        return wire_body(value, rows=row.fields)
    if row.kind is Kind.LIST:
        return [wire_body(item, rows=row.fields) for item in value]
    return value
