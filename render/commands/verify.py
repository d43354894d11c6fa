"""`render verify`: read every rendered file again and compare it with the record."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from render.artifacts.verifying import Fault, faults_of, is_put_aside, strangers
from render.commands.headings import HeadedCommand
from render.commands.options import opened, project_options, selection_options
from render.commands.say import data, document
from render.display import display
from render.records import Status
from render.report.palette import palette
from render.report.verification import FileProblem, Verification, verification_json, verification_text
from render.selection import EVERYTHING
from render.store import writer_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from render.project import Project, Where
    from render.records import Artifact, Attempt, Snapshot
    from render.selection import Selection

EXIT_NOT_AS_RECORDED = 1
_WORKERS = 4
#: so many files are waiting for a worker at most, however many there are
_BATCH = 256
#: a run that is going on may be moving a file just now, so what looks wrong is looked at again
_LOOKS = 4
_BETWEEN_LOOKS_S = 0.25


@click.command(cls=HeadedCommand)
@project_options
@selection_options
def command(manifest: Path | None, *, where: Where, selection: Selection, as_json: bool) -> int:
    """Read every file that is recorded for MANIFEST again: size, digest, container, what its headers say.

    Without MANIFEST the only *.shots.yaml here or in manifests/ is used. Changes nothing, needs no key, and works while
    a run is going on. Files that no record knows are named, those that a run put aside in .earlier/ counted; neither is
    a failure.

    Exit status: 0 all as recorded, 1 something is missing or differs, 4 the record cannot be used.
    """
    project = opened(manifest, where)
    found = _verified(project, selection)
    if as_json:
        document(verification_json(found))
    else:
        data(verification_text(found, palette(display("stdout"))))
    return EXIT_NOT_AS_RECORDED if found.problems else 0


def _verified(project: Project, selection: Selection) -> Verification:
    """Look until nothing is wrong, or nobody is writing who could be the reason."""
    from render.manifest.named import shown_path  # noqa: PLC0415 - whoever has a project has it loaded
    from render.project import read_record  # noqa: PLC0415 - brings what opens a manifest

    root = project.folders.output
    sound: set[Artifact] = set()
    for look in range(1, _LOOKS + 1):
        was_running = _is_running(project)
        snapshot = read_record(project)
        files = _chosen(project, snapshot, selection)
        faults = dict(_faults(root, [file for file in files if file not in sound]))
        sound.update(file for file in files if file not in faults)
        if not faults or not (was_running or _is_running(project)) or look == _LOOKS:
            break
        time.sleep(_BETWEEN_LOOKS_S)
    beside = _strangers(project, snapshot) if selection == EVERYTHING else {}
    return Verification(
        record=shown_path(project.folders.state),
        files=len(files),
        size_bytes=sum(file.size_bytes for file in files),
        problems=list(_problems(faults, {attempt.id: attempt for attempt in snapshot.attempts})),
        unknown=[path for path, is_ours in beside.items() if not is_ours],
        put_aside=[path for path, is_ours in beside.items() if is_ours],
    )


def _strangers(project: Project, snapshot: Snapshot) -> Mapping[str, bool]:
    """What no record knows, in order; and of each whether a run put it aside."""
    recorded = {artifact.path for artifact in snapshot.artifacts.values()}
    asked = {attempt.path for attempt in snapshot.attempts} | {task.path for task in project.tasks}
    return {path: is_put_aside(path, recorded | asked) for path in strangers(project.folders.output, recorded)}


def _chosen(project: Project, snapshot: Snapshot, selection: Selection) -> list[Artifact]:
    """The files of the selected tasks, of earlier content too; a limit counts files."""
    files = list(_to_be_there(snapshot))
    if selection == EVERYTHING:
        return files
    owners = {attempt.id: attempt for attempt in snapshot.attempts}
    keys = project.keys_with_files(snapshot, replace(selection, limit=None))
    return [file for file in files if owners[file.attempt_id].task_key in keys][: selection.limit]


def _is_running(project: Project) -> bool:
    return writer_of(project.folders.state) is not None


def _to_be_there(snapshot: Snapshot) -> Iterator[Artifact]:
    """What was saved; of what was lost or given up since, only what is there."""
    for attempt in snapshot.attempts:
        artifact = snapshot.artifacts.get(attempt.id)
        if artifact is not None and (attempt.status is Status.SAVED or artifact.path in snapshot.present):
            yield artifact


def _faults(root: Path, files: list[Artifact]) -> Iterator[tuple[Artifact, tuple[Fault, ...]]]:
    with ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="verify") as pool:
        for start in range(0, len(files), _BATCH):
            batch = files[start : start + _BATCH]
            for file, faults in zip(batch, pool.map(lambda file: faults_of(root, file), batch), strict=True):
                if faults:
                    yield file, faults


def _problems(faults: Mapping[Artifact, Iterable[Fault]], attempts: Mapping[str, Attempt]) -> Iterator[FileProblem]:
    for file, found in faults.items():
        for fault in found:
            yield FileProblem(
                path=file.path,
                key=attempts[file.attempt_id].task_key,
                attempt_id=file.attempt_id,
                kind=fault.kind,
                message=fault.message,
            )
