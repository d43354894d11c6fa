"""`render serve` in a process of its own, and what its ledger says of a client."""

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

KEY = "conformance-key"
_ADDRESS = re.compile(r"serving on http://([^;]+);")
_STOP_WITHIN_S = 10
_CONFIG = Path(__file__).parent / "server.yaml"


class Server:
    """One server; `with` frames its life."""

    def __init__(self, folder, *, faults=()):
        folder.mkdir()
        script = folder / "faults.yaml"
        # JSON is YAML too
        script.write_text(json.dumps(faults), encoding="utf-8")
        self._command = [
            *(sys.executable, "-m", "render", "serve", "--port", "0", "--key", KEY),
            *("--state", str(folder / "state"), "--config", str(_CONFIG), "--faults", str(script)),
        ]

    def __enter__(self):
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        found = _ADDRESS.search(line)
        if found is None:
            self._process.kill()
            raise RuntimeError(f"the server did not start: {line!r}")
        self.host = found[1]
        return self

    def __exit__(self, *_):
        self._process.terminate()
        try:
            self._process.wait(_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    @property
    def address(self):
        """Host and port, as `asyncio.open_connection` takes them."""
        host, _, port = self.host.rpartition(":")
        return host, int(port)

    def ledger(self):
        """What was bought, asked and held back so far."""
        return self._ask("/admin/ledger")

    def count(self, what):
        """How many times that has happened so far: `purchase` or `poll`."""
        ledger = self.ledger()
        if what == "purchase":
            return len(ledger["purchases"])
        return sum(ledger["requests"].get(kind, 0) for kind in ("runware.getResponse", "aimlapi.poll"))

    def submissions(self):
        """How many requests for paid work have come, accepted or not."""
        return len(self._ask("/admin/requests")["requests"])

    def _ask(self, path):
        with urllib.request.urlopen(f"http://{self.host}{path}", timeout=10) as reply:
            return json.load(reply)
