"""The rows F1 to F6, F11 and F12: full, read-only and exhausted file systems around a whole process."""

import functools
import resource
import shutil
import subprocess

from render.server.engines.fixed import FixedEngine
from tests.prove.catalogue import strikes
from tests.prove.catalogue.command import as_command
from tests.prove.catalogue.connections import BOTH
from tests.prove.catalogue.records import expect
from tests.prove.catalogue.relay import FILE, Strike

_KIB = 1024


@functools.cache
def _works(*command):
    """Whether this machine lets a command through."""
    return (
        shutil.which(command[0]) is not None
        and not subprocess.run(command, capture_output=True, check=False).returncode
    )


CAN_MOUNT = _works("unshare", "-Urm", "true")
CAN_TRACE = _works("strace", "-f", "-o", "/dev/null", "true")
_large = functools.cache(lambda: FixedEngine(file_bytes=400_000))


def cases():
    for provider in BOTH:
        yield from _no_room_for_files(provider)
        yield from _no_room_for_state(provider)
        yield from _failing_syncs(provider)
        yield from _read_only(provider)
        yield from _few_descriptors(provider)
        yield from _same_names(provider)


def in_namespace(script, *, after=""):
    """Play the first run after this script, in a mount namespace of its own; `$OUT` and `$MEDIA` are its folders."""
    folders = 'OUT="$PWD/renders/film"; MEDIA="$OUT/media"; mkdir -p "$MEDIA"'
    command = f'"$@"; STATUS=$?; {after}; exit $STATUS' if after else 'exec "$@"'
    prefix = ("unshare", "-Urm", "sh", "-ec", f"{folders}; {script}; set +e; {command}", "render")

    def drive(room):
        first = room.run(prefix=prefix)
        if after:
            # what stood in the namespace's own file system is put where the next run finds it
            shutil.rmtree(room.output)
            (room.folder / "kept").rename(room.output)
        room.relay.strikes = ()
        return first, room.run()

    return drive


def under(*limits, count=None):
    """Play the first run under these limits of setrlimit."""

    def drive(room):
        first = room.run(limits=limits)
        room.relay.strikes = ()
        return first, room.run()

    return drive


def _no_room_for_files(provider):
    large = {"engine": _large()}
    kept = expect("parked held failed left", (1, 6), (1, 2)), expect("saved", 0, 2)
    few = expect("saved parked held failed left", (0, 1, 6), (1, 2)), expect("saved skipped", 0, 2)
    variants = {"64k": "size=64k", "300k": "size=300k", "600k": "size=600k"} if CAN_MOUNT else {}
    for name, size in variants.items():
        drive = in_namespace(f'mount -t tmpfs -o {size} tmpfs "$MEDIA"')
        ends = few if name == "600k" else kept
        yield as_command("F1", "D", provider, name, drive, ends, count=2, server=large, is_quick=name == "64k")
    drive = under((resource.RLIMIT_FSIZE, 200 * _KIB))
    yield as_command("F1", "D", provider, "size_limit", drive, kept, count=2, server=large)
    if CAN_MOUNT:
        for inodes in (1, 2):
            drive = in_namespace(f'mount -t tmpfs -o nr_inodes={inodes} tmpfs "$MEDIA"')
            ends = kept if inodes == 1 else few
            yield as_command(
                "F12", "D", provider, f"{inodes}_inodes", drive, ends, count=2, server=large, is_quick=inodes == 1
            )
    yield from _other_file_systems(provider, large)


def _other_file_systems(provider, large):
    if CAN_MOUNT:
        drive = in_namespace('mount -t tmpfs -o size=9m tmpfs "$MEDIA"')
        # the folder is another file system: files are made where they will stand, so nothing crosses it
        ends = expect("saved", 0, 2), expect("saved", 0, 2)
        yield as_command(
            "F5", "D", provider, "folder_on_another_disk", drive, ends, count=2, server=large, is_quick=True
        )


def _no_room_for_state(provider):
    later = expect("saved skipped ambiguous", (0, 6), (0, 1, 2))
    for kib in (0, 4, 12, 20, 28, 36, 44, 52, 60, 80):
        drive = under((resource.RLIMIT_FSIZE, kib * _KIB))
        first = expect(None, (3, 4, 6, 1) if kib < 20 else None, (0, 1, 2))
        yield as_command(
            "F2", "-", provider, f"size_limit_{kib}k", drive, (first, later), count=2, is_quick=kib in {20, 44}
        )
    for kib in (64, 80, 96, 112) if CAN_MOUNT else ():
        mount = f'mount -t tmpfs -o size={kib}k tmpfs "$OUT"; mkdir "$MEDIA"'
        drive = in_namespace(mount, after='rm -rf kept; cp -a "$OUT" kept')
        first = expect(None, None, (0, 1, 2))
        yield as_command("F2", "-", provider, f"disk_of_{kib}k", drive, (first, later), count=2, is_quick=kib == 96)


def _failing_syncs(provider):
    """The deep sweep over system calls has a suite of its own; these are its rows in the catalogue."""
    calls = {"fdatasync": (2, 3, 4), "fsync": (1, 2, 3), "rename": (1,)} if CAN_TRACE else {}
    for call, numbers in calls.items():
        for number in numbers:
            prefix = (
                "strace",
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                f"trace={call}",
                "-e",
                f"inject={call}:error=EIO:when={number}",
            )

            def drive(room, prefix=prefix):
                return room.run(prefix=prefix), room.run()

            later = expect("saved skipped ambiguous", (0, 6), (0, 1))
            ends = expect(None, None, (0, 1)), later
            yield as_command(
                "F3", "-", provider, f"{call}_{number}", drive, ends, is_quick=(call, number) == ("fdatasync", 3)
            )


def _read_only(provider):
    unsent = expect("left", (3, 4), 0), expect("saved", 0, 1)
    if CAN_MOUNT:
        drive = in_namespace('mount --bind "$OUT" "$OUT"; mount -o remount,bind,ro "$OUT"')
        yield as_command("F4", "-", provider, "read_only_at_start", drive, unsent, is_quick=True)
        drive = in_namespace('mount --bind "$MEDIA" "$MEDIA"; mount -o remount,bind,ro "$MEDIA"')
        held = expect("parked held", 6, 1), expect("saved", 0, 1)
        yield as_command("F4", "D", provider, "read_only_files", drive, held, is_quick=True)
        yield from _turned_read_only(provider)

    def in_the_way(make, clear):
        def drive(room):
            make(room)
            first = room.run()
            clear(room)
            return first, room.run()

        return drive

    def file_as_folder(room):
        room.output.parent.mkdir()
        room.output.write_bytes(b"in the way")

    drive = in_the_way(file_as_folder, lambda room: room.output.unlink())
    yield as_command("F4", "-", provider, "file_for_folder", drive, unsent)
    drive = in_the_way(
        lambda room: (room.output / "state.db").mkdir(parents=True), lambda room: (room.output / "state.db").rmdir()
    )
    yield as_command("F4", "-", provider, "folder_for_state", drive, unsent)


def _turned_read_only(provider):
    """The folder of the files becomes read-only while a run is at work: seen from inside its own namespace."""

    def remount(moment):
        pid = str(moment.relay.room.process.pid)
        enter = ("nsenter", "--preserve-credentials", "-U", "-m", "-t", pid)
        command = [*enter, "mount", "-o", "remount,bind,ro", str(moment.relay.room.media)]
        subprocess.run(command, capture_output=True, check=True)

    drive = in_namespace('mount --bind "$MEDIA" "$MEDIA"')
    turn = (Strike(on=FILE, do=strikes.calling(remount, then=strikes.as_usual)),)
    ends = expect("parked held", 6, 1), expect("saved", 0, 1)
    yield as_command("F4", "D", provider, "turned_read_only", drive, ends, strikes=turn, is_quick=True)


def _few_descriptors(provider):
    for number in (12, 16, 20, 24, 28, 32, 40):
        later = expect("saved skipped ambiguous", (0, 6), (0, 1, 2, 3, 4, 5, 6))
        first = expect(None, None, None)
        drive = under((resource.RLIMIT_NOFILE, number))
        yield as_command("F6", "-", provider, f"{number}_files", drive, (first, later), count=6, is_quick=number == 20)


def _same_names(provider):
    """Names that some file systems take for one are refused before anything is bought, whatever stands below."""
    for name, (one, two) in {"case": ("Shot", "shot"), "dots": ("a", "a.")}.items():

        def drive(room, names=(one, two)):
            path = room.folder / "film.shots.yaml"
            whole = path.read_text(encoding="utf-8")
            path.write_text(whole.replace("shot0", names[0]).replace("shot1", names[1]), encoding="utf-8")
            first = room.run()
            path.write_text(whole, encoding="utf-8")
            return first, room.run()

        ends = expect(None, 2, 0), expect("saved", 0, 2)
        yield as_command("F11", "-", provider, f"names_by_{name}", drive, ends, count=2, is_quick=name == "case")
