"""What happens beside a run: people look, people stop it, and the lock goes with the process."""

import signal
from collections import Counter

import pytest

from tests.acceptance.conftest import end, wait_until

DEMO = "manifests/demo.shots.yaml"
KANDINSKY = "manifests/kandinsky.shots.yaml"


def test_status_reads_while_a_run_writes(render, server):
    process = render.start("run", KANDINSKY, **server.variables)
    wait_until(lambda: len(server.ledger()["purchases"]) >= 2)

    during = render.json("status", KANDINSKY, **server.variables)
    end(process)
    after = render.json("status", KANDINSKY, **server.variables)

    assert len(during["tasks"]) == 8
    assert {task["status"] for task in during["tasks"]} - {"new"}
    assert {task["rests"] for task in during["tasks"]} == {None}
    assert "parked" in {task["rests"] for task in after["tasks"]}


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_run_says_so_and_the_next_one_buys_nothing_twice(render, server, number, status):
    process = render.start("run", KANDINSKY, **server.variables)
    wait_until(lambda: len(server.ledger()["purchases"]) >= 2)
    process.send_signal(number)
    _, talk = process.communicate(timeout=20)
    bought = len(server.ledger()["purchases"])

    assert process.returncode == status
    assert number.name in talk
    assert bought < 8

    summary = render.json("run", KANDINSKY, **server.variables)
    assert summary["saved"] + summary["skipped"] == 8
    counts = Counter(purchase["id"] for purchase in server.ledger()["purchases"])
    assert (len(counts), max(counts.values())) == (8, 1)


def test_a_second_run_is_refused_while_the_first_goes_on(render, server):
    process = render.start("run", DEMO, **server.variables)
    wait_until(lambda: len(server.ledger()["purchases"]) >= 1)
    try:
        refused = render("run", DEMO, status=4, **server.variables)
    finally:
        end(process)
    assert f"process {process.pid}" in refused.stderr
