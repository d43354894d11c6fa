"""renderline: declarative batch rendering for generative film and image work."""

__version__ = "0.1.0"
