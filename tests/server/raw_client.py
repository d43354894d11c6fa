"""A client that sees what a library hides: the bytes that came, and how the connection ended."""

import json
import socket


class Raw:
    """One request over a socket of its own: what came back, and how the connection ended."""

    def __init__(self, witness, path, *, body=None, patience_s=10.0, stop_at=None):
        host, _, port = witness.base_url.removeprefix("http://").partition(":")
        data = json.dumps(body).encode() if body is not None else b""
        head = (
            f"{'POST' if data else 'GET'} {path.removeprefix(witness.base_url)} HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Authorization: Bearer a-key\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n"
        )
        self.received, self.end = b"", "open"
        try:
            with socket.create_connection((host, int(port)), timeout=patience_s) as connection:
                connection.sendall(head.encode() + data)
                self._receive(connection, stop_at)
        except ConnectionResetError:
            self.end = "reset"
        except TimeoutError:
            self.end = "silent"

    def _receive(self, connection, stop_at):
        while piece := connection.recv(65536):
            self.received += piece
            if stop_at is not None and len(self.body) >= stop_at:
                return
        self.end = "closed"

    @property
    def body(self):
        return self.received.partition(b"\r\n\r\n")[2]

    @property
    def promised(self):
        head = self.received.partition(b"\r\n\r\n")[0].decode().lower()
        return int(head.partition("content-length: ")[2].split("\r\n")[0])
