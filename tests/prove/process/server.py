"""`render serve` in a process of its own, which draws each shape once and answers at once; and what its ledger says."""

import http.client
import json
import re
import subprocess
import sys
import uuid
from contextlib import closing, contextmanager
from dataclasses import dataclass

from tests.canary import KEY

_PATIENCE_S = 60
_INPUT = re.compile(r'"[0-9a-f]{8}-[0-9a-f-]{27}"')
_QUICK = {"engine": "fixed", "port": 0, "latency": [{"uniform": [0.0, 0.03]}], "threads": 1}


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server."""

    base_url: str

    @property
    def variables(self):
        """What points the command at it."""
        return {
            "RUNWARE_BASE_URL": f"{self.base_url}/v1",
            "RUNWARE_API_KEY": KEY,
            "AIMLAPI_BASE_URL": self.base_url,
            "AIMLAPI_API_KEY": KEY,
        }

    def ledger(self):
        """Everything it saw: purchases, refunds, requests."""
        return self._ask("/admin/ledger")

    def bought(self, mark):
        """How often each request that holds `mark` was sold and not given back, by its text without its id."""
        refunded = {refund["id"] for refund in self.ledger()["refunds"]}
        counts = {}
        for request in self._ask("/admin/requests")["requests"]:
            content = _content(request["body"])
            if mark in content:
                kept = [job for job in request["accepted"] if job not in refunded]
                counts[content] = counts.get(content, 0) + len(kept)
        return {content: count for content, count in counts.items() if count}

    def forget(self, media_id):
        """Lose a file that it was given."""
        task = {"taskType": "mediaStorage", "taskUUID": str(uuid.uuid4()), "operation": "delete", "media": media_id}
        return self._ask("/v1", method="POST", body=json.dumps([task]), headers={"Authorization": f"Bearer {KEY}"})

    def _ask(self, path, *, method="GET", **sent):
        host = self.base_url.removeprefix("http://")
        with closing(http.client.HTTPConnection(host, timeout=_PATIENCE_S)) as connection:
            connection.request(method, path, **sent)
            return json.load(connection.getresponse())


@contextmanager
def serving(folder, **config):
    """Run a server that keeps its things in `folder`, with more keys of `render serve --config`."""
    folder.mkdir(parents=True)
    (folder / "server.yaml").write_text(json.dumps({**_QUICK, "state": "state", **config}), encoding="utf-8")
    command = [sys.executable, "-m", "render", "serve", "--config", str(folder / "server.yaml")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            if not line.startswith("serving on"):
                raise RuntimeError(line + process.stderr.read())
            yield Server(base_url=line.split()[2].rstrip(";"))
        finally:
            process.kill()


def _content(body):
    """What a request asks for: one file may have had several names, and is the same input under each."""
    tasks = body if isinstance(body, list) else [body]
    return _INPUT.sub('"an input"', json.dumps([{**task, "taskUUID": ""} for task in tasks], sort_keys=True))
