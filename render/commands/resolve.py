"""`render resolve`: a person decides about one purchase that a run cannot decide about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from render.commands import completing
from render.commands.headings import HeadedCommand
from render.commands.options import opened, project_options
from render.commands.say import data, document, talk
from render.errors import ArtifactError, UsageError
from render.project import read_record, with_presence
from render.providers import PROVIDERS
from render.report.resolution import Resolved, resolved_json, resolved_text
from render.resolution import Adoption, Verdict, abandoned, adopted, filed, names_several, retried, subjects_of, was
from render.store import Change, open_store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from render.project import Project, Where
    from render.records import Attempt, PlannedTask, Snapshot
    from render.resolution import Subject
    from render.store import Store


@click.command(cls=HeadedCommand)
@click.argument("key", shell_complete=completing.task_names)
@project_options
@click.option("--adopt", metavar="ID", help="The provider has it, under this id: the next run waits for it.")
@click.option(
    "--file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Here is its file: it is checked, copied into place and recorded.",
)
@click.option(
    "--retry", is_flag=True, help="Give it up: the next run buys it again. What it may have cost still counts."
)
@click.option("--abandon", is_flag=True, help="Give it up and leave it alone until the shot is edited.")
def command(key: str, manifest: Path | None, *, where: Where, as_json: bool, **told: Any) -> int:
    """Decide about the purchase of KEY, where `render plan` says hold or leave, or `render status` says it rests.

    KEY is a task key like sq010.t01, or the id of one attempt; with --retry or --abandon also a shot or a pattern, for
    everything of it that a run holds or leaves. Without MANIFEST the only *.shots.yaml here or in manifests/ is used.
    Nothing is sent; the next run acts on what was decided.
    """
    decision = _decision(told)
    project = opened(manifest, where)
    snapshot = read_record(project)
    plan = project.plan(snapshot)
    is_several = names_several(key, plan=plan)
    _require_subjects(key, decision, subjects_of(key, plan=plan, snapshot=snapshot))
    resolved = _Resolution(project=project, key=key, decision=decision).record()
    if as_json:
        told_all = [resolved_json(each) for each in resolved]
        document({"resolved": told_all} if is_several else told_all[0])
    else:
        data("".join(map(resolved_text, resolved)))
    return 0


def _require_subjects(key: str, decision: _Decision, subjects: Sequence[Subject]) -> None:
    """Refuse to give several purchases one id or one file.

    Raises:
        UsageError: the decision is about one purchase, and there are several.
    """
    if len(subjects) > 1 and decision.verdict in {Verdict.ADOPT, Verdict.FILE}:
        keys = ", ".join(subject.key for subject in subjects)
        message = f"--{decision.verdict} is about one purchase, and {key} names {len(subjects)}"
        raise UsageError(message, hint=f"name one of them: {keys}")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Decision:
    """What was said, with the id or the file that belongs to it."""

    verdict: Verdict
    remote_id: str = ""
    file: Path = Path()


def _decision(told: Mapping[str, Any]) -> _Decision:
    """Read the one verdict that was given.

    Raises:
        UsageError: there is none, or more than one.
    """
    given = [verdict for verdict in Verdict if told[verdict] not in {None, False}]
    if len(given) != 1:
        allowed = "--adopt ID, --file FILE, --retry or --abandon"
        number = "none was given" if not given else f"{len(given)} were given"
        raise UsageError(f"say one thing: {allowed}; {number}")
    return _Decision(verdict=given[0], remote_id=told["adopt"] or "", file=told["file"] or Path())


@dataclass(frozen=True, kw_only=True, slots=True)
class _Resolution:
    """One decision about one purchase of a project."""

    project: Project
    key: str
    decision: _Decision

    def record(self) -> list[Resolved]:
        """Write it down under the writer's lock, and say what follows from it."""
        project = self.project
        with open_store(project.folders.state, project=project.manifest.project, kind=project.kind) as store:
            snapshot = with_presence(project, store.snapshot())
            subjects = subjects_of(self.key, plan=project.plan(snapshot), snapshot=snapshot)
            _require_subjects(self.key, self.decision, subjects)
            changes = self._all_changes(subjects, snapshot, store)
            store.write(tuple(change for _, of_subject in changes for change in of_subject))
            after = project.plan(with_presence(project, store.snapshot()))
        planned = {each.task.key: each for each in reversed(after.tasks)}
        return [self._resolved(subject, made[0], planned.get(subject.key)) for subject, made in changes]

    def _all_changes(
        self, subjects: Sequence[Subject], snapshot: Snapshot, store: Store
    ) -> list[tuple[Subject, tuple[Change, ...]]]:
        """Decide about each; of several, those are passed over, and named, that cannot be decided about."""
        made, passed_over = [], []
        for subject in subjects:
            try:
                made.append((subject, self._changes(subject, snapshot, store)))
            except UsageError as error:
                passed_over.append(error)
        if passed_over and not made:
            raise passed_over[-1]
        for why in passed_over:
            talk(f"passed over: {why.message}")
        return made

    def _resolved(self, subject: Subject, change: Change, planned: PlannedTask | None) -> Resolved:
        return Resolved(
            verdict=self.decision.verdict,
            was=was(subject.attempt, ids_are_ours=self._ids_are_ours(subject)),
            attempt=change.attempt,
            key=subject.key,
            path=change.artifact.path if change.artifact else None,
            next=planned,
        )

    def _changes(self, subject: Subject, snapshot: Snapshot, store: Store) -> tuple[Change, ...]:
        now = datetime.now(UTC)
        match self.decision.verdict:
            case Verdict.ADOPT:
                return (Change(attempt=adopted(subject, self._adoption(subject), snapshot=snapshot, now=now)),)
            case Verdict.RETRY:
                return (Change(attempt=retried(subject)),)
            case Verdict.ABANDON:
                return (Change(attempt=abandoned(subject)),)
            case Verdict.FILE:
                return self._take_file(filed(subject, now=now), subject.path, snapshot, store)

    def _adoption(self, subject: Subject) -> Adoption:
        provider = PROVIDERS[subject.attempt.provider]
        return Adoption(remote_id=self.decision.remote_id, ids_are_ours=provider.ids_are_ours, provider=provider.title)

    def _ids_are_ours(self, subject: Subject) -> bool:
        # a provider always has a lane of its own name
        return self.project.lane_facts[subject.attempt.provider].ids_are_ours

    def _take_file(self, attempt: Attempt, path: str, snapshot: Snapshot, store: Store) -> tuple[Change, ...]:
        # these bring what writes files, which the other verdicts have no use for
        import asyncio  # noqa: PLC0415

        from render.artifacts.folder import ArtifactFolder  # noqa: PLC0415
        from render.runner.handover import HandedIn, take_file  # noqa: PLC0415

        given = HandedIn(source=self.decision.file, attempt=attempt, path=path)
        folder = ArtifactFolder(self.project.folders.output)
        try:
            return asyncio.run(take_file(given, folder=folder, snapshot=snapshot, write=store.write))
        except ArtifactError as error:
            raise UsageError(f"{self.decision.file} was not taken: {error.message}", hint=error.hint) from error
