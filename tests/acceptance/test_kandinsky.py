"""The eight published examples: what a server receives is what the pages print, field by field."""

import json
from pathlib import Path

PUBLISHED = Path(__file__).parents[1] / "published" / "requests.json"
KANDINSKY = "manifests/kandinsky.shots.yaml"
#: what the runner decides: the id, and how the result is delivered
OURS = {"taskUUID", "deliveryMethod", "includeCost", "outputType"}


def test_the_requests_are_the_published_ones(render, server):
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))["requests"]

    render("run", KANDINSKY, **server.variables)

    received = [task for request in server.ask("/admin/requests")["requests"] for task in request["body"]]
    by_seed = {task["seed"]: {name: task[name] for name in task if name not in OURS} for task in received}
    assert len(published) == len(received) == len(by_seed) == 8
    for request in published:
        expected = {name: request[name] for name in request if name not in OURS}
        assert by_seed[request["seed"]] == expected
        assert list(by_seed[request["seed"]]) == list(expected)
    assert all(task["deliveryMethod"] == "async" and task["includeCost"] is True for task in received)
