"""Arguments and options that several commands share, so that they read and mean the same everywhere.

Each group travels as one record: a new option of a group is one line here and one field of its record.
"""

from __future__ import annotations

import math
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from render.commands import completing
from render.commands.headings import HeadedOption

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from render.project import Project, Where
    from render.selection import Shard

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_MAX_PARTS = 10_000

manifest_argument = click.argument("manifest", required=False, type=click.Path(path_type=Path, dir_okay=False))

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document to stdout, nothing else.")


def _reading(*names: str, **attributes: Any) -> Decorator:
    return click.option(*names, cls=HeadedOption, heading="Reading the manifest", **attributes)


_MODELS = ("--models", "spec_folders")
_FOLDERS: dict[str, Any] = {
    "multiple": True,
    "metavar": "DIR",
    "type": click.Path(path_type=Path, exists=True, file_okay=False),
}
models_option = click.option(
    *_MODELS, **_FOLDERS, help="Also know the models whose specs are in DIR. May be given again."
)

#: how a manifest is read; each is a field of `render.manifest.reading.Reading`
READING_OPTIONS: tuple[Decorator, ...] = (
    _reading(
        "--var",
        "variables",
        multiple=True,
        metavar="NAME=TEXT",
        shell_complete=completing.variables,
        help="Give a variable this text, over all `vars`. May be given again.",
    ),
    _reading(
        "--set",
        "assignments",
        multiple=True,
        metavar="NAME=VALUE",
        shell_complete=completing.parameters,
        help="Give every shot this parameter, over all that the manifest says. May be given again.",
    ),
    _reading(
        *_MODELS,
        **_FOLDERS,
        help="Also know the models in DIR, beside those in models/ next to the manifest. May be given again.",
    ),
    _reading(
        "--allow-outside",
        "allows_outside",
        is_flag=True,
        help="Let the manifest name files outside its own folder.",
    ),
    _reading("--strict", "is_strict", is_flag=True, help="Let warnings about the manifest count as errors."),
)

#: where files and record are; each is a field of `render.project.Where`
PLACE_OPTIONS: tuple[Decorator, ...] = (
    click.option(
        "--offline",
        "is_offline",
        is_flag=True,
        help="Use the embedded server: placeholders, nothing paid, a record of its own.",
    ),
    click.option(
        "--out",
        metavar="DIR",
        type=click.Path(path_type=Path, file_okay=False),
        help="Keep files and record in DIR/<project> instead of renders/<project>.",
    ),
)


def _shard(_: click.Context, param: click.Parameter, told: str | None) -> Shard | None:
    """Read `I/N`."""
    from render.selection import Shard  # noqa: PLC0415 - `--help` must not wait for it

    if told is None:
        return None
    index, _slash, count = told.partition("/")
    if not (index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count) <= _MAX_PARTS):
        message = f"{told!r} is not I/N, like 2/5: I from 1 to N, and N at most {_MAX_PARTS}"
        raise click.BadParameter(message, param=param)
    return Shard(index=int(index), count=int(count))


def _choosing(*names: str, **attributes: Any) -> Decorator:
    return click.option(
        *names, cls=HeadedOption, heading="Choosing tasks (what takes a name may be given again)", **attributes
    )


def _naming(*names: str, complete: Callable[..., Any], **attributes: Any) -> Decorator:
    return _choosing(*names, multiple=True, shell_complete=complete, **attributes)


#: which tasks a command is about; each is a field of `render.selection.Selection`
SELECTION_OPTIONS: tuple[Decorator, ...] = (
    _naming(
        "--only", metavar="KEY", complete=completing.task_names, help="This task or shot, or a pattern: 'sq010_*'."
    ),
    _naming("--tag", "tags", metavar="TAG", complete=completing.tags, help="Shots with this tag."),
    _naming("--not-tag", "not_tags", metavar="TAG", complete=completing.tags, help="Shots without this tag."),
    _naming("--model", "models", metavar="MODEL", complete=completing.used_models, help="Tasks of this alias or id."),
    _naming(
        "--provider",
        "providers",
        metavar="NAME",
        complete=completing.providers,
        help="Tasks for this provider or lane.",
    ),
    _choosing("--failed", is_flag=True, help="What failed, was lost or is held the last time."),
    _choosing(
        "--shard", callback=_shard, metavar="I/N", help="Part I of N parts; which one follows from a task's key."
    ),
    _choosing("--limit", type=click.IntRange(1), metavar="N", help="The first N of what would be done."),
)

AGAIN_OPTION = _choosing(
    "--again", is_flag=True, help="With --only: buy once more; the file there is kept in .earlier/."
)


class Amount(click.FloatRange):
    """A finite number from 0 on."""

    name = "amount"

    def __init__(self) -> None:
        super().__init__(min=0)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse what is no number to count with, too."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how manifests are read; the command gets them as `reading`."""

    @wraps(command)
    def with_reading(*args: Any, **told: Any) -> Any:
        from render.manifest.reading import Reading  # noqa: PLC0415 - `--help` must not wait for it

        return command(*args, reading=Reading(**_taken(told, READING_OPTIONS)), **told)

    return _with(READING_OPTIONS, with_reading)


def place_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add MANIFEST and what every command about one takes; it gets them as `manifest` and `where`."""

    @wraps(command)
    def with_place(*args: Any, **told: Any) -> Any:
        from render.project import Where  # noqa: PLC0415 - `--help` must not wait for it

        return command(*args, where=Where(**_taken(told, PLACE_OPTIONS), reading=told.pop("reading")), **told)

    return manifest_argument(_with(PLACE_OPTIONS, reading_options(with_place)))


def project_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what `place_options` adds, and --json."""
    return place_options(json_option(command))


def selection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose tasks; the command gets them as `selection`."""
    return _selecting(SELECTION_OPTIONS, command)


def purchase_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose tasks, and --again; the command gets them as `selection`."""
    return _selecting((*SELECTION_OPTIONS, AGAIN_OPTION), command)


def _selecting(options: Sequence[Decorator], command: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(command)
    def with_selection(*args: Any, **told: Any) -> Any:
        from render.selection import Selection  # noqa: PLC0415 - `--help` must not wait for it

        return command(*args, selection=Selection(**_taken(told, options)), **told)

    return _with(options, with_selection)


def opened(manifest: Path | None, where: Where) -> Project:
    """Open the manifest that was named, or the only one here."""
    # `validate` shares options with the others, but has no use for the record and the providers behind a project
    from render.manifest.load import find_manifest  # noqa: PLC0415
    from render.project import open_project  # noqa: PLC0415

    return open_project(manifest if manifest is not None else find_manifest(Path()), where)


def _with(options: Sequence[Decorator], command: Callable[..., Any]) -> Callable[..., Any]:
    """Put the options on a command, in the order in which its help shows them."""
    for option in reversed(options):
        command = option(command)
    return command


def _taken(told: dict[str, Any], options: Sequence[Decorator]) -> dict[str, Any]:
    """Take what these options said out of `told`."""
    return {name: told.pop(name) for name in _names(options)}


def _names(options: Sequence[Decorator]) -> list[str]:
    def nothing() -> None:
        """Stand in for a command."""

    for option in options:
        option(nothing)
    return [param.name for param in getattr(nothing, "__click_params__", ())]
