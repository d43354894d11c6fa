"""The rows F7 to F11 and those parts of F4 and F5 that need no process of their own: files and records in the way."""

import shutil
from dataclasses import replace

from render.events import AttemptPrepared, AttemptSubmitted, TaskRendered, TaskSaved
from tests.prove.catalogue import damage, strikes
from tests.prove.catalogue.connections import BOTH
from tests.prove.catalogue.outcomes import DONE, case
from tests.prove.catalogue.records import expect
from tests.prove.catalogue.relay import FILE, Strike
from tests.prove.catalogue.theatre import tasks_of

_SHARES = (0.0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
#: refused as it is, or carried on with: bought again never
_REFUSED_OR_WHOLE = expect("saved", 0, 1), expect("saved skipped", (0, 4), 1)
_REFUSED = expect("saved", 0, 1), expect("", 4, 1)


def cases():
    for provider in BOTH:
        yield from _in_the_way(provider)
        yield from _damaged_log(provider)
        yield from _damaged_main(provider)
        yield from _other_versions(provider)
        yield from _files_changed(provider)


def _in_the_way(provider):
    held = expect("held", 6, 1), expect("saved", 0, 1)
    (task,) = tasks_of(provider)

    def folder_at_target(theatre, number):
        target = theatre.root / task.path
        target.mkdir(parents=True) if number == 1 else target.rmdir()

    yield case("F5", "D", provider, "folder_at_target", held, prepare=folder_at_target, is_quick=True)

    def file_at_parent(theatre, number):
        way = theatre.root / "deep"
        theatre.root.mkdir(parents=True, exist_ok=True)
        way.write_bytes(b"in the way") if number == 1 else way.unlink()

    deep = (replace(task, path=f"deep/er/{task.path}"),)
    yield case("F5", "D", provider, "file_at_parent", held, prepare=file_at_parent, tasks=deep)

    def link_at_parent(theatre, number):
        elsewhere, way = theatre.root.parent / "elsewhere", theatre.root / "deep"
        way.parent.mkdir(parents=True, exist_ok=True)
        elsewhere.mkdir(exist_ok=True)
        way.symlink_to(elsewhere) if number == 1 else way.unlink()

    yield case(
        "F5",
        "D",
        provider,
        "link_at_parent",
        held,
        prepare=link_at_parent,
        tasks=deep,
        examine=_nothing_elsewhere,
        is_quick=True,
    )
    long = (replace(task, path=f"{'x' * 300}.{task.path.rpartition('.')[2]}"),)
    renamed = expect("held failed", (1, 6), 1), expect("saved", 0, 1)
    yield case("F5", "D", provider, "name_too_long", renamed, tasks=long, later_tasks=(task,), is_quick=True)
    home = {}

    def folder_goes(_):
        shutil.rmtree(home["theatre"].root / "deep", ignore_errors=True)

    def note(theatre, _):
        home["theatre"] = theatre

    gone = (Strike(on=FILE, do=strikes.calling(folder_goes, then=strikes.as_usual)),)
    either = expect("saved held parked", (0, 6), 1), expect("saved skipped", 0, 1)
    yield case("F5", "D", provider, "folder_deleted_mid_run", either, tasks=deep, strikes=gone, prepare=note)


def _nothing_elsewhere(theatre, *_):
    if list((theatre.root.parent / "elsewhere").rglob("*.*")):
        yield "a file was written outside the output folder"


def _damaged_log(provider):
    """The three files as a kill leaves them, the newest rows in the log alone; then the damage."""
    for moment, kind in (("prepared", AttemptPrepared), ("submitted", AttemptSubmitted), ("rendered", TaskRendered)):
        killed = damage.keep_moment(kind)
        # with no damage at all: what a crash leaves is read back, and undecided where ids are theirs
        is_open = moment == "prepared" and provider == "aimlapi"
        later = expect("ambiguous", 6, 1) if is_open else expect("saved", 0, 1)
        outcome = expect("saved", 0, 1), later
        yield case("F7", "-", provider, f"{moment}_kept", outcome, prepare=killed, is_quick=moment == "submitted")
        gone = damage.both(killed, damage.before_later(damage.remove("state.db-shm")))
        yield case("F7", "-", provider, f"{moment}_no_shm", outcome, prepare=gone)
        lost = expect("saved", 0, 1), expect("saved skipped ambiguous", (0, 4, 6), 1)
        changes = {"no_wal": damage.remove("state.db-wal"), "no_main": damage.remove("state.db")}
        changes |= {f"wal_cut_{int(share * 100)}": damage.cut("state.db-wal", share) for share in _SHARES}
        changes |= {f"wal_zeroed_{int(share * 100)}": damage.zero_tail("state.db-wal", share) for share in _SHARES[3:6]}
        changes |= {f"wal_flipped_{int(share * 100)}": damage.flip("state.db-wal", share) for share in _SHARES[1:]}
        for name, change in changes.items():
            damaged = damage.both(killed, damage.before_later(change))
            quick = moment == "submitted" and name in {"no_wal", "no_main", "wal_cut_50", "wal_flipped_50"}
            yield case("F7", "-", provider, f"{moment}_{name}", lost, prepare=damaged, is_quick=quick)


def _damaged_main(provider):
    whole = {
        "emptied": damage.cut("state.db", 0.0),
        "no_main_but_lock": damage.remove("state.db"),
        "crlf": damage.rewrite("state.db", lambda content: content.replace(b"\n", b"\r\n")),
        "bom": damage.rewrite("state.db", lambda content: b"\xef\xbb\xbf" + content),
        "conflict": damage.rewrite("state.db", lambda content: b"<<<<<<< HEAD\n" + content),
        "text": damage.rewrite("state.db", lambda _: b"{}"),
        "half": damage.cut("state.db", 0.5),
        "page_zeroed": damage.zero_tail("state.db", 0.6),
    }
    for name, change in whole.items():
        quick = name in {"emptied", "conflict"}
        yield case("F7", "-", provider, name, _REFUSED, prepare=damage.before_later(change), is_quick=quick)
    for percent in range(1, 100, 7):
        flipped = damage.before_later(damage.flip("state.db", percent / 100))
        yield case("F7", "-", provider, f"main_flipped_{percent}", _REFUSED_OR_WHOLE, prepare=flipped)


def _other_versions(provider):
    changes = {
        "newer": damage.execute("PRAGMA user_version = 99"),
        "other_program": damage.execute("PRAGMA application_id = 7"),
        "other_project": damage.execute("UPDATE meta SET project = 'another'"),
        "other_kind": damage.execute("UPDATE meta SET kind = 'offline'"),
        "no_table": damage.execute("DROP TABLE artifacts"),
        "no_rows_of_meta": damage.execute("DELETE FROM meta"),
    }
    for name, change in changes.items():
        quick = name in {"newer", "other_project"}
        yield case("F8", "-", provider, name, _REFUSED, prepare=damage.before_later(change), is_quick=quick)


def _files_changed(provider):
    (task,) = tasks_of(provider)
    again, kept = (expect("saved", 0, 1), expect("saved", 0, 1)), DONE
    changes = {
        "deleted": (damage.remove(task.path), again),
        "cut": (damage.cut(task.path, 0.5), again),
        "emptied": (damage.cut(task.path, 0.0), again),
        "touched": (lambda root: (root / task.path).touch(), kept),
        "grown": (damage.rewrite(task.path, lambda content: content + b"x"), again),
    }
    for name, (change, outcome) in changes.items():
        yield case(
            "F9",
            "-",
            provider,
            name,
            outcome,
            prepare=damage.before_later(change),
            examine=_nothing_left_over,
            is_quick=name == "deleted",
        )
    killed = damage.keep_moment(TaskRendered)
    yield case(
        "F10", "D", provider, "file_without_record", again, prepare=killed, examine=_nothing_left_over, is_quick=True
    )
    planted = damage.both(killed, damage.before_later(damage.rewrite(task.path, lambda content: content[:100])))
    yield case("F10", "D", provider, "half_file_without_record", again, prepare=planted, examine=_kept_aside)

    def leftovers(theatre, number):
        if number == 1:
            theatre.root.mkdir(parents=True, exist_ok=True)
            for name in (f".{task.path}.part", f"{task.path}.part", f".{task.path}.0123abcd.part"):
                (theatre.root / name).write_bytes(b"half")

    yield case("F10", "D", provider, "old_parts", DONE, prepare=leftovers, is_quick=True)

    def stranger(theatre, number):
        if number == 1:
            theatre.root.mkdir(parents=True, exist_ok=True)
            (theatre.root / task.path).write_bytes(b"somebody's own")

    strange = expect("saved held", (0, 6), 1), expect("skipped saved held", (0, 6), 1)
    yield case("F10", "D", provider, "strangers_file", strange, prepare=stranger, examine=_kept_aside)
    saved = damage.keep_moment(TaskSaved)
    yield case("F10", "D", provider, "killed_when_saved", DONE, prepare=saved)


def _nothing_left_over(theatre, *_):
    for path in theatre.root.rglob("*.part"):
        yield f"left over: {path.name}"


def _kept_aside(theatre, *_):
    content = [path.read_bytes()[:14] for path in theatre.root.rglob("*") if path.is_file()]
    if b"somebody's own" not in content and not theatre.kept() and len(content) < 2:
        yield "a file that was there is gone"
