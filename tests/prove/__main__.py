"""Runs every proof and prints one table of figures; each proof is a module here with `run(quick=…, folder=…)`.

    python -m tests.prove [--quick] [--json FILE] [--only SECTION]…

What falls by chance falls from fixed seeds with --quick, so that it tries the same cases each time, and else from fresh
ones, which are among the figures.
The exit status is 1 when a figure is out of its bound or a proof found a breach.
"""

import argparse
import importlib
import json
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

from tests import usual_signals
from tests.canary import total
from tests.prove.section import Figure, zero

#: in the order of the table; the longest begin first, for two run at a time
SECTIONS = ("catalogue", "simulation", "kills", "calls", "powerloss", "machine", "scale", "files", "secrets", "replies")
_AT_ONCE = 2


def main():
    options = _options()
    usual_signals.restore()
    began = time.monotonic()
    with ProcessPoolExecutor(_AT_ONCE) as pool:
        asked = {name: pool.submit(_run, name, quick=options.quick) for name in options.only or SECTIONS}
        done = {name: future.result() for name, future in asked.items()}
    _write(options.json, done)
    for name, (section, took_s) in done.items():
        _print(name, section, took_s)
    kept = all(section.is_kept for section, _ in done.values())
    if not kept:
        _print_what_is_broken(done)
    sys.stdout.write(f"{'kept' if kept else 'BROKEN'}; {time.monotonic() - began:.0f} s; {options.json} holds it all\n")
    return 0 if kept else 1


def _options():
    parser = argparse.ArgumentParser(prog="prove")
    parser.add_argument("--quick", action="store_true", help="fewer cases of each kind")
    parser.add_argument("--json", type=Path, default=Path("build/prove.json"))
    parser.add_argument("--only", action="append", choices=SECTIONS)
    return parser.parse_args()


def _run(name, *, quick):
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"prove-{name}-") as folder:
        section = importlib.import_module(f"tests.prove.{name}").run(quick=quick, folder=Path(folder))
        searched = total(Path(folder))
    return _with_search(section, searched), time.monotonic() - began


def _with_search(section, searched):
    figures = (
        Figure(name="files searched for the key", value=searched.texts),
        zero("leaks in them", len(searched.leaks)),
    )
    return replace(section, figures=(*section.figures, *figures), breaches=(*section.breaches, *searched.leaks))


def _write(path, done):
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = {name: {**asdict(section), "took_s": round(took_s, 1)} for name, (section, took_s) in done.items()}
    path.write_text(json.dumps(rows, indent=2, default=str) + "\n", encoding="utf-8")


def _print(name, section, took_s):
    sys.stdout.write(f"{name}: {section.name} ({section.skipped or f'{took_s:.0f} s'})\n")
    for figure in section.figures:
        mark = " " if figure.is_kept else "!"
        bound = f"  (must be {figure.bound})" if figure.bound else ""
        sys.stdout.write(f" {mark} {figure.name:<44} {figure.value}{bound}\n")
    for breach in section.breaches:
        sys.stdout.write(f" ! {breach}\n")


def _print_what_is_broken(done):
    """Once more at the end, where whoever sees only the last lines of a log will look."""
    for name, (section, _) in done.items():
        for figure in section.figures:
            if not figure.is_kept:
                sys.stdout.write(f"! {name}: {figure.name} {figure.value} (must be {figure.bound})\n")
        for breach in section.breaches:
            sys.stdout.write(f"! {name}: {breach}\n")


if __name__ == "__main__":
    sys.exit(main())
