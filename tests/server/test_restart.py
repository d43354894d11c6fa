import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

_SERVE = """
import asyncio, pathlib, sys
from render.server.app import ServerOptions, serving
from tests.server.rehearsal import TextEngine

async def main():
    options = ServerOptions(state_dir=pathlib.Path(sys.argv[1]), latency_s=(0.3, 0.3), engine=TextEngine())
    async with serving(options) as served:
        print(served.base_url, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def killed(tmp_path, serve):
    """Run `act` against a server in another process, kill that process at once, and start a server on what is left."""

    def run(act):
        with subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(tmp_path / "state")], stdout=subprocess.PIPE, text=True, cwd=ROOT
        ) as process:
            try:
                witness = serve(state_dir=tmp_path / "unused")
                witness.base_url = process.stdout.readline().strip()
                seen = act(witness)
            finally:
                process.kill()
        return serve(), seen

    return run


def test_what_was_sold_before_a_kill_is_finished_after_it_and_bought_once(killed, a_clip, a_picture):
    tasks = [a_clip(numberResults=2), a_clip(), a_picture(deliveryMethod="async")]

    def act(witness):
        witness.post(*tasks)
        return witness.ask("/v2/video/generations", body={"model": "sber-ai/kandinsky5-t2v", "prompt": "x"}).body["id"]

    witness, generation = killed(act)
    ids = [task["taskUUID"] for task in tasks]
    items = witness.settle(*ids).body["data"]
    assert [item["taskUUID"] for item in items] == [ids[0], ids[0], ids[1], ids[2]]
    assert all(witness.ask(item.get("videoURL") or item["imageURL"]).status == 200 for item in items)
    assert witness.settle_generation(generation).body["status"] == "completed"
    assert witness.post(*tasks).status == 400
    assert [purchase["id"] for purchase in witness.ledger()["purchases"]] == [*ids, generation]


def test_counts_and_bodies_outlive_a_kill(killed, a_clip):
    task = a_clip()

    def act(witness):
        witness.post(task)
        for _ in range(3):
            witness.poll(task["taskUUID"])
        return witness.ledger()

    witness, before = killed(act)
    after = witness.ledger()
    assert (after["requests"], after["purchases"]) == (before["requests"], before["purchases"])
    assert after["requests"] == {"runware.videoInference": 1, "runware.getResponse": 3}
    assert witness.ask("/admin/requests").body["requests"][0]["body"] == [task]


def test_a_finished_file_keeps_its_bytes_and_its_tag_over_a_restart(serve, a_clip):
    witness, task = serve(), a_clip()
    witness.post(task)
    (item,) = witness.settle(task["taskUUID"]).body["data"]
    before = witness.ask(item["videoURL"])
    serve.stop()
    again = serve()
    (same,) = again.poll(task["taskUUID"]).body["data"]
    after = again.ask(same["videoURL"])
    assert same["videoUUID"] == item["videoUUID"]
    assert (after.raw, after.headers["ETag"]) == (before.raw, before.headers["ETag"])


def test_a_stop_leaves_work_waiting_and_no_half_file(serve, a_clip, tmp_path):
    witness, task = serve(engine="procedural", latency_s=(30, 30)), a_clip(duration=10)
    witness.post(task)
    serve.stop()
    assert not list((tmp_path / "state" / "files").glob("*.part"))
    assert serve(latency_s=(30, 30)).poll(task["taskUUID"]).body["data"][0]["status"] == "processing"
