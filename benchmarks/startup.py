"""How long `render --help` and `render validate` take beside a bare click program: interleaved, least and median.

Each is a process of its own whose bytecode is compiled before the first measured start, as it is after an installation.
Usage: python benchmarks/startup.py [RUNS]
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TARGETS = {"render --help": 1.3, "render validate": 2.2}
YARDSTICK = "bare click --help"

BARE = """\
import click


@click.group()
def main():
    "A program that does nothing."


@main.command()
def one():
    "A command of it."


main()
"""
MANIFEST = """\
version: 1
project: one-shot
shots:
  - id: lantern-train
    model: kandinsky-5-lite
    prompt: A steam train with amber lanterns glides through a cypress marsh
    width: 768
    height: 512
    duration: 10
    seed: 28826
    steps: 28
    cfg_scale: 5.5
"""


def programs(folder):
    """Write what is to be started into `folder`, and return the command lines by name."""
    (folder / "bare.py").write_text(BARE)
    (folder / "start.py").write_text("from render.cli import main\n\nmain()\n")
    (folder / "one.shots.yaml").write_text(MANIFEST)
    return {
        YARDSTICK: ["bare.py", "--help"],
        "render --help": ["start.py", "--help"],
        "render validate": ["start.py", "validate", "one.shots.yaml"],
        "render plan": ["start.py", "plan", "one.shots.yaml"],
    }


def seconds(arguments, folder, environment):
    """Start one process and return how long it took."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, check=True, capture_output=True)
    return time.perf_counter() - began


def measure(runs):
    """Return the times of each program in seconds, by name."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
        environment["PYTHONPATH"] = str(Path(__file__).parents[1])
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        lines = programs(folder)
        for arguments in lines.values():
            seconds(arguments, folder, environment)
        rounds = [{key: seconds(line, folder, environment) for key, line in lines.items()} for _ in range(runs)]
    return {key: [one[key] for one in rounds] for key in rounds[0]}


def main():
    """Print a line a program: least and median time, and both as multiples of the yardstick's."""
    times = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
    least, median = ({key: of(values) for key, values in times.items()} for of in (min, statistics.median))
    for key in times:
        ratios = least[key] / least[YARDSTICK], median[key] / median[YARDSTICK]
        target = f"  target {TARGETS[key]}" if key in TARGETS else ""
        print(
            f"{key:20} least {least[key] * 1000:6.1f} ms ({ratios[0]:.2f})"
            f"  median {median[key] * 1000:6.1f} ms ({ratios[1]:.2f}){target}"
        )


if __name__ == "__main__":
    main()
