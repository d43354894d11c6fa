"""How long one link is tried for: wrong bytes a few times, a host in trouble for `PATIENCE_S`. Waits for nothing.

A download that breaks again and again, but gets further each time, begins anew with all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.errors import BytesRefusedError, CertificateError, TransientError
from render.retry import download_wait, host_wait

if TYPE_CHECKING:
    from render.errors import RenderError
    from render.runner.surroundings import Surroundings

#: a host of files that is in trouble for longer than this, in seconds, or says so, is left to the next run
PATIENCE_S = 600.0
#: so many refused certificates in a row are no accident
_BAD_CERTIFICATES = 2
#: so many wrong files under one link in a row are no accident either
_REFUSALS = 4
#: what a try must add to be worth another one
_PROGRESS_BYTES = 1024 * 1024


class Patience:
    """What is left of it for one file."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._kept_bytes = 0
        self._begin()

    def _begin(self) -> None:
        self._until = self._surroundings.monotonic() + PATIENCE_S
        self._tries = 0
        self._bad_certificates = 0

    def heed_progress(self, kept_bytes: int) -> None:
        """Begin anew where a try that broke off left so much more than those before it that it was worth while."""
        if kept_bytes >= self._kept_bytes + _PROGRESS_BYTES:
            self._kept_bytes = kept_bytes
            self._begin()

    def wait_after(self, error: RenderError) -> float | None:
        """Say how long to wait before the next try, or None to try no more for now."""
        self._tries += 1
        draw = self._surroundings.draw()
        if isinstance(error, BytesRefusedError) and self._tries >= _REFUSALS:
            return None
        if not isinstance(error, TransientError):
            return download_wait(self._tries, draw=draw)
        self._bad_certificates = self._bad_certificates + 1 if isinstance(error, CertificateError) else 0
        wait_s = host_wait(self._tries, retry_after_s=error.retry_after_s, draw=draw)
        is_over = self._surroundings.monotonic() + wait_s > self._until
        return None if is_over or self._bad_certificates >= _BAD_CERTIFICATES else wait_s
