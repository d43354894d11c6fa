"""One run from a process's point of view: keys, lock, log, screen, signals and the event loop.

Everything is checked before anything is sent: the manifest is in order, the keys are there, the folder can be written,
and nobody else is writing the record.
"""

from __future__ import annotations

import asyncio
import math
import os
import random
import time
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from render.artifacts.folder import ArtifactFolder
from render.commands.addresses import addresses_of
from render.commands.reach import nowhere
from render.commands.say import talk
from render.commands.signals import listen_for_signals
from render.commands.spending import KeyMark, carried_on, require_same_keys, spending
from render.commands.unrecorded import as_recorded, end_recorded, told
from render.errors import SettingsError
from render.lanes import key_variable
from render.log import open_log
from render.project import with_presence
from render.providers import PROVIDERS
from render.records import Snapshot
from render.report.palette import palette
from render.report.progress import progress
from render.runner.budget import Budget
from render.runner.conductor import Score, StopRequest, asks, conduct, talks, untouched, works
from render.runner.inputs import Inputs
from render.runner.journal import Journal
from render.runner.lane import LaneTerms, Shared
from render.runner.room import require_room
from render.runner.surroundings import Surroundings
from render.runner.tally import Standing
from render.selection import EVERYTHING, Selection
from render.settings import OFFLINE, Secret, proxy_settings, read_key, read_key_if_set
from render.store import open_store
from render.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractAsyncContextManager

    from render.display import Display
    from render.events import Event
    from render.project import Project
    from render.records import Plan, Summary
    from render.runner.addresses import Addresses
    from render.runner.budget import Spending
    from render.settings import LaneSettings
    from render.store import LockHolder, Store

    #: the key of every lane by name, and what addresses need
    Means = tuple[Mapping[str, Secret | None], Addresses]

DEFAULT_CONCURRENCY = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class RunTerms:
    """What the command line says about one run; each beats what the manifest says."""

    concurrency: int | None = None
    #: what this run may buy for at most; None for no limit
    max_cost_usd: float | None = None
    #: the most one result costs, in USD, by model as it was named
    assumed_prices: Mapping[str, float] = field(default_factory=dict)
    #: how long to wait for another run to end
    wait_s: float = 0.0
    #: which part of the plan this run is about, and whether it buys
    selection: Selection = EVERYTHING
    #: carry on with what was bought under another key
    allow_key_change: bool = False
    #: further hosts that files may come from in this run
    allow_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """A run of one project; `reach` opens what is needed to reach the providers and yields their settings."""

    project: Project
    screen: Display
    reach: Callable[[Project], AbstractAsyncContextManager[Mapping[str, LaneSettings]]]
    terms: RunTerms
    #: says how the run stands where an error ends it
    standing: Standing = field(default_factory=Standing)
    #: time, chance and identity of the run; the real ones where none are given
    surroundings: Surroundings | None = None

    def perform(self) -> Summary:
        """Render what is missing and return how it went.

        Raises:
            UsageError: `--assume-price` names no model.
            BudgetError: what is to be bought may not fit into the budget, or has no price.
            SettingsError: a key is missing or another one than before, the folder cannot be written, or the offline
                server cannot start.
            StateError: the record cannot be used, or somebody else is writing it.
        """
        folders, kind = self.project.folders, self.project.kind
        money = spending(self.project, self.terms)
        if not folders.state.exists():
            # nothing is made where nothing can be done; an existing record is read under the lock
            self._require_means(self._plan(Snapshot(), money), Snapshot(), money)
        self._check_folder()
        with open_store(
            folders.state,
            project=self.project.manifest.project,
            kind=kind,
            wait_s=self.terms.wait_s,
            on_wait=self._tell_whom_it_waits_for,
        ) as store:
            return self._perform(store, with_presence(self.project, store.snapshot()), money)

    def _perform(self, store: Store, snapshot: Snapshot, money: Spending) -> Summary:
        plan, real = self._plan(snapshot, money), self.surroundings or _surroundings()
        keys, addresses = self._require_means(plan, snapshot, money)
        for warning in plan.warnings:
            talk(f"warning: {warning}")
        run_id = real.new_id()
        store.begin_run(run_id, started_at=real.now())
        with ExitStack() as stack:
            secrets = [key for key in keys.values() if key is not None and not self.project.is_offline]
            secrets += addresses.values.values()
            log = stack.enter_context(
                open_log(self.project.folders.output / "render.log", run_id=run_id, secrets=secrets, now=real.now)
            )
            show = stack.enter_context(progress(self.screen, palette(self.screen), write=_echo))
            run = _Run(
                session=self,
                plan=plan,
                snapshot=snapshot,
                keys=keys,
                addresses=addresses,
                money=money,
                run_id=run_id,
                emit=_both(log, show),
            )
            summary = asyncio.run(run.carry_out(store, real))
        return end_recorded(store, run_id, ended_at=real.now(), summary=summary)

    def _plan(self, snapshot: Snapshot, money: Spending) -> Plan:
        plan = self.project.plan(snapshot, self.terms.selection)
        self.standing.say = lambda: untouched(plan, Budget(money, snapshot.attempts, self.project.catalog.find))
        return plan

    def _require_means(self, plan: Plan, snapshot: Snapshot, money: Spending) -> Means:
        """Return the keys a plan needs, if they are the ones that were used before and the money does."""
        keys = self._keys(plan)
        addresses = addresses_of(plan, self.project, buys=self.terms.selection.buys)
        if not self.terms.allow_key_change:
            require_same_keys(carried_on(plan, snapshot), self._key_marks(keys))
        if money.is_limited:
            require_room(Budget(money, snapshot.attempts, self.project.catalog.find), plan.tasks)
        return keys, addresses

    def _tell_whom_it_waits_for(self, holder: LockHolder) -> None:
        talk(f"waiting up to {self.terms.wait_s:g} s for another run to end: {holder.words}")

    def _keys(self, plan: Plan) -> Mapping[str, Secret | None]:
        """Read the key of every lane that something must be asked through.

        Raises:
            SettingsError: one is missing.
        """
        needs_key = talks if self.terms.selection.buys else asks
        talking = {planned.lane for planned in plan.tasks if needs_key(planned)}
        working = {planned.lane for planned in plan.tasks if works(planned)}
        if self.project.is_offline:
            return dict.fromkeys(sorted(working), Secret(OFFLINE))
        return {
            name: read_key(key_variable(name)) if name in talking else self._spare_key(key_variable(name))
            for name in self.project.lane_wishes
            if name in working
        }

    def _spare_key(self, variable: str) -> Secret | None:
        """A key that only a dead link would need."""
        return None if self.terms.selection.buys else read_key_if_set(variable)

    def _key_marks(self, keys: Mapping[str, Secret | None]) -> Mapping[str, KeyMark]:
        lanes = self.project.lanes
        read = ((name, key) for name, key in keys.items() if key is not None and name in lanes)
        return {name: KeyMark(endpoint=lanes[name].endpoint, mark=key.mark) for name, key in read}

    def _check_folder(self) -> None:
        output = self.project.folders.output
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"cannot make the folder {output}: {error.strerror}"
            raise SettingsError(message, hint="choose another with --out DIR") from error
        if not os.access(output, os.W_OK | os.X_OK):
            raise SettingsError(f"cannot write to the folder {output}", hint="choose another with --out DIR")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Run:
    """What one event loop works on."""

    session: Session
    plan: Plan
    snapshot: Snapshot
    keys: Mapping[str, Secret | None]
    addresses: Addresses
    money: Spending
    run_id: str
    emit: Callable[[Event], None]

    async def carry_out(self, store: Store, real: Surroundings) -> Summary:
        stop = StopRequest(event=asyncio.Event())
        listen_for_signals(stop)
        project = self.session.project
        reach = self.session.reach if self.keys else nowhere
        journal = Journal(store.write, reopen=store.reopen)
        proxy = None if project.is_offline else proxy_settings()
        async with reach(project) as settings, Wire(proxy=proxy) as wire, told(journal, project.lane_facts):
            wire.hide(self.addresses.hidden)
            shared = Shared(
                wire=wire,
                journal=journal,
                surroundings=real,
                spec_of=project.catalog.find,
                emit=self.emit,
                stop=stop.event,
                run_id=self.run_id,
                addresses=self.addresses,
                inputs=Inputs(project.manifest.inputs, self.snapshot.uploads),
            )
            lanes = {name: self._terms(name, settings[name]) for name in self.keys}
            folder = ArtifactFolder(project.folders.output)
            score = Score(plan=self.plan, snapshot=self.snapshot, lanes=lanes, folder=folder, spending=self.money)
            summary = await conduct(score, shared, stop, standing=self.session.standing)
        return as_recorded(summary, journal)

    def _terms(self, name: str, settings: LaneSettings) -> LaneTerms:
        project = self.session.project
        wish = project.lane_wishes[name]
        provider = PROVIDERS[wish.kind]
        return LaneTerms(
            name=name,
            provider=provider,
            settings=settings,
            key=self.keys[name],
            concurrency=self.session.terms.concurrency or wish.concurrency or DEFAULT_CONCURRENCY,
            ids_are_ours=project.lane_facts[name].ids_are_ours,
            repeat_window_s=math.inf if project.is_offline else provider.repeat_window_s,
            # no provider takes more ids a question for being asked
            poll_batch=min(wish.poll_batch or provider.poll_batch, provider.poll_batch),
            adopts_from_log=wish.adopts_from_log,
            allow_hosts=(*wish.allow_hosts, *self.session.terms.allow_hosts),
        )


def _surroundings() -> Surroundings:
    return Surroundings(
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        draw=random.random,
        new_id=lambda: str(uuid.uuid4()),
    )


def _echo(line: str) -> None:
    talk(line)


def _both(log: Callable[[Event], None], show: Callable[[Event], None]) -> Callable[[Event], None]:
    """Log and show every event; a screen that has gone away does not stop paid work."""
    is_watched = True

    def emit(event: Event) -> None:
        nonlocal is_watched
        log(event)
        if is_watched:
            try:
                show(event)
            except OSError:
                is_watched = False

    return emit
