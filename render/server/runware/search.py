"""Answers `modelSearch` from the models this server has tables for.

Source: the page on model search, read 2026-11-20; the names are the vendors', the figures of a page are theirs too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.server.models import SERVED
from render.server.models.rules import Rule, find_faults
from render.server.runware.errors import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.server.runware.desk import Errand
    from render.server.runware.reply import Reply

_RULES = (
    Rule(name="taskType", type="string", required=True),
    Rule(name="taskUUID", type="string", required=True),
    *(Rule(name=name, type="string") for name in ("search", "category", "architecture", "visibility", "source")),
    Rule(name="capabilities", type="array", has_strings=True),
    Rule(name="sort", type="string"),
    Rule(name="limit", type="integer", min=1, max=100),
    Rule(name="offset", type="integer", min=0),
)


async def answer_search(task: dict[str, Any], *, errand: Errand, reply: Reply) -> None:
    """Add one page of the models that fit."""
    faults = list(find_faults(task, rules=_RULES))
    if faults:
        reply.refuse(refusal(fault, task=task) for fault in faults)
        return
    is_lite_gone = not errand.desk.switches.serves_kandinsky_lite
    found = [row for row in SERVED if _fits(row, task) and not (is_lite_gone and row["air"] == "runware:210@1")]
    offset, limit = task.get("offset", 0), task.get("limit", 20)
    page = [dict(row) for row in found[offset : offset + limit]]
    about = {"taskType": task["taskType"], "taskUUID": task["taskUUID"]}
    reply.data.append({**about, "totalResults": len(found), "results": page})


def _fits(row: Mapping[str, Any], task: Mapping[str, Any]) -> bool:
    words = str(task.get("search", "")).lower().split()
    text = " ".join(str(value) for value in row.values()).lower()
    named = all(row[name] == task[name] for name in ("category", "architecture") if name in task)
    return named and all(word in text for word in words) and set(task.get("capabilities", ())) <= {row["capability"]}
