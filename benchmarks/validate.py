"""How long `render validate` takes for 10,000 shots, side by side with others, and for ever more tasks by itself.

The floor is the work that nobody can leave out: PyYAML's stream of events, in C, and jsonschema-rs on data that needs
no more reading. check-jsonschema, where it is installed, checks the same file with the same schema. Each program is a
process of its own; they take turns, and seconds are those of the processor, so that other work on it disturbs little.
Usage: python benchmarks/validate.py [ROUNDS]
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "schemas" / "manifest.schema.json"
CHECK_JSONSCHEMA = ROOT / ".venv-peers" / "bin" / "check-jsonschema"
SHOTS = 10_000
TASKS = (25_000, 50_000, 100_000)
#: how many tasks one shot with axes makes, and how many such shots stand in one included file
TASKS_OF_A_SHOT, SHOTS_OF_A_FILE = 50, 25
FLOOR = "events and jsonschema-rs"
#: by program: no more than so many times the floor
MOST = {"render validate": 1.5}
#: it takes so many times what `render validate` takes, at the least
LEAST_OF_CHECK_JSONSCHEMA = 5

FLOOR_PROGRAM = """\
import json
import sys

import jsonschema_rs
import yaml

with open(sys.argv[1], encoding="utf-8") as manifest:
    for _ in yaml.parse(manifest.read(), Loader=yaml.CSafeLoader):
        pass
with open(sys.argv[2], "rb") as finished, open(sys.argv[3], "rb") as schema:
    sys.exit(not jsonschema_rs.validator_for(json.load(schema)).is_valid(json.load(finished)))
"""

HEAD = """\
version: 1
project: benchmark
vars:
  style: painterly cinematic style, saturated teal and copper palette
defaults:
  model: kandinsky-5-lite
  prompt: ${action}. ${style}
  negative_prompt: text, watermark, logo, flicker
  width: 768
  height: 512
  duration: 10
shots:
"""
SHOT = """\
  - id: sq{sequence:03d}_sh{number:05d}
    tags: [hero, train]
    title: Plate {number}
    vars: {{action: A steam train with {number} amber lanterns glides through a cypress marsh}}
    seed: {seed}
    steps: {steps}
    cfg_scale: {cfg_scale}
"""
SWEEP = """\
  - id: sq{file:03d}_sh{number:03d}
    vars: {{action: A funicular climbs between redwoods}}
    matrix: {{seed: {{from: 1, to: 10}}, steps: [12, 20, 28, 36, 44]}}
"""


def write_shots(path):
    """Write the manifest of 10,000 shots, and beside it the same as finished data."""
    shots = (
        SHOT.format(
            sequence=number // 100,
            number=number,
            seed=number * 7919 % 2**32,
            steps=20 + number % 30,
            cfg_scale=(3 + number % 9) / 2,
        )
        for number in range(SHOTS)
    )
    path.write_text(HEAD + "".join(shots), encoding="utf-8")
    path.with_suffix(".json").write_text(json.dumps(yaml.load(path.read_text(), Loader=yaml.CSafeLoader)))


def write_sweeps(folder, tasks):
    """Write a manifest of so many tasks: shots with axes, in files that the first one includes."""
    folder.mkdir()
    files = tasks // (TASKS_OF_A_SHOT * SHOTS_OF_A_FILE)
    for file in range(files):
        shots = (SWEEP.format(file=file, number=number) for number in range(SHOTS_OF_A_FILE))
        (folder / f"part{file:03d}.yaml").write_text("version: 1\nshots:\n" + "".join(shots))
    top = folder / "top.shots.yaml"
    top.write_text(HEAD.replace("shots:\n", "include: [part*.yaml]\nshots: []\n"))
    return top


def seconds(command):
    """Run a program that must find nothing wrong, and return the seconds of processor that it took."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment) as process:
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command} ended with {process.returncode}: {said.decode()[-2000:]}")
    return used.ru_utime + used.ru_stime


def programs(folder):
    """Return the command lines by name, for a manifest that this writes into `folder`."""
    manifest = folder / "many.shots.yaml"
    write_shots(manifest)
    (folder / "floor.py").write_text(FLOOR_PROGRAM)
    finished = str(manifest.with_suffix(".json"))
    found = {
        FLOOR: [sys.executable, str(folder / "floor.py"), str(manifest), finished, str(SCHEMA)],
        "render validate": [sys.executable, "-m", "render", "validate", str(manifest)],
    }
    if CHECK_JSONSCHEMA.exists():
        found["check-jsonschema"] = [str(CHECK_JSONSCHEMA), "--schemafile", str(SCHEMA), str(manifest)]
    return found


def side_by_side(folder, rounds):
    """Print a line a program: least and median time, and the least as a multiple of the floor's."""
    lines = programs(folder)
    times = {name: [] for name in lines}
    for number in range(rounds):
        for name, line in lines.items():
            if name != "check-jsonschema" or number == 0:
                times[name].append(seconds(line))
    least = {name: min(values) for name, values in times.items()}
    print(f"{SHOTS:,} shots in one file of {(folder / 'many.shots.yaml').stat().st_size / 1e6:.1f} MB")
    for name, values in times.items():
        target = f"  target {MOST[name]}" if name in MOST else ""
        ratio = least[name] / least[FLOOR]
        print(f"{name:26} least {least[name]:7.3f} s  median {statistics.median(values):7.3f} s  ({ratio:.2f}){target}")
    if "check-jsonschema" in least:
        times_over = least["check-jsonschema"] / least["render validate"]
        print(f"check-jsonschema takes {times_over:.1f} times as long  target {LEAST_OF_CHECK_JSONSCHEMA} or more")


def growth(folder, rounds):
    """Print how long ever more tasks take, and whether a task costs the same among many."""
    per_thousand = {}
    for tasks in TASKS:
        top = write_sweeps(folder / str(tasks), tasks)
        whole = min(seconds([sys.executable, "-m", "render", "validate", str(top)]) for _ in range(rounds))
        per_thousand[tasks] = whole / tasks * 1000
        print(f"{tasks:7,} tasks of matrix and include: {whole:6.3f} s, {per_thousand[tasks] * 1000:.1f} ms per 1,000")
    times_over = per_thousand[TASKS[-1]] / per_thousand[TASKS[0]]
    print(f"a task of the largest costs {times_over:.2f} times one of the smallest")


def main():
    """Measure both."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as name:
        side_by_side(Path(name), rounds)
        growth(Path(name), max(1, rounds // 3))


if __name__ == "__main__":
    main()
