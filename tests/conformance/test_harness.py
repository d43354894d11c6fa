import asyncio
import re
import socket
from contextlib import suppress
from pathlib import Path

from tests.conformance.judge import Cell, facts
from tests.conformance.relay import LossyRelay
from tests.conformance.scenarios import LANES, SCENARIOS
from tests.conformance.table import table

ROOT = Path(__file__).parents[2]


class Shop:
    """Sells at the word `buy`, and answers every word with itself."""

    def __init__(self):
        self.sold = 0

    async def _talk(self, reader, writer):
        with suppress(ConnectionError):
            while word := await reader.read(100):
                self.sold += word == b"buy"
                writer.write(word)
                await writer.drain()
        writer.close()

    async def during(self, work):
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        async with server:
            return await asyncio.to_thread(work, *server.sockets[0].getsockname()[:2])


def said(host, *words):
    """What comes back for each word over one connection; nothing once it is cut."""
    name, _, port = host.rpartition(":")
    with socket.create_connection((name, int(port)), timeout=10) as connection:
        answers = []
        for word in words:
            try:
                connection.sendall(word)
                answers.append(connection.recv(100))
            except ConnectionError:
                answers.append(b"")
        return answers


def test_the_relay_loses_the_answer_to_the_first_sale_and_no_other():
    shop = Shop()

    def work(host, port):
        with LossyRelay(host, port, count=lambda: shop.sold) as relay:
            first = said(relay.host, b"ask", b"buy", b"ask")
            return first, relay.has_cut, said(relay.host, b"buy", b"ask")

    assert asyncio.run(shop.during(work)) == ([b"ask", b"", b""], True, [b"buy", b"ask"])


def test_a_cell_that_was_not_expected_is_told_in_full():
    lane, scenario = LANES[0], SCENARIOS[0]
    told = {"results": [{"id": "a", "begins": "000000186674797069736f6d", "cost": 0.5}]}
    seen = facts(told, purchases=[{"cost_usd": 0.5}, {"cost_usd": 0.5}], sent=2, held=0)
    expected = {"outcome": "done", "files": ["MP4"], "bought": 1}
    cell = Cell(scenario=scenario.name, lane=lane.name, expected=expected, seen=seen, theirs="")
    assert cell.verdict == "UNEXPECTED"
    text = table([scenario], [lane], [cell])
    assert "> bought: expected 1, saw 2" in text
    assert "  files: expected ['MP4'], saw ['MP4']" in text


def test_one_file_handed_out_twice_is_one_file():
    twice = {"id": "a", "begins": "89504e470d0a1a0a"}
    seen = facts({"results": [twice, twice]}, purchases=[], sent=1, held=0)
    assert (seen["results"], seen["files"]) == (2, ["PNG"])


def test_every_client_is_locked_at_the_version_the_makefile_names():
    pins = re.search(r"^CLIENT_PINS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()
    assert {pin.partition("==")[0] for pin in pins} == {lane.venv for lane in LANES}
    for pin in pins:
        lock = (ROOT / "requirements" / f"client-{pin.partition('==')[0]}.lock").read_text()
        assert f"\n{pin} \\\n" in f"\n{lock}"


def test_every_lane_meets_a_lost_acknowledgement_and_a_wrong_key():
    lanes = {lane.name for lane in LANES}
    by_name = {scenario.name: scenario for scenario in SCENARIOS}
    assert all(set(scenario.expected) <= lanes for scenario in SCENARIOS)
    assert all(set(by_name[name].expected) == lanes for name in ("video", "invalid", "wrong-key", "lost-ack"))
