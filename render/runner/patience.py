"""How long one file is tried for: wrong bytes a few times, a host in trouble for `PATIENCE_S`. Waits for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.errors import CertificateError, TransientError
from render.retry import download_wait, host_wait

if TYPE_CHECKING:
    from render.errors import RenderError
    from render.runner.surroundings import Surroundings

#: a host of files that is in trouble for longer than this, in seconds, or says so, is left to the next run
PATIENCE_S = 600.0
#: so many refused certificates in a row are no accident
_BAD_CERTIFICATES = 2


class Patience:
    """What is left of it for one file."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._until = surroundings.monotonic() + PATIENCE_S
        self._tries = 0
        self._bad_certificates = 0

    def wait_after(self, error: RenderError) -> float | None:
        """Say how long to wait before the next try, or None to leave the file to the next run."""
        self._tries += 1
        draw = self._surroundings.draw()
        if not isinstance(error, TransientError):
            return download_wait(self._tries, draw=draw)
        self._bad_certificates = self._bad_certificates + 1 if isinstance(error, CertificateError) else 0
        wait_s = host_wait(self._tries, retry_after_s=error.retry_after_s, draw=draw)
        is_over = self._surroundings.monotonic() + wait_s > self._until
        return None if is_over or self._bad_certificates >= _BAD_CERTIFICATES else wait_s
