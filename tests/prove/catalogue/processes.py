"""The rows of files and processes that need a process: full disks, limits, signals, two runs, keys."""

import os
import resource
import signal
import time

from tests.prove.catalogue import documents, strikes
from tests.prove.catalogue.command import as_command, struck_by, twice
from tests.prove.catalogue.connections import BOTH, POSITIONS
from tests.prove.catalogue.records import AIMLAPI, expect
from tests.prove.catalogue.relay import FILE, POLL, SUBMIT, Strike

_KIB = 1024
_ANY = expect(None, None, None)


def cases():
    for provider in BOTH:
        yield from _kills(provider)
        yield from _signals(provider)
        yield from _pipes(provider)
        yield from _two_runs(provider)
        yield from _suspended(provider)
        yield from _memory(provider)
        yield from _keys(provider)


def _struck(position, do, **when):
    return (Strike(on=POSITIONS[position], do=do, **when),)


def _healed(provider, position, *, charged, status):
    """What the next run finds when a process ended in the middle of that request."""
    first = expect(None, status, 1 if charged or position != "S" else 0)
    if position == "S" and provider == AIMLAPI:
        return first, expect("ambiguous", 6, 1 if charged else 0)
    return first, expect("saved", 0, 1)


def _kills(provider):
    hit = struck_by("SIGKILL")

    def after_charge(moment_do):
        async def do(moment):
            await moment.serve()
            hit(moment)
            moment.close()

        return do

    def mid_reply():
        async def do(moment):
            said = await moment.serve()
            await moment.say(said.head() + said.body[: len(said.body) // 2])
            hit(moment)
            moment.close()

        return do

    for position in "SPD":
        variants = {
            "received": (strikes.calling(hit, then=strikes.reset()), False),
            "charged": (after_charge(None), True),
            "mid_reply": (mid_reply(), True),
        }
        for name, (do, charged) in variants.items():
            ends = _healed(provider, position, charged=charged, status=-signal.SIGKILL)
            quick = (position, name) in {("S", "charged"), ("D", "mid_reply")}
            yield as_command("K1", position, provider, name, twice, ends, strikes=_struck(position, do), is_quick=quick)


def _signals(provider):
    statuses = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 143}
    for number, status in statuses.items():
        for position in "SPD":
            do = strikes.calling(struck_by(number), then=strikes.hang(charged=True))
            ends = _healed(provider, position, charged=True, status=status)
            quick = (number, position) in {("SIGINT", "S"), ("SIGTERM", "P"), ("SIGTERM", "D")}
            yield as_command(
                "K2",
                position,
                provider,
                f"{number}_hanging",
                twice,
                ends,
                strikes=_struck(position, do),
                is_quick=quick,
            )
            if number != "SIGHUP":
                done = strikes.calling(struck_by(number), then=strikes.as_usual)
                # what is on its way when a run is asked to stop may land
                ends = expect("saved parked", status, 1), expect("saved skipped", 0, 1)
                yield as_command(
                    "K2", position, provider, f"{number}_answering", twice, ends, strikes=_struck(position, done)
                )
                again = strikes.calling(struck_by(number, number), then=strikes.hang(charged=True))
                ends = _healed(provider, position, charged=True, status=status)
                yield as_command(
                    "K2",
                    position,
                    provider,
                    f"{number}_twice",
                    twice,
                    ends,
                    strikes=_struck(position, again),
                    is_quick=position == "S" and number == "SIGINT",
                )


def _pipes(provider):
    def drive(room):
        reading, writing = os.pipe()
        process = room.start(stdout=writing, stderr=writing)
        os.close(writing)
        os.close(reading)
        process.wait(60)
        first = room.finish(process)
        return first, room.run()

    # nobody hears how it ended, so any status may do; the work is done all the same
    ends = expect(None, None, 2), expect("skipped", 0, 2)
    yield as_command("K2", "-", provider, "SIGPIPE", drive, ends, count=2, is_quick=True)


def _two_runs(provider):
    def at_once(*, other_manifest):
        def drive(room):
            waiting = room.start()
            room.wait_for(POLL)
            before = room.relay.arrivals[SUBMIT], room.relay.arrivals[FILE]
            if other_manifest:
                room.write(2)
            first_pid = waiting.pid
            second = room.run()
            if before != (room.relay.arrivals[SUBMIT], room.relay.arrivals[FILE]):
                room.findings.append("the second run sent something")
            if str(first_pid) not in second.words:
                room.findings.append(f"the refusal does not name process {first_pid}: {second.words}")
            room.relay.strikes = ()
            return second, room.finish(waiting)

        return drive

    slow = _struck("P", strikes.rewrite(documents.still("processing")), last=None)
    ends = expect(None, 4, 1), expect("saved", 0, 1)
    yield as_command(
        "K3", "-", provider, "same_manifest", at_once(other_manifest=False), ends, strikes=slow, is_quick=True
    )
    yield as_command("K3", "-", provider, "another_manifest", at_once(other_manifest=True), ends, strikes=slow)

    def queued(room):
        waiting = room.start()
        room.wait_for(POLL)
        second = room.start("--wait", "90")
        room.relay.strikes = ()
        return room.finish(waiting), room.finish(second)

    ends = expect("saved", 0, 1), expect("skipped", 0, 1)
    yield as_command("K3", "-", provider, "second_waits", queued, ends, strikes=slow)


def _suspended(provider):
    def pause(moment):
        moment.relay.room.signal(signal.SIGSTOP)

    def drive(room):
        process = room.start()
        for position in POSITIONS.values():
            if any(strike.on == position for strike in room.relay.strikes):
                room.wait_for(position)
        time.sleep(1.5)
        room.signal(signal.SIGCONT)
        first = room.finish(process)
        room.relay.strikes = ()
        return first, room.run()

    for position in "SPD":
        done = expect("saved", 0, 1), expect("skipped", 0, 1)
        do = strikes.calling(pause, then=strikes.as_usual)
        yield as_command(
            "K4",
            position,
            provider,
            "stopped_and_continued",
            drive,
            done,
            strikes=_struck(position, do),
            is_quick=position == "S",
        )
        lost = strikes.calling(pause, then=strikes.reset(charged=True))
        ends = (
            (expect("ambiguous", 6, 1), expect("ambiguous", 6, 1)) if (position, provider) == ("S", AIMLAPI) else done
        )
        yield as_command("K4", position, provider, "cut_while_stopped", drive, ends, strikes=_struck(position, lost))


def _memory(provider):
    for mib in (120, 200, 260, 320, 400):

        def drive(room, mib=mib):
            first = room.run(limits=((resource.RLIMIT_AS, mib * _KIB * _KIB),))
            room.findings.clear()
            return first, room.run()

        later = expect("saved skipped ambiguous", (0, 6), (0, 1, 2))
        yield as_command("K5", "-", provider, f"{mib}_mib", drive, (_ANY, later), count=2, is_quick=mib == 260)
    killed = _struck("S", strikes.calling(struck_by("SIGKILL"), then=strikes.reset()))
    ends = _healed(provider, "S", charged=False, status=-signal.SIGKILL)
    yield as_command("K5", "S", provider, "killed_for_memory", twice, ends, strikes=killed)


def _keys(provider):
    def drive(room):
        process = room.start()
        room.wait_for(POLL)
        room.signal(signal.SIGTERM)
        room.finish(process)
        room.relay.strikes = ()
        return room.run(key="another-key"), room.run("--allow-key-change", key="another-key")

    slow = _struck("P", strikes.rewrite(documents.still("processing")), last=None)
    ends = expect(None, (3, 4), 1), expect("saved", 0, 1)
    yield as_command("R17", "-", provider, "another_key", drive, ends, strikes=slow, is_quick=True)
