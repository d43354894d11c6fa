"""A project folder in which `render` runs with a canary for a key; keeps everything that any process said or was."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.canary import KEY
from tests.prove.catalogue.command import Room

_PATIENCE_S = 60
_PIECE = 65536
#: what only a stranger's words can have brought: titles, links, its own colours, control bytes, a line that looks ours
_STRANGE = re.compile(rb"\x1b\]|\x1b\[31mred|\xc2\x9b|\xe2\x80\xae|(?m:^saved  everything)")


@dataclass
class Watched(Room):
    """A Room whose commands are remembered."""

    #: everything that was said, by command and stream
    texts: dict = field(default_factory=dict)
    #: what has reached a host of files
    heads: list = field(default_factory=list)

    @property
    def temp(self):
        """Where bug reports go."""
        return self.folder / "temp"

    @property
    def key_file(self):
        return self.folder.parent / "key-file"

    def command(self, *arguments, module="render", key_in_file=False, **more):
        """Run one command to its end; return it."""
        process = subprocess.Popen(
            self.interpreter(*arguments, module=module),
            cwd=self.folder,
            env={**self.variables(key_in_file=key_in_file), **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        name = " ".join(map(str, arguments))
        self._look_at(process, name, key_in_file=key_in_file)
        try:
            said, talk = process.communicate(timeout=_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            said, talk = process.communicate()
            self.findings.append(f"{name} did not end within {_PATIENCE_S} s")
        self._keep(name, stdout=said, stderr=talk)
        return subprocess.CompletedProcess(name, process.returncode, said, talk)

    def on_a_terminal(self, *arguments):
        """Run one command on a terminal of its own; return what the terminal was sent."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execve(sys.executable, [sys.executable, "-m", "render", *arguments], self.variables(TERM="xterm"))  # noqa: S606
        shown = b"".join(_all_of(terminal))
        os.close(terminal)
        os.waitpid(pid, 0)
        self._keep(f"{' '.join(arguments)} on a terminal", terminal=shown)
        return shown

    def interpreter(self, *arguments, module="render"):
        """The command line of a command."""
        return [sys.executable, "-m", module, *map(str, arguments)]

    def variables(self, *, key_in_file=False, **more):
        """The environment of a command."""
        told = {**self._environment(KEY), "TMPDIR": str(self.temp), **more}
        if key_in_file:
            for name in ("RUNWARE_API_KEY", "AIMLAPI_API_KEY"):
                del told[name]
                told[f"{name}_FILE"] = str(self.key_file)
        return told

    def prepare(self):
        """Make the folder for temporary files, and the file that holds the key."""
        self.temp.mkdir()
        self.key_file.write_text(f"{KEY}\n", encoding="utf-8")
        self.key_file.chmod(0o600)

    def _keep(self, name, **streams):
        for stream, text in streams.items():
            self.texts[f"{stream} of render {name} ({len(self.texts)})"] = text
            if _STRANGE.search(text) or (stream != "terminal" and b"\x1b" in text):
                self.findings.append(f"{stream} of render {name} lets a stranger steer a terminal")
            if b"Traceback" in text:
                self.findings.append(f"{stream} of render {name} shows a traceback")

    def _look_at(self, process, name, *, key_in_file):
        """Keep what neighbours can see of a process; of its environment only where the key is not given in it."""
        about = Path("/proc", str(process.pid))
        if not about.is_dir():
            return
        for _ in range(int(_PATIENCE_S / 0.02)):
            with suppress(OSError):
                shown = {what: (about / what).read_bytes() for what in ("cmdline", "comm", "status")}
                if key_in_file:
                    shown["environ"] = (about / "environ").read_bytes()
                self._keep_about(name, shown)
            if process.poll() is not None or not key_in_file or self._is_guarded(about):
                return
            time.sleep(0.02)

    def _keep_about(self, name, shown):
        self.texts |= {f"/proc {what} of render {name}": text for what, text in shown.items()}

    def _is_guarded(self, about):
        """Whether the process would leave no core dump; from the reading of the key on it must not."""
        with suppress(OSError):
            limits = (about / "limits").read_text()
            if re.search(r"Max core file size\s+0\s", limits):
                self.texts["the core limit"] = "0"
                return True
        return False


def _all_of(terminal):
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        ready, _, _ = select.select([terminal], [], [], 1.0)
        if not ready:
            continue
        try:
            piece = os.read(terminal, _PIECE)
        except OSError:
            # a terminal whose other end is gone
            return
        if not piece:
            return
        yield piece
