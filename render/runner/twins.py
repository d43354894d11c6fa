"""Notices that two tasks got the same file: a provider's mix-up, or two requests for one picture. Both files are kept.

Knows the record, and what this run adds to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from render.records import Artifact, Attempt, Snapshot


class Twins:
    """The recorded files by their bytes and by their links."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._by_digest: dict[str, tuple[str, str]] = {}
        self._by_link: dict[str, tuple[str, str]] = {}
        for attempt in snapshot.attempts:
            if attempt.id in snapshot.artifacts:
                self._note(attempt, snapshot.artifacts[attempt.id])

    def meet(self, attempt: Attempt, artifact: Artifact) -> tuple[str, ...]:
        """Take note of a file that came; return a remark where another task has the same bytes or the same link."""
        same_bytes = self._other(self._by_digest.get(artifact.sha256), attempt)
        same_link = self._other(self._by_link.get(attempt.source_url), attempt) if attempt.source_url else ""
        self._note(attempt, artifact)
        if same_bytes and same_bytes == same_link:
            return (f"the same link and the same bytes as {same_bytes}",)
        remarks = (same_bytes and f"the same bytes as {same_bytes}", same_link and f"the same link as {same_link}")
        return tuple(filter(None, remarks))

    def _note(self, attempt: Attempt, artifact: Artifact) -> None:
        told = (attempt.task_key, artifact.path)
        self._by_digest.setdefault(artifact.sha256, told)
        if attempt.source_url:
            self._by_link.setdefault(attempt.source_url, told)

    def _other(self, found: tuple[str, str] | None, attempt: Attempt) -> str:
        key, path = found or (attempt.task_key, "")
        return "" if key == attempt.task_key else path
