"""The scenes in which a key or a signed link could come out: each runs the command, then everything is searched."""

import json
import subprocess
from dataclasses import dataclass, field
from urllib.parse import quote

from tests import core_dumps
from tests.canary import KEY, open_to_others, search
from tests.prove.catalogue import strikes
from tests.prove.catalogue.command import served
from tests.prove.catalogue.records import AIMLAPI, RUNWARE
from tests.prove.catalogue.relay import FILE, Relay, Strike
from tests.prove.secrets import echoes
from tests.prove.secrets.room import Watched

_MANIFEST = "film.shots.yaml"
#: what reads the record afterwards; `state export` writes the links down, for they are what a backup is for
_READERS = (
    ("plan", _MANIFEST),
    ("plan", _MANIFEST, "--json"),
    ("status", _MANIFEST),
    ("status", _MANIFEST, "--json"),
    ("verify", _MANIFEST, "--json"),
    ("state", "check", _MANIFEST),
)
_EXPORT = ("state", "export", _MANIFEST)
_RUN = ("run", _MANIFEST)
_SHOT = {"prompt": "a lamp", "model": "kandinsky-5-image-lite", "width": 640, "height": 1408}
#: names of shots that a shell, make or a file system would take for something else
_ODD_IDS = (
    "$(touch it)", "`touch it`", "a;touch it", "a|b", "$$", "$(shell touch it)", "../a", "/etc/a", "a b", "-rf", "a\nb",
    "%s", "CON", "a.", "a&b", "a>b", "a*", "~", "#a", "a'b",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is done and said; `play` returns what was searched and what was found wrong."""

    row: str
    name: str
    provider: str
    strikes: tuple = ()
    #: called with the room; runs the commands, returns findings in words
    act: object
    more: str = ""
    is_quick: bool = False

    @property
    def id(self):
        return f"{self.row}.{self.provider}.{self.name}"

    def play(self, folder):
        """Play it in an empty folder; return a Searched and every finding."""
        project = folder / "project"
        project.mkdir()
        (project / "pyproject.toml").touch()
        relay = Relay(folder=folder / "server", strikes=self.strikes)
        room = Watched(folder=project, relay=relay, provider=self.provider)
        room.prepare()
        room.write(1, more=self.more)
        heads = _Heads(relay)
        with served(room):
            findings = list(self.act(room) or ())
            exported = room.command(*_EXPORT).stdout
        texts = {
            name: text
            for name, text in room.texts.items()
            if not name.startswith(f"stdout of render {' '.join(_EXPORT)}")
        }
        searched = search(texts, [project])
        findings += [*room.findings, *relay.troubles, *heads.findings()]
        findings += ["the key stands in an export of the record"] if KEY.encode() in exported else []
        return searched, [*findings, *searched.leaks, *open_to_others([project])]


@dataclass
class _Heads:
    """Remembers what was asked of the host of files, and by whom."""

    relay: Relay
    seen: list = field(default_factory=list)

    def __post_init__(self):
        self.relay.strikes = tuple(self._remembering(each) if each.on == FILE else each for each in self.relay.strikes)
        self.relay.strikes += (Strike(on=FILE, do=self._pass_on, last=None),)

    def _remembering(self, strike):
        async def do(moment):
            self.seen.append(moment.head)
            await strike.do(moment)

        return Strike(on=FILE, do=do, first=strike.first, last=strike.last)

    async def _pass_on(self, moment):
        self.seen.append(moment.head)
        await moment.pass_on()

    def findings(self):
        for head in self.seen:
            if b"authorization" in head.lower() or KEY.encode() in head or b"cookie" in head.lower():
                yield "a host of files was sent the key or a cookie"


def scenes():
    """Every scene, in the order of the rows."""
    for provider in (RUNWARE, AIMLAPI):
        yield from _echoed(provider)
        yield Scene(row="X2", name="bug", provider=provider, act=_meet_a_bug, is_quick=provider == RUNWARE)
        yield from _plain(provider)
        yield from _steered(provider)
        yield from _on_files(provider)
    yield Scene(row="X11", name="ids", provider=RUNWARE, act=_ids_that_steer_a_shell, is_quick=True)


def _echoed(provider):
    told = {"row": "X1", "provider": provider, "act": _run_twice}
    for status in (400, 401, 402, 403, 429, 500):
        strikes_of = echoes.on_submit(echoes.refusing(status))
        yield Scene(name=f"submit_{status}_plain", strikes=strikes_of, is_quick=status in {400, 401}, **told)
    for name, spelled in {"quoted": _quoted, "escaped": _escaped}.items():
        for status in (400, 401):
            yield Scene(
                name=f"submit_{status}_{name}",
                strikes=echoes.on_submit(echoes.refusing(status, spelled=spelled)),
                is_quick=status == 400,
                **told,
            )
    for written in (echoes.with_slashes_escaped, echoes.with_key_escaped):
        do = echoes.refusing(400, written=written)
        yield Scene(name=f"submit_400_{written.__name__}", strikes=echoes.on_submit(do), is_quick=True, **told)
    for status in (400, 401, 500):
        polled = {**told, "act": _run_and_read if status == 400 else _run_twice}
        yield Scene(name=f"poll_{status}", strikes=echoes.on_poll(echoes.refusing(status)), **polled)
    for status in (307, 502):
        yield Scene(name=f"page_{status}", strikes=echoes.on_submit(echoes.refusing(status)), **told)
    yield Scene(name="request_shown", strikes=echoes.on_submit(echoes.page(200)), is_quick=True, **told)
    yield Scene(name="request_shown_and_cut", strikes=echoes.on_submit(echoes.cut_page()), **told)


def _quoted(key):
    return quote(key, safe="")


def _escaped(key):
    # inside a JSON text that is written once more, so the reader meets it one level down
    return "".join(f"\\u{ord(character):04x}" for character in key)


def _plain(provider):
    told = {"provider": provider, "strikes": (echoes.SIGNING,)}
    yield Scene(row="X3", name="key_in_file", act=_run_with_key_in_file, is_quick=provider == AIMLAPI, **told)
    yield Scene(row="X3", name="no_option", act=_no_option_takes_a_key, **told)
    yield Scene(row="X8", name="modes", act=_run_and_read, is_quick=provider == RUNWARE, **told)
    yield Scene(row="X8", name="terminal", act=_run_on_a_terminal, **told)


def _steered(provider):
    failing = (Strike(on="poll", do=strikes.rewrite(echoes.failing), last=None),)
    yield Scene(row="X6", name="failure", provider=provider, strikes=failing, act=_run_twice, is_quick=True)
    yield Scene(row="X6", name="failure_on_a_terminal", provider=provider, strikes=failing, act=_run_on_a_terminal)
    refused = echoes.on_submit(echoes.refusing(400, steering=echoes.STEERING))
    yield Scene(row="X6", name="refusal", provider=provider, strikes=refused, act=_run_on_a_terminal)


def _on_files(provider):
    told = {"row": "X1", "provider": provider, "act": _run_twice}
    signed = f"https://evil.example/x.mp4?X-Signature={echoes.QUERY}"
    answers = {
        "gone": strikes.answer(404, b"no such file"),
        "led_away": strikes.answer(302, b"", headers=[f"Location: {signed}"]),
        "strange_encoding": strikes.answer(200, b"x", headers=[f"Content-Encoding: {signed}"]),
        "reset": strikes.reset(),
    }
    for name, do in answers.items():
        last = 6 if name in {"reset", "gone"} else None
        is_quick = name == "led_away" and provider == RUNWARE
        strange = echoes.on_file(do, last=last)
        yield Scene(name=f"file_{name}", strikes=strange, is_quick=is_quick, **told)


def _run_twice(room):
    room.command(*_RUN)
    room.command(*_RUN, "--json")
    room.command("status", _MANIFEST)


def _run_and_read(room):
    room.command(*_RUN)
    for reader in _READERS:
        room.command(*reader)
    room.command(*_RUN, "--json")


def _run_on_a_terminal(room):
    room.on_a_terminal(*_RUN)
    room.on_a_terminal("status", _MANIFEST)


def _meet_a_bug(room):
    done = room.command(*_RUN, module="tests.prove.secrets.child")
    reports = list(room.temp.glob("render-bug-*"))
    if done.returncode != 70 or len(reports) != 1:
        yield f"exit {done.returncode} and {len(reports)} reports, not 70 and one: {done.stderr[-300:]}"
        return
    if "RuntimeError" not in reports[0].read_text(encoding="utf-8"):
        yield "the report does not tell what happened"
    if reports[0].stat().st_mode & 0o077:
        yield "the report is open to others"


def _run_with_key_in_file(room):
    with core_dumps.allowed():
        done = room.command(*_RUN, key_in_file=True)
    if done.returncode != 0:
        yield f"exit {done.returncode}: {done.stderr[-300:]}"
    if "the core limit" not in room.texts:
        yield "the process would have left a core dump"


def _no_option_takes_a_key(room):
    for option in ("--key", "--api-key", "--token"):
        done = subprocess.run(
            room.interpreter(*_RUN, option, "not-a-key"),
            cwd=room.folder,
            env=room.variables(),
            capture_output=True,
            check=False,
        )
        if done.returncode != 2:
            yield f"{option} is taken: exit {done.returncode}"
    _run_and_read(room)


def _ids_that_steer_a_shell(room):
    shots = [json.dumps({"id": identity, **_SHOT}) for identity in _ODD_IDS]
    lines = ["version: 1", "project: odd", "shots:", *(f"  - {shot}" for shot in shots), ""]
    (room.folder / "odd.shots.yaml").write_text("\n".join(lines), encoding="utf-8")
    done = room.command("validate", "odd.shots.yaml")
    if done.returncode != 2:
        yield f"exit {done.returncode}, not 2"
    for number, identity in enumerate(_ODD_IDS, start=4):
        place = f"odd.shots.yaml:{number}:".encode()
        if not any(line.startswith(place) and b"[R036]" in line for line in (done.stdout + done.stderr).splitlines()):
            yield f"the id {identity!r} is taken"
