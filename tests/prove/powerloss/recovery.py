"""What the product makes of a disk after a power loss: the real store is opened, and the real plan is made.

Nothing is sent here. What a whole run then does with such a disk is tried on some of them, see `run`.
"""

import shutil
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from render.errors import RenderError
from render.project import Where, open_project, with_presence
from render.records import Action, Status
from render.store import open_store, read_snapshot
from tests.prove.powerloss.disk import lay_out
from tests.prove.process.recorder import DATABASE


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What every state of one record is held against."""

    record: object
    project: object
    #: what was recorded, by number of the commit
    snapshots: dict

    def breaches(self, state, folder):
        """What is wrong with `state`, laid out in `folder`, which is empty before and gone afterwards."""
        folder.mkdir()
        try:
            lay_out(state, self.record, folder)
            return [*self._half_files(state), *self._after_opening(state, folder)]
        finally:
            shutil.rmtree(folder)

    def _half_files(self, state):
        whole = {artifact.sha256 for snapshot in self.snapshots.values() for artifact in snapshot.artifacts.values()}
        named = [(path, content) for path, content in state.files.items() if content and _is_final(path)]
        return [f"half a file: {path}" for path, (digest, fate) in named if fate != "kept" or digest not in whole]

    def _after_opening(self, state, folder):
        path = folder / DATABASE
        try:
            with open_store(path, project="film", kind="paid") as store:
                snapshot = store.snapshot()
        except RenderError as error:
            return [f"the record is refused: {error}"]
        seen = with_presence(self._project_in(folder), snapshot)
        return [
            *([] if self._is_known(snapshot, state) else ["what was acknowledged is not recorded"]),
            *(f"recorded, and not there: {lost}" for lost in _missing(seen, state)),
            *(f"recorded, and another file stands there: {path}" for path in _mistaken(seen, state)),
            *(f"would be bought again: {key}" for key in self._bought_again(seen, state)),
        ]

    def _is_known(self, snapshot, state):
        """Whether the record is what was acknowledged, or that and the commit that was under way."""
        least = state.acknowledged
        return any(_same(snapshot, self.snapshots.get(number)) for number in (least, least + 1))

    def _bought_again(self, seen, state):
        tasks = self.project.plan(seen).tasks
        wanted = [(planned.task, planned.reason) for planned in tasks if planned.action is Action.SUBMIT]
        asked = "".join(state.purchases)
        return [f"{task.key} ({reason})" for task, reason in wanted if task.params["prompt"] in asked]

    def _project_in(self, folder):
        folders = replace(self.project.folders, output=(folder / DATABASE).parent)
        return replace(self.project, folders=folders)


def bench(record, manifest):
    """Make ready to judge the states of `record`; `manifest` is what the run was about."""
    # reading leaves files of SQLite's beside a database
    numbers = range(len(list((record.folder / "commits").glob("*.db"))))
    snapshots = {number: read_snapshot(record.commit(number), project="film", kind="paid") for number in numbers}
    endpoints = {attempt.provider: attempt.endpoint for attempt in snapshots[max(numbers)].attempts}
    project = open_project(manifest, Where())
    lanes = {name: replace(lane, endpoint=endpoints.get(name, lane.endpoint)) for name, lane in project.lanes.items()}
    return Bench(record=record, project=replace(project, lanes=lanes), snapshots=snapshots)


def _is_final(path):
    name = path.rpartition("/")[2]
    return not name.startswith((".renderline-", "state."))


def _same(snapshot, other):
    return other is not None and (snapshot.attempts, snapshot.artifacts) == (other.attempts, other.artifacts)


def _missing(seen, state):
    """Recorded files whose bytes stand nowhere: one that was moved out of the way is found again by the next run."""
    saved = {attempt.id for attempt in seen.attempts if attempt.status is Status.SAVED}
    named = {path: content for path, content in state.files.items() if content and _is_final(path)}
    whole = {digest for digest, fate in named.values() if fate == "kept"}
    owned = [artifact for artifact in seen.artifacts.values() if artifact.attempt_id in saved]
    return [each.path for each in owned if each.path not in seen.present and each.sha256 not in whole]


def _mistaken(seen, state):
    """Paths under which the record knows one file, and the disk has another: it might pass for the first."""
    output = PurePosixPath(DATABASE).parent
    there = {artifact.path: state.files.get(str(output / artifact.path)) for artifact in seen.artifacts.values()}
    return [each.path for each in seen.artifacts.values() if there[each.path] and there[each.path][0] != each.sha256]
