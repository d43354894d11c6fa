"""A project folder with one manifest, and runs of the command in it, each a process of its own.

Most of these are forked from a process that has imported the command and done nothing else: a start costs a tenth, and
there are hundreds. A run that is traced starts from nothing, as a user's does.
"""

import json
import multiprocessing
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.prove.process.child import Order, perform

ROOT = Path(__file__).parents[3]
_MANIFEST = "film.shots.yaml"
_PATIENCE_S = 60
_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.prove.process.child", "render.commands.run", "render.commands.session"])


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a process ended, and what it said."""

    #: as its parent sees it: negative for a signal
    status: int
    stdout: str
    stderr: str

    @property
    def summary(self):
        """What it printed with --json, {} where it printed nothing whole."""
        try:
            return json.loads(self.stdout)
        except ValueError:
            return {}


class Project:
    """One folder whose manifest is called film; `mark` stands in every prompt, so that a ledger can tell it apart."""

    def __init__(self, folder, *, mark):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pyproject.toml").touch()
        self.folder = folder
        self.mark = mark

    @property
    def output(self):
        """Where its files and its record are."""
        return self.folder / "renders" / "film"

    @property
    def manifest(self):
        """Its one manifest."""
        return self.folder / _MANIFEST

    def wish(self, shots):
        """Write the manifest; `shots` are mappings, whose prompts get the mark."""
        marked = [{**shot, "prompt": f"{shot['prompt']}, {self.mark}"} for shot in shots]
        document = {"version": 1, "project": "film", "shots": marked}
        self.manifest.write_text(json.dumps(document), encoding="utf-8")

    def put(self, path, content):
        """Put a file beside the manifest."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    def run(self, server, **order):
        """Run `render run --json` to its end, as `Order` says more of."""
        with self.started(**order) as run:
            return run.end(server.variables)

    @contextmanager
    def started(self, **order):
        """Start the same, which waits until it is told where the providers are; it is gone at the end."""
        here, there = _FORKING.Pipe()
        words = _order(**order)
        process = _FORKING.Process(target=_live, args=(words, self.folder, self._environment(), there))
        process.start()
        there.close()
        try:
            yield _Run(process, here, self.folder)
        finally:
            process.kill()
            process.join()
            process.close()
            here.close()

    def run_traced(self, server, tracer, **order):
        """Run the same from nothing, below the command `tracer`."""
        done = subprocess.run(
            [*tracer, sys.executable, "-m", "tests.prove.process.child", _order(**order).text()],
            cwd=self.folder,
            env=self._environment() | server.variables,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
        return Done(status=done.returncode, stdout=done.stdout, stderr=done.stderr)

    def _environment(self):
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "PYTHONPATH": str(ROOT),
        }


class _Run:
    """A process that has started and waits for the addresses."""

    def __init__(self, process, line, folder):
        self._process = process
        self._line = line
        self._folder = folder

    @property
    def pid(self):
        return self._process.pid

    def end(self, variables):
        """Tell it the variables of its environment, and wait for its end."""
        self._line.send(variables)
        self._process.join(_PATIENCE_S)
        if self._process.exitcode is None:
            raise TimeoutError(f"a run in {self._folder} did not end")
        stdout, stderr = (path.read_text(encoding="utf-8") for path in _streams(self._folder))
        return Done(status=self._process.exitcode, stdout=stdout, stderr=stderr)


def _order(**order):
    return Order(arguments=["run", _MANIFEST, "--json"], **order)


def _live(order, folder, environment, line):
    """What the forked process does: takes on a folder, an environment and two files, then runs the command."""
    os.chdir(folder)
    for descriptor, path in enumerate(_streams(folder), 1):
        with path.open("wb") as file:
            os.dup2(file.fileno(), descriptor)
    variables = line.recv()
    os.environ.clear()
    os.environ.update(environment | variables)
    perform(order)


def _streams(folder):
    return folder / "stdout", folder / "stderr"
