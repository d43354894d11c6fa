"""`render state`: look at a record, write it down as text, and make one of such text."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from render.artifacts.presence import obstacles, presence
from render.commands.headings import HeadedCommand
from render.commands.options import opened, place_options, project_options
from render.commands.say import data, document, talk
from render.display import display
from render.errors import StateError, UsageError
from render.manifest.named import shown_path
from render.providers import PROVIDERS
from render.report.palette import palette
from render.report.state import StateFinding, StateReport, state_json, state_text
from render.report.table import counted
from render.store.examination import examine
from render.store.export import export_lines, read_lines
from render.store.export_file import require_export_file, write_export
from render.store.fitness import Owner
from render.store.rebuild import rebuild
from render.store.salvage import salvage

if TYPE_CHECKING:
    from render.project import Project, Where
    from render.records import Artifact, Obstacle
    from render.store.examination import Examination
    from render.store.salvage import Salvage

EXIT_MISSING_FILES = 1


@click.group()
def command() -> None:
    """Look after the record of a project, state.db: it knows what was bought, so that nothing is bought twice.

    Without MANIFEST the only *.shots.yaml here or in manifests/ is used.
    """


@command.command(cls=HeadedCommand)
@project_options
def check(manifest: Path | None, *, where: Where, as_json: bool) -> int:
    """Say everything that is wrong with the record of MANIFEST. Changes nothing; works while a run is going on.

    Exit status: 0 sound, 1 only recorded files are missing, 4 the record cannot be used as it is.
    """
    project = opened(manifest, where)
    examined = examine(project.folders.state, owner=_owner(project))
    report = _report(project, examined)
    if as_json:
        document(state_json(report))
    else:
        data(state_text(report, palette(display("stdout"))))
    if examined.findings:
        return StateError.exit_status
    return EXIT_MISSING_FILES if report.findings else 0


@command.command(cls=HeadedCommand)
@place_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write to FILE, readable by its owner alone, instead of stdout (-). Replaces an earlier export, nothing else.",
)
def export(manifest: Path | None, *, where: Where, output: Path | None) -> int:
    """Write down the record of MANIFEST as lines of JSON: every row that can be read, even of a damaged record.

    Rows that cannot be read are named on stderr, and the exit status is 4. The lines hold links to finished files,
    which may be private: whoever has one can fetch the file.
    """
    project = opened(manifest, where)
    if output == Path("-"):
        output = None
    if output is not None:
        require_export_file(output, folder=project.folders.output)
    read = salvage(project.folders.state, owner=_owner(project))
    text = "".join(f"{line}\n" for line in export_lines(read, owner=_owner(project)))
    if output is None:
        data(text)
    else:
        write_export(output, text)
        talk(f"{_held_in(read)} written to {shown_path(output)}")
    talk("note: the links in it may be private; keep it as you keep the files")
    for line in read.unreadable:
        talk(f"not exported: {line}")
    return StateError.exit_status if read.unreadable else 0


@command.command(name="import", cls=HeadedCommand)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@place_options
@click.option("--replace", "may_replace", is_flag=True, help="Move even a sound record aside.")
@click.option("--forget-newer", "may_forget_newer", is_flag=True, help="With --replace: import even an older export.")
def import_(file: Path, manifest: Path | None, *, where: Where, **options: Any) -> int:
    """Make the record of MANIFEST of the lines that `render state export` wrote to FILE.

    A damaged record is moved aside first, to state.db.damaged-1 (or the next number); a sound one only with --replace.
    An export that is older than the record is refused: what was bought since would be bought again.
    """
    project = opened(manifest, where)
    owner = _owner(project)
    fields = {name: provider.request_texts for name, provider in PROVIDERS.items()}
    read = read_lines(_text_of(file), file=shown_path(file), owner=owner, request_fields=fields)
    state = project.folders.state
    kept = rebuild(state, read, owner=owner, **options)
    if kept is not None:
        talk(f"what was there is now {shown_path(kept)}")
    talk(f"{_held_in(read)} are in {shown_path(state)}")
    if read.unreadable:
        left_out = counted(len(read.unreadable), "finding")
        talk(f"warning: left out of the export: {left_out}; what was bought there is not known to the record:")
    for line in read.unreadable:
        talk(f"  {line}")
    return 0


def _owner(project: Project) -> Owner:
    return Owner(project=project.manifest.project, kind=project.kind)


def _report(project: Project, examined: Examination) -> StateReport:
    output, artifacts = project.folders.output, examined.salvage.artifacts
    present = presence(output, artifacts)
    gone = [artifact for artifact in artifacts if artifact.path not in present]
    instead = obstacles(output, (artifact.path for artifact in gone))
    missing = [StateFinding(kind="missing-file", message=_missing(each, instead.get(each.path))) for each in gone]
    return StateReport(
        record=shown_path(project.folders.state),
        attempts=len(examined.salvage.attempts),
        artifacts=len(artifacts),
        findings=[*(StateFinding(**asdict(finding)) for finding in examined.findings), *missing],
    )


def _missing(artifact: Artifact, obstacle: Obstacle | None) -> str:
    told = f"{artifact.path} is not there with its {artifact.size_bytes} bytes"
    return told if obstacle is None else f"{told}: {obstacle.what} stands at {obstacle.path}"


def _held_in(read: Salvage) -> str:
    return f"{counted(len(read.attempts), 'attempt')} and {counted(len(read.artifacts), 'file')}"


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text: byte {error.start} cannot be read") from error
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error
