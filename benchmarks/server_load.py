"""How the embedded server bears a crowd: many tasks at once, from submission to file, against the engine `fixed`.

Starts `render serve` in a process of its own and asks it from this one, over loopback. Reports requests a second,
how long an answer takes, and the server's peak of memory. Ends by itself after --deadline seconds.

    python benchmarks/server_load.py --tasks 2000 --provider runware
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import aiohttp

POLL_BATCH, POLL_PAUSE_S, SOCKETS = 250, 0.5, 256


@dataclass(kw_only=True)
class Crowd:
    """The client side of one measurement."""

    session: aiohttp.ClientSession
    base_url: str
    tasks: int
    times_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def ask(self, kind: str, method: str, path: str, body=None):
        """Send one request and note how long its answer took."""
        url = path if path.startswith("http") else self.base_url + path
        began = time.perf_counter()
        async with self.session.request(method, url, json=body) as reply:
            data = await reply.read()
            if reply.status != 200:
                raise RuntimeError(f"{kind}: {reply.status} {data[:200]!r}")
        self.times_s[kind].append(time.perf_counter() - began)
        return data if kind == "file" else json.loads(data)

    async def runware(self) -> None:
        """Submit one task a request, poll all that are open in arrays, fetch every file."""
        ids = [str(uuid4()) for _ in range(self.tasks)]
        common = {
            "taskType": "videoInference", "model": "runware:210@1", "positivePrompt": "a dragon above a mountain",
            "width": 512, "height": 512, "duration": 5,
        }  # fmt: skip
        await asyncio.gather(*(self.ask("submit", "POST", "/v1", [{**common, "taskUUID": one}]) for one in ids))
        waiting = set(ids)
        while waiting:
            batches = [sorted(waiting)[start : start + POLL_BATCH] for start in range(0, len(waiting), POLL_BATCH)]
            for batch in batches:
                polls = [{"taskType": "getResponse", "taskUUID": one} for one in batch]
                items = (await self.ask("poll", "POST", "/v1", polls))["data"]
                done = [item for item in items if item["status"] == "success"]
                await asyncio.gather(*(self.ask("file", "GET", item["videoURL"]) for item in done))
                waiting -= {item["taskUUID"] for item in done}
            await asyncio.sleep(POLL_PAUSE_S)

    async def aimlapi(self) -> None:
        """Let every generation be followed by itself, as that API has no arrays."""
        await asyncio.gather(*(self._generation() for _ in range(self.tasks)))

    async def _generation(self) -> None:
        path = "/v2/video/generations"
        body = {"model": "sber-ai/kandinsky5-distill-t2v", "prompt": "a dragon above a mountain"}
        reply = await self.ask("submit", "POST", path, body)
        while reply["status"] != "completed":
            await asyncio.sleep(POLL_PAUSE_S * 4)
            reply = await self.ask("poll", "GET", f"{path}?generation_id={reply['id']}")
        await self.ask("file", "GET", reply["video"]["url"])


def peak_mib(pid: int) -> float:
    """The most memory a process has held, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def report(crowd: Crowd, *, wall_s: float, memory_mib: float) -> None:
    """Print the figures."""
    requests = sum(map(len, crowd.times_s.values()))
    print(f"{crowd.tasks} tasks in {wall_s:.1f} s: {requests} requests, {requests / wall_s:.0f} a second")
    for kind, times_s in crowd.times_s.items():
        cuts = statistics.quantiles(times_s, n=100) if len(times_s) > 1 else times_s * 99
        print(f"  {kind:7} {len(times_s):6} requests   p50 {cuts[49] * 1e3:8.1f} ms   p99 {cuts[98] * 1e3:8.1f} ms")
    print(f"  peak memory of the server: {memory_mib:.0f} MiB")


async def measure(base_url: str, options: argparse.Namespace, pid: int) -> None:
    """Send the crowd and wait until it has all its files."""
    connector = aiohttp.TCPConnector(limit=options.sockets)
    headers = {"Authorization": "Bearer load"}
    timeout = aiohttp.ClientTimeout(total=options.deadline)
    async with aiohttp.ClientSession(connector=connector, headers=headers, timeout=timeout) as session:
        crowd = Crowd(session=session, base_url=base_url, tasks=options.tasks)
        began = time.perf_counter()
        async with asyncio.timeout(options.deadline):
            await getattr(crowd, options.provider)()
        wall_s = time.perf_counter() - began
        async with session.get(f"{base_url}/admin/ledger") as reply:
            ledger = await reply.json()
    report(crowd, wall_s=wall_s, memory_mib=peak_mib(pid))
    print(f"  purchases {len(ledger['purchases'])}, most open at once {ledger['highest_concurrency']}")


def main() -> None:
    """Start a server, measure, stop it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=2000)
    parser.add_argument("--provider", choices=["runware", "aimlapi"], default="runware")
    parser.add_argument("--latency", type=float, default=5.0, help="seconds each task takes")
    parser.add_argument("--sockets", type=int, default=SOCKETS)
    parser.add_argument("--deadline", type=float, default=120.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "render", "serve", "--port", "0", "--state", folder, "--engine", "fixed"]
        latency = ["--latency", str(options.latency), str(options.latency)]
        with subprocess.Popen([*command, *latency], stdout=subprocess.PIPE, text=True) as server:
            try:
                base_url = server.stdout.readline().split()[2].rstrip(";")
                asyncio.run(measure(base_url, options, server.pid))
            finally:
                server.send_signal(signal.SIGTERM)


if __name__ == "__main__":
    main()
