"""The rows K6 to K8, C1 and C2: bugs, stalls, edited manifests and clocks, all inside this process."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from render.events import AttemptPrepared, AttemptSubmitted, RetryScheduled, TaskRendered, TaskSaved
from tests.prove.catalogue import strikes
from tests.prove.catalogue.connections import BOTH, BRIEF
from tests.prove.catalogue.outcomes import DONE, case
from tests.prove.catalogue.records import RUNWARE, expect
from tests.prove.catalogue.relay import SUBMIT, Strike
from tests.prove.catalogue.theatre import tasks_of

_MOMENTS = {"prepared": AttemptPrepared, "submitted": AttemptSubmitted, "rendered": TaskRendered, "saved": TaskSaved}
_JUMPS = {
    "an_hour_on": timedelta(hours=1),
    "an_hour_back": timedelta(hours=-1),
    "ten_years_on": timedelta(days=3652),
    "ten_years_back": timedelta(days=-3652),
    "a_second_back": timedelta(seconds=-1),
}


def cases():
    for provider in BOTH:
        yield from _bugs(provider)
        yield from _stalls(provider)
        yield from _edits(provider)
        yield from _jumps(provider)


def at(kind, do):
    """Call `do(theatre)` at the first event of a kind in the first run."""

    def prepare(theatre, number):
        told = []

        def listener(event):
            if isinstance(event, kind) and not told:
                told.append(event)
                do(theatre)

        theatre.listener = listener if number == 1 else None

    return prepare


def _bugs(provider):
    def bug(_):
        raise ZeroDivisionError("a bug of ours")

    for name, kind in _MOMENTS.items():
        first = expect("", 70, tuple(range(5)))
        later = expect("saved skipped ambiguous", (0, 6), tuple(range(5)))
        yield case(
            "K6",
            "-",
            provider,
            f"bug_when_{name}",
            (first, later),
            count=4,
            prepare=at(kind, bug),
            is_quick=name == "submitted",
        )
    refuse = (Strike(on=SUBMIT, do=strikes.refuse(400, "invalidParameter"), first=2),)
    one = expect("failed saved", 1, 3), expect("left skipped", 1, 3)
    yield case("K6", "S", provider, "one_of_four_refused", one, count=4, strikes=refuse, is_quick=True)


def _stalls(provider):
    def block(_):
        time.sleep(1.0)

    either = (
        (DONE[0], DONE[1])
        if provider == RUNWARE
        else (expect("saved ambiguous", (0, 6), (0, 1)), expect("skipped ambiguous", (0, 6), (0, 1)))
    )
    for name, kind in _MOMENTS.items():
        yield case(
            "K7",
            "-",
            provider,
            f"blocked_when_{name}",
            either,
            prepare=at(kind, block),
            timeouts=BRIEF,
            is_quick=name == "prepared",
        )

    def slow_commits(theatre, number):
        if number == 1:
            write = type(theatre).write

            def slowly(store, changes):
                time.sleep(0.7)
                write(theatre, store, changes)

            theatre.write = slowly
        else:
            vars(theatre).pop("write", None)

    yield case("K7", "-", provider, "slow_disk", either, prepare=slow_commits, timeouts=BRIEF)


def _edits(provider):
    """The first run is stopped in flight; the later one finds another manifest."""
    one, two = tasks_of(provider, 2)
    stop = {"prepare": at(AttemptSubmitted, lambda theatre: theatre.script.stop()), "count": 1}
    parked = expect("parked saved", 130, 1)
    renamed = replace(one, key="renamed", shot="renamed", path=f"renamed.{one.path.rpartition('.')[2]}")
    changed = replace(one, params={**one.params, "prompt": "something else"})
    moved = replace(one, path=f"elsewhere/{one.path}")
    edits = {
        "removed": ((two,), expect("saved", 0, 2)),
        "renamed": ((renamed,), expect("saved", 0, 1)),
        "moved": ((moved,), expect("saved", 0, 1)),
        "payload_changed": ((changed,), expect("saved", 0, 2)),
        "one_more_before": ((two, one), expect("saved", 0, 2)),
        "replaced_and_renamed": (
            (
                replace(two, key=one.key, shot=one.shot),
                replace(one, key="b", shot="b", path=f"b.{one.path.rpartition('.')[2]}"),
            ),
            expect("saved", 0, 2),
        ),
    }
    for name, (tasks, later) in edits.items():
        examine = _both_files if name in {"removed", "payload_changed"} else None
        yield case(
            "K8",
            "-",
            provider,
            name,
            (parked, later),
            tasks=(one,),
            later_tasks=tasks,
            examine=examine,
            is_quick=name in {"removed", "renamed", "payload_changed"},
            **stop,
        )


def _both_files(theatre, *_):
    if len(theatre.files()) != 2:
        yield f"two were paid for, and there is {theatre.files()}"


def _jumps(provider):
    for name, jump in _JUMPS.items():
        for moment, kind in {"submitted": AttemptSubmitted, "rendered": TaskRendered}.items():

            def leap(theatre, jump=jump):
                theatre.wall_now = jump

            prepare = _with_wall(at(kind, leap))
            yield case(
                "C1",
                "-",
                provider,
                f"{name}_when_{moment}",
                DONE,
                prepare=prepare,
                count=1,
                is_quick=(moment, name) == ("submitted", "ten_years_back"),
            )

        def before_later(theatre, number, jump=jump):
            theatre.wall = lambda: datetime.now(UTC) + (jump if number == 2 else timedelta())

        stopped = expect("parked saved", (0, 130), 1), expect("saved skipped", 0, 1)
        in_flight = _both(before_later, at(AttemptSubmitted, lambda theatre: theatre.script.stop()))
        yield case(
            "C1", "-", provider, f"{name}_between_runs", stopped, prepare=in_flight, is_quick=name == "ten_years_on"
        )
    refuse = (Strike(on=SUBMIT, do=strikes.refuse(429, "rateLimitExceeded", headers=("Retry-After: 30",))),)

    def back(theatre):
        theatre.wall_now = timedelta(days=-3652)

    yield case(
        "C1",
        "S",
        provider,
        "back_inside_a_hold",
        DONE,
        strikes=refuse,
        prepare=_with_wall(at(RetryScheduled, back)),
        is_quick=True,
    )
    for seconds in (5, 600, 86_400):
        for moment, kind in {"submitted": AttemptSubmitted, "prepared": AttemptPrepared}.items():

            def pause(theatre, seconds=seconds):
                theatre.passed = seconds

            # what was waited for longer than a run waits is parked, and fetched by the next,
            # and what was not sent in time is left for it to buy
            either = expect("saved parked left", (0, 6), (0, 1)), expect("skipped saved", 0, 1)
            yield case(
                "C2",
                "-",
                provider,
                f"{seconds}_s_when_{moment}",
                either,
                prepare=_with_pause(at(kind, pause)),
                is_quick=(seconds, moment) == (600, "submitted"),
            )


def _both(*steps):
    def prepare(theatre, number):
        for step in steps:
            step(theatre, number)

    return prepare


def _with_wall(step):
    """Let the wall clock follow `wall_now`."""

    def prepare(theatre, number):
        theatre.wall_now = timedelta()
        theatre.wall = lambda: datetime.now(UTC) + theatre.wall_now
        step(theatre, number)

    return prepare


def _with_pause(step):
    """Let the monotonic clock follow `passed`."""

    def prepare(theatre, number):
        theatre.passed = 0.0
        theatre.ahead = lambda: theatre.passed
        step(theatre, number)

    return prepare
