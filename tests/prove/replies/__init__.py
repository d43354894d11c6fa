"""Replies and files of strangers: whatever the bytes are, only our own errors come out, soon, and fit to be shown.

readers         what reads strangers' bytes, and what may come of it
corpus, seeds   the saved inputs in `corpus/`, and what they began with
fuzz            fresh inputs, for so many seconds
"""

from tests.prove.replies.play import run

__all__ = ["run"]
