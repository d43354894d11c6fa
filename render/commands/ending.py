"""Shows how a run ended, the same way for every command that makes one."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from render.commands.say import data, document
from render.display import display
from render.errors import SettingsError
from render.report.palette import palette
from render.report.summary import summary_json, summary_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from render.project import Project
    from render.records import Summary
    from render.runner.tally import Standing


def show(summary: Summary, project: Project, *, as_json: bool) -> int:
    """Print the summary and return its exit status."""
    from render.manifest.named import shown_path  # noqa: PLC0415 - whoever has a project has it loaded

    if as_json:
        document(summary_json(summary))
    else:
        folder = shown_path(project.folders.output)
        data(summary_text(summary, palette(display("stdout")), folder=folder, is_offline=project.is_offline))
    return summary.exit_status


@contextmanager
def summed_up(*, is_wanted: bool) -> Iterator[Standing]:
    """Print the summary where an error ends the block, so that whoever reads it finds one however the command ends.

    The block is given what it is made of, to say more as more is known.
    """
    from render.runner.tally import Standing  # noqa: PLC0415 - `--help` must not wait for it

    standing = Standing()
    try:
        yield standing
    except BaseException:
        if is_wanted:
            # the error that ended the command is the one to be told
            with suppress(SettingsError):
                document(summary_json(standing.say()))
        raise
