"""Raw requests of the APIs as a manifest: read with their places, turned into our words, written as shots.

    JSON, curl ─raw─▶ requests ─translation─▶ wishes ─sharing, naming─▶ shots ─drafting─▶ text ─checked─▶ a manifest

What cannot be carried over is a problem in the place where it stands; nothing is left out in silence but what the
runner owns. Follows no name of a file in a request, and knows nothing of keys beyond that they are left out.
"""

from render.manifest.requests.importing import Imported, import_requests

__all__ = ["Imported", "import_requests"]
