"""The canonical layout of manifests: one order of keys, one indentation, every comment kept, every value as written.

    text ─tree─▶ branches and leaves ─comments─▶ with what is said about them ─order, writing─▶ text ─rewriting─▶ file

Judges no manifest: it lays out whatever the reader of YAML accepts. A layout that would change what is read is refused.
"""

from render.manifest.canonical.layout import canonical

__all__ = ["canonical"]
