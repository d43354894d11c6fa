"""Speaks with the YAML language server over stdio, as an editor does: frames, requests, answers, and nothing else.

Knows nothing of manifests: whoever tests says which text stands in the editor and what it expects to be told.
"""

import json
import queue
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / ".editor" / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
PATIENCE_S = 60
#: what an editor sends when asked; no list of schemas from elsewhere, so that nothing leaves the machine
SETTINGS = {
    "yaml": {
        "validate": True,
        "hover": True,
        "completion": True,
        "schemaStore": {"enable": False, "url": ""},
        "kubernetesCRDStore": {"enable": False, "url": ""},
    }
}


class Editor:
    """One running language server and the documents that are open in it."""

    def __init__(self, process):
        self._process = process
        self._last_id = 0
        self._opened = 0
        self._arrived = queue.Queue()
        self._answers = {}
        self._diagnostics = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def open(self, text, *, name="", folder="manifests"):
        """Show the server a text as if it stood in a file of the repository; return its URI."""
        self._opened += 1
        uri = (ROOT / folder / (name or f"try-{self._opened}.shots.yaml")).as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._send("textDocument/didOpen", {"textDocument": document})
        return uri

    def diagnostics(self, uri):
        """Wait for what the server says is wrong with a document: (line, column, message), from 1."""
        found = self._wait(lambda: self._diagnostics.get(uri))
        starts = [(one["range"]["start"], one["message"]) for one in found]
        return sorted((start["line"] + 1, start["character"] + 1, message) for start, message in starts)

    def completions(self, uri, line, column):
        """Return what the server offers at a place, by label."""
        answer = self._ask("textDocument/completion", uri, line, column)
        items = answer["items"] if isinstance(answer, dict) else answer or []
        return {item["label"]: item for item in items}

    def hover(self, uri, line, column):
        """Return the help shown at a place."""
        answer = self._ask("textDocument/hover", uri, line, column)
        return "" if answer is None else answer["contents"]["value"]

    def start(self):
        """Greet the server as an editor does."""
        greeting = {"processId": None, "rootUri": ROOT.as_uri(), "capabilities": _CAPABILITIES}
        self._answer_to(self._send("initialize", greeting, is_request=True))
        self._send("initialized", {})
        self._send("workspace/didChangeConfiguration", {"settings": SETTINGS})

    def _ask(self, method, uri, line, column):
        place = {"line": line - 1, "character": column - 1}
        request = {"textDocument": {"uri": uri}, "position": place}
        return self._answer_to(self._send(method, request, is_request=True))

    def _answer_to(self, number):
        answer = self._wait(lambda: self._answers.pop(number, None))
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def _wait(self, found):
        """Take in messages until `found` returns something."""
        while True:
            result = found()
            if result is not None:
                return result
            self._take(self._arrived.get(timeout=PATIENCE_S))

    def _take(self, message):
        if message is None:
            raise AssertionError(f"the language server ended with {self._process.wait()}")
        method = message.get("method")
        if method is None:
            self._answers[message["id"]] = message
        elif method == "textDocument/publishDiagnostics":
            self._diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif method == "workspace/configuration":
            asked = [item["section"] for item in message["params"]["items"]]
            self._write({"id": message["id"], "result": [SETTINGS.get(section, {}) for section in asked]})
        elif "id" in message:
            self._write({"id": message["id"], "result": None})

    def _send(self, method, params, *, is_request=False):
        message = {"method": method, "params": params}
        if is_request:
            self._last_id += 1
            message["id"] = self._last_id
        self._write(message)
        return self._last_id

    def _write(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _listen(self):
        stream = self._process.stdout
        while True:
            header = stream.readline()
            if not header:
                break
            if header.lower().startswith(b"content-length:"):
                length = int(header.partition(b":")[2])
                while stream.readline().strip():
                    pass
                self._arrived.put(json.loads(stream.read(length)))
        self._arrived.put(None)


_CAPABILITIES = {
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
        "hover": {"contentFormat": ["markdown"]},
        "publishDiagnostics": {},
    },
    "workspace": {"configuration": True},
}


@contextmanager
def running_editor():
    """Start a language server, and end it at the end."""
    command = ["node", str(PROGRAM), "--stdio"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        editor = Editor(process)
        try:
            editor.start()
            yield editor
        finally:
            process.kill()
