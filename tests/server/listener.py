"""Somebody on loopback whom the server may be told to call: a listener for webhooks, a store for uploads, a shop for
files."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Heard:
    method: str
    path: str
    headers: object
    body: bytes


@dataclass
class Listener:
    """Answers each request with the next of `statuses`, the last again and again; `files` are given by path."""

    statuses: list = field(default_factory=lambda: [200])
    files: dict = field(default_factory=dict)
    heard: list = field(default_factory=list)

    def open(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def host(self):
        return f"127.0.0.1:{self.server.server_port}"

    def url(self, path):
        return f"http://{self.host}{path}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def _handler(listener):
    class Handler(BaseHTTPRequestHandler):
        def _take(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Transfer-Encoding") == "chunked":
                body = b"".join(iter(self._chunk, b""))
            listener.heard.append(Heard(self.command, self.path, self.headers, body))
            status = listener.statuses.pop(0) if len(listener.statuses) > 1 else listener.statuses[0]
            content = listener.files.get(self.path, b"")
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _chunk(self):
            chunk = self.rfile.read(int(self.rfile.readline(), 16))
            self.rfile.readline()
            return chunk

        do_GET = do_POST = do_PUT = _take  # noqa: N815 - the library asks for these names

        def log_message(self, *_):
            """Say nothing."""

    return Handler
