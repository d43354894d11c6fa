"""Shows how a run ended, the same way for every command that makes one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from render.commands.say import data
from render.report.palette import palette
from render.report.summary import summary_json, summary_text
from render.settings import display

if TYPE_CHECKING:
    from render.project import Project
    from render.records import Summary


def show(summary: Summary, project: Project, *, as_json: bool) -> int:
    """Print the summary and return its exit status."""
    from render.manifest.named import shown_path  # noqa: PLC0415 - whoever has a project has it loaded

    if as_json:
        show_json(summary)
    else:
        folder = shown_path(project.folders.output)
        data(summary_text(summary, palette(display("stdout")), folder=folder, is_offline=project.is_offline))
    return summary.exit_status


def show_json(summary: Summary) -> None:
    """Print the summary as one JSON document."""
    data(json.dumps(summary_json(summary), ensure_ascii=False, indent=2))
