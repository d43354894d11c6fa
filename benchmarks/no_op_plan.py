"""How long a plan takes when there is nothing to do: it must grow no faster than the number of tasks.

Builds a record of finished attempts in memory, plans it, and prints seconds per 1,000 tasks for each size.
Usage: python benchmarks/no_op_plan.py
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from render.catalog.load import load_catalog
from render.fingerprint import fingerprint
from render.plan import plan
from render.records import Action
from tests.builders import LANES, a_snapshot, a_task, an_artifact, an_attempt

SIZES = (1_000, 5_000, 10_000)
ROUNDS = 3


def finished(number, spec):
    """Return a task and the attempt that finished it."""
    params = {"prompt": f"A lake in fog, take {number}", "width": 768, "height": 512, "duration": 10, "seed": number}
    task = a_task(shot=f"sq{number:05d}", model=spec.id, provider="ours", params=params)
    made = fingerprint(params, spec=spec, model=spec.id, take=1)
    facts = {"task_key": task.key, "shot": task.shot, "model": spec.id, "params": params, "path": task.path}
    return task, an_attempt(id=f"attempt-{number}", fingerprint=made, **facts)


def seconds(size, catalog):
    """Return the shortest of a few plans of `size` finished tasks."""
    spec = catalog.find("kandinsky-5-lite")
    pairs = [finished(number, spec) for number in range(size)]
    tasks, attempts = zip(*pairs, strict=True)
    snapshot = a_snapshot(attempts, map(an_artifact, attempts))
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        made = plan(tasks, snapshot, spec_of=catalog.find, lanes=LANES)
        times.append(time.perf_counter() - began)
        if dict(made.totals) != {Action.SKIP: size}:
            raise SystemExit(f"expected nothing to do, got {made.totals}")
    return min(times)


def main():
    """Print a line a size, and how the price of a task changes from the smallest to the largest."""
    catalog = load_catalog()
    per_thousand = {}
    for size in SIZES:
        whole = seconds(size, catalog)
        per_thousand[size] = whole / size * 1000
        print(f"{size:6} tasks: {whole:.3f} s, {per_thousand[size]:.4f} s per 1,000")
    print(
        f"a task of the largest costs {per_thousand[SIZES[-1]] / per_thousand[SIZES[0]]:.2f} times one of the smallest"
    )


if __name__ == "__main__":
    main()
