"""The error objects of the Runware API.

Source: the shape of a recorded live refusal (`code`, `message`, `parameter`, `type`, `min`, `max`, `multiplier`,
`documentation`, `taskUUID`) and of the platform's page on errors (`taskType`), read 2026-11-20.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from render.server.models.rules import Fault

DOCUMENTATION = "https://runware.ai/docs/platform/errors"
INVALID_KEY = {
    "code": "invalidApiKey",
    "message": "Invalid API key. Get one at https://my.runware.ai/signup",
    "parameter": "apiKey",
    "taskType": "authentication",
}


def error_object(code: str, *, message: str, task: Mapping[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    """An error object; it names the task it is about, as far as that has a name."""
    about = {
        name: task[name] for name in ("taskType", "taskUUID") if task is not None and isinstance(task.get(name), str)
    }
    return {"code": code, "message": message, **members, **about}


def refusal(fault: Fault, *, task: Mapping[str, Any], documentation: str = "") -> dict[str, Any]:
    """The error object of one broken rule; `documentation` is the model's page."""
    parameters = list(fault.parameters)
    words = " and ".join(f"'{parameter}'" for parameter in parameters)
    anchor = parameters[0].partition(".")[0].partition("[")[0].lower()
    return error_object(
        _code(fault),
        message=f"{words} {fault.expected}.",
        task=task,
        parameter=parameters if len(parameters) > 1 else parameters[0],
        **fault.details,
        documentation=f"{documentation}#request-{anchor}" if documentation else DOCUMENTATION,
    )


def _code(fault: Fault) -> str:
    subject = fault.subject or fault.parameters[0]
    capitalised = "".join(word[0].upper() + word[1:] for word in re.split(r"[^A-Za-z]+", subject) if word)
    match fault.kind:
        case "unknown":
            return "unsupportedParameter"
        case "unserved":
            return f"unsupported{capitalised}"
        case "incompatible":
            return "incompatibleParameters"
        case _:
            return f"{fault.kind}{capitalised}"
