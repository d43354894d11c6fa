"""Opens a manifest together with its record: tasks, snapshot and plan. What every command about shots starts from.

Reading needs no lock, no key and no network.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from render.artifacts.presence import presence
from render.catalog.load import catalog_beside
from render.conditions import Known
from render.expand import expand
from render.manifest.load import load_manifest
from render.manifest.reading import AS_WRITTEN, Reading
from render.plan import LaneFacts, plan
from render.providers import PROVIDERS
from render.selection import EVERYTHING, Selection, limited, select
from render.settings import OFFLINE, folders, lane_settings
from render.store import read_snapshot
from render.unbought import with_missing_files, with_recorded_files, without_purchases

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
    #: by provider name, for the providers the tasks use; empty offline, where the address is not known before the run
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
        endpoints = {name: lane.endpoint for name, lane in facts.items()}
        made = plan(self.tasks, snapshot, spec_of=self.catalog.find, lanes=facts)
        if selection.buys:
            return limited(select(made, selection, self._known(snapshot, endpoints)), selection)
        made = with_missing_files(made, snapshot, endpoints=endpoints)
        made = select(made, selection, self._known(snapshot, endpoints))
        return limited(without_purchases(made), selection)

    def keys_with_files(self, snapshot: Snapshot, selection: Selection) -> frozenset[str]:
        """Say whose recorded files are selected, of tasks that are gone from the manifest as well.

        Raises:
            UsageError: as `plan`.
        """
        facts = self.lane_facts
        endpoints = {name: lane.endpoint for name, lane in facts.items()}
        made = plan(self.tasks, snapshot, spec_of=self.catalog.find, lanes=facts)
        chosen = select(with_recorded_files(made, snapshot), selection, self._known(snapshot, endpoints))
        return frozenset(planned.task.key for planned in chosen.tasks)

    def _known(self, snapshot: Snapshot, endpoints: Mapping[str, str]) -> Known:
        attempts = [each for each in snapshot.attempts if endpoints.get(each.provider) == each.endpoint]
        return Known(aliases=self.catalog.aliases, attempts=attempts)

    @property
    def lane_facts(self) -> Mapping[str, LaneFacts]:
        """What a plan knows about each lane, by provider name."""
        looked_up = {wish.name for wish in self.manifest.lanes if wish.adopts_from_log}
        return {
            name: LaneFacts(
                endpoint=self.lanes[name].endpoint if name in self.lanes else OFFLINE,
                # offline nothing is paid, so nothing needs a person's decision before it is sent again
                ids_are_ours=provider.ids_are_ours or self.is_offline,
                adopts_from_log=name in looked_up,
            )
            for name, provider in PROVIDERS.items()
            if self.is_offline or name in self.lanes
        }


def open_project(path: Path, where: Where) -> Project:
    """Load the manifest at `path` and say where its record is.

    Raises:
        ManifestError: the manifest is not in order.
        SettingsError: it cannot be read, or a base URL makes no sense.
    """
    catalog = catalog_beside(path, where.reading.spec_folders)
    manifest, warnings = load_manifest(path, catalog, where.reading)
    tasks = expand(manifest, catalog.find)
    lanes = {} if where.is_offline else _lanes()
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
    """Look which of the recorded files are there."""
    return replace(record, present=presence(project.folders.output, record.artifacts.values()))


def _lanes() -> dict[str, LaneSettings]:
    return {
        name: lane_settings(provider.base_url_variable, provider.default_base_url)
        for name, provider in PROVIDERS.items()
    }
