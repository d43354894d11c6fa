"""Opens a manifest together with its record: tasks, snapshot and plan. What every command about shots starts from.

Reading needs no lock, no key and no network.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from render.artifacts.presence import obstacles, presence
from render.catalog.load import catalog_beside
from render.conditions import Known
from render.expand import expand
from render.lanes import LaneFacts, base_url_variable, counts
from render.manifest.load import load_manifest
from render.manifest.reading import AS_WRITTEN, Reading
from render.plan import plan
from render.providers import PROVIDERS
from render.selection import EVERYTHING, Selection, limited, select
from render.settings import OFFLINE, folders, lane_settings
from render.store import read_snapshot
from render.unbought import with_missing_files, with_recorded_files, without_purchases
from render.wish import LaneWish

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from render.catalog.load import Catalog
    from render.records import Plan, Snapshot
    from render.settings import Folders, LaneSettings
    from render.wish import Manifest, Problem, Task


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """What the command line says beside a manifest: how it is read, and where files and record are."""

    out: Path | None = None
    is_offline: bool = False
    reading: Reading = AS_WRITTEN


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """A manifest in order, its tasks, and where its record is."""

    manifest: Manifest
    warnings: tuple[Problem, ...]
    catalog: Catalog
    tasks: tuple[Task, ...]
    folders: Folders
    is_offline: bool
    #: by name; empty offline, where the address is not known before the run
    lanes: Mapping[str, LaneSettings]

    @property
    def kind(self) -> str:
        """What the record says of its purchases: `paid` or `offline`."""
        return OFFLINE if self.is_offline else "paid"

    def plan(self, snapshot: Snapshot, selection: Selection = EVERYTHING) -> Plan:
        """Say what a run would do about every task that is selected, and why.

        Raises:
            UsageError: the selection names nothing or leaves nothing, or cannot be bought once more.
        """
        facts = self.lane_facts
        made = plan(self.tasks, snapshot, spec_of=self.catalog.find, lanes=facts)
        if selection.buys:
            return limited(select(made, selection, self._known(snapshot, facts)), selection)
        made = with_missing_files(made, snapshot, lanes=facts)
        made = select(made, selection, self._known(snapshot, facts))
        return limited(without_purchases(made), selection)

    def keys_with_files(self, snapshot: Snapshot, selection: Selection) -> frozenset[str]:
        """Say whose recorded files are selected, of tasks that are gone from the manifest as well.

        Raises:
            UsageError: as `plan`.
        """
        facts = self.lane_facts
        made = plan(self.tasks, snapshot, spec_of=self.catalog.find, lanes=facts)
        chosen = select(with_recorded_files(made, snapshot), selection, self._known(snapshot, facts))
        return frozenset(planned.task.key for planned in chosen.tasks)

    def _known(self, snapshot: Snapshot, facts: Mapping[str, LaneFacts]) -> Known:
        attempts = [each for each in snapshot.attempts if counts(each, facts.values())]
        return Known(aliases=self.catalog.aliases, attempts=attempts)

    @property
    def lane_facts(self) -> Mapping[str, LaneFacts]:
        """What a plan knows about each lane, by name."""
        return {
            name: LaneFacts(
                kind=wish.kind,
                endpoint=self.lanes[name].endpoint if name in self.lanes else OFFLINE,
                # offline nothing is paid, so nothing needs a person's decision before it is sent again
                ids_are_ours=PROVIDERS[wish.kind].ids_are_ours or self.is_offline,
                adopts_from_log=wish.adopts_from_log,
            )
            for name, wish in self.lane_wishes.items()
        }

    @property
    def lane_wishes(self) -> Mapping[str, LaneWish]:
        """What is asked of each lane, by name; those of the providers' own names come first."""
        return _lane_wishes(self.manifest)


def open_project(path: Path, where: Where) -> Project:
    """Load the manifest at `path` and say where its record is.

    Raises:
        ManifestError: the manifest is not in order.
        SettingsError: it cannot be read, or a base URL makes no sense.
    """
    catalog = catalog_beside(path, where.reading.spec_folders)
    manifest, warnings = load_manifest(path, catalog, where.reading)
    tasks = expand(manifest, catalog.find)
    lanes = {} if where.is_offline else _lanes(manifest)
    return Project(
        manifest=manifest,
        warnings=warnings,
        catalog=catalog,
        tasks=tasks,
        folders=folders(path, project=manifest.project, out=where.out, is_offline=where.is_offline),
        is_offline=where.is_offline,
        lanes=lanes,
    )


def read_record(project: Project) -> Snapshot:
    """Read the record without a lock, while somebody may be writing it; empty where there is none."""
    record = read_snapshot(project.folders.state, project=project.manifest.project, kind=project.kind)
    return with_presence(project, record)


def with_presence(project: Project, record: Snapshot) -> Snapshot:
    """Look which of the recorded files are there, and what stands in the way of those that are not, or are to come."""
    root = project.folders.output
    present = presence(root, record.artifacts.values())
    paths = {artifact.path for artifact in record.artifacts.values()} | {task.path for task in project.tasks}
    return replace(record, present=present, obstacles=obstacles(root, paths - present))


def _lane_wishes(manifest: Manifest) -> dict[str, LaneWish]:
    wishes = {name: LaneWish(name=name, kind=name) for name in PROVIDERS}
    return wishes | {wish.name: wish for wish in manifest.lanes}


def _lanes(manifest: Manifest) -> dict[str, LaneSettings]:
    return {
        name: lane_settings(base_url_variable(name), PROVIDERS[wish.kind].default_base_url)
        for name, wish in _lane_wishes(manifest).items()
    }
