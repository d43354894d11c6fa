"""Puts the official clients through every scenario against `render serve`, and prints what was expected and seen.

    python -m tests.conformance [--json FILE] [--lane NAME]… [--scenario NAME]…

Each client runs in its own virtual environment, each lane against a server of its own; the exit status is 1 when
anything was seen that is not in the table.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path

from tests.conformance.judge import Cell, facts
from tests.conformance.relay import LossyRelay
from tests.conformance.scenarios import LANES, SCENARIOS
from tests.conformance.server import KEY, Server
from tests.conformance.table import table

_ROOT = Path(__file__).parents[2]
_DRIVERS = Path(__file__).parent / "drivers"
_SCENARIO_WITHIN_S = 60


def main():
    options = _options()
    lanes = [lane for lane in LANES if not options.lane or lane.name in options.lane]
    scenarios = [scenario for scenario in SCENARIOS if not options.scenario or scenario.name in options.scenario]
    began = time.monotonic()
    # two at a time: each keeps a client and a server busy
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        ran = pool.map(lambda lane: _run_lane(lane, scenarios, Path(folder)), lanes)
        cells = [cell for lane_cells in ran for cell in lane_cells]
    options.json.parent.mkdir(parents=True, exist_ok=True)
    rows = [{**asdict(cell), "verdict": cell.verdict} for cell in cells]
    options.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(table(scenarios, lanes, cells))
    sys.stdout.write(f"{len(cells)} cells in {time.monotonic() - began:.0f} s; {options.json} holds them in full\n")
    return 0 if all(cell.is_expected for cell in cells) else 1


def _options():
    parser = argparse.ArgumentParser(prog="conformance")
    parser.add_argument("--json", type=Path, default=Path("build/conformance.json"))
    parser.add_argument("--lane", action="append", choices=[lane.name for lane in LANES])
    parser.add_argument("--scenario", action="append", choices=[scenario.name for scenario in SCENARIOS])
    return parser.parse_args()


def _run_lane(lane, scenarios, folder):
    """All scenarios of one lane, one after the other; those without faults share a server."""
    mine = [scenario for scenario in scenarios if lane.name in scenario.expected]
    calm = [scenario for scenario in mine if not scenario.faults]
    groups = [calm, *([scenario] for scenario in mine if scenario.faults)]
    cells = []
    for number, group in enumerate(filter(None, groups)):
        state = folder / f"{lane.venv}-{lane.transport}-{number}"
        with Server(state, faults=group[0].faults) as server:
            for scenario in group:
                cells.append(_cell(lane, scenario, server))
                sys.stderr.write(f"{lane.name} {scenario.name}: {cells[-1].verdict}\n")
    return cells


def _cell(lane, scenario, server):
    before, sent_before = server.ledger(), server.submissions()
    with ExitStack() as stack:
        host, relay = server.host, None
        if scenario.lose_after:
            count = partial(server.count, scenario.lose_after)
            relay = stack.enter_context(LossyRelay(*server.address, count=count))
            host = relay.host
        told = _drive(lane, scenario, host)
        after = server.ledger()
        # links to files lead through the relay, so they are followed while it stands
        seen = facts(
            told,
            purchases=after["purchases"][len(before["purchases"]) :],
            sent=server.submissions() - sent_before,
            held=len(after["held_requests"]) - len(before["held_requests"]),
        )
        if relay is not None:
            seen["has_cut"] = relay.has_cut
    expected = scenario.expected[lane.name]
    return Cell(scenario=scenario.name, lane=lane.name, expected=expected.facts, seen=seen, theirs=expected.theirs)


def _drive(lane, scenario, host):
    """Run a driver in its client's environment and read the one line it prints."""
    python = _ROOT / ".venv-clients" / lane.venv / "bin" / "python"
    command = [python, str(_DRIVERS / lane.driver), "--host", host, "--key", scenario.key or KEY]
    command += ["--transport", lane.transport, scenario.name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SCENARIO_WITHIN_S, check=False)
    except subprocess.TimeoutExpired:
        return {"hung": True, "results": []}
    lines = done.stdout.splitlines()
    if not lines:
        return {"raised": "nothing said", "message": done.stderr[-500:], "results": []}
    return json.loads(lines[-1])


if __name__ == "__main__":
    sys.exit(main())
