"""What the killed runs are about: a wish, a provider's mood, and the words with which each shot may end.

Together their runs pass through every transition of an attempt's record; a proof checks that they did.
"""

import functools
import io
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from render.store import read_snapshot

_STILL = {"model": "kandinsky-5-image-lite", "width": 640, "height": 1408, "output_format": "WEBP", "seed": 7}
_CLIP = {"model": "kandinsky-5-distill", "duration": 5, "aspect_ratio": "1:1"}
LAMP = {"id": "lamp", "prompt": "A lamp on a sill", **_STILL}
MOTH = {"id": "moth", "prompt": "A moth at the glass", **_STILL}
FOG = {"id": "fog", "prompt": "Fog over a lake", **_CLIP}


#: both are made with one picture, which is too large to stand in a request, and one that is not
PLATE, CHIP = "plates/harbour.png", "plates/chip.png"
_CUT = {"model": "klingai:3@2", "duration": 1, "width": 256, "height": 256, "fps": 15, "steps": 10}
QUAY = {"id": "quay", "prompt": "A quay at dawn", "frame_images": [{"image": PLATE}], **_CUT}
MAST = {"id": "mast", "prompt": "A mast in fog", "reference_images": [PLATE, CHIP], **_CUT}


@functools.cache
def picture(side):
    """A picture that no encoder makes small."""
    noise = np.random.default_rng(side).integers(0, 255, (side, side, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, "PNG")
    return out.getvalue()


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One run to be killed; `ends` holds for each shot the words that may be said of it in the end."""

    name: str
    shots: tuple
    ends: dict
    #: keys of the server's configuration
    config: dict = field(default_factory=dict)
    #: shots of an earlier wish that was rendered in full before
    earlier: tuple = ()
    #: paths below the output folder where a folder stands that does not belong there
    in_the_way: tuple = ()
    #: whether a run after the last one has nothing to ask
    is_settled: bool = True
    #: by path beside the manifest: how large a picture stands there
    pictures: dict = field(default_factory=dict)
    #: whether the provider loses, after the earlier wish, what it was given with it
    is_forgotten: bool = False

    def put_pictures(self, project):
        """Put the pictures that its shots name where they are named."""
        for path, side in self.pictures.items():
            project.put(path, picture(side))

    def prepare(self, project, server):
        """Bring a project to where the run begins."""
        self.put_pictures(project)
        if self.earlier:
            project.wish(self.earlier)
            done = project.run(server)
            if done.status:
                raise RuntimeError(done.stderr)
        if self.is_forgotten:
            for upload in read_snapshot(project.output / "state.db", project="film", kind="paid").uploads:
                server.forget(upload.media_id)
        project.wish(self.shots)
        for path in self.in_the_way:
            (project.output / path).mkdir(parents=True)


BOTH = Scenario(
    name="both",
    shots=(LAMP, MOTH, FOG),
    ends={"lamp": {"saved"}, "moth": {"saved"}, "fog": {"saved", "ambiguous"}},
)
TROUBLE = Scenario(
    name="trouble",
    shots=(LAMP, {**MOTH, "prompt": "A moth that is doomed"}, FOG),
    ends={"lamp": {"held"}, "moth": {"rejected", "left"}, "fog": {"ambiguous"}},
    config={
        "failures": [{"prompt": "doomed", "code": "contentPolicyViolation"}],
        "faults": [{"on": "aimlapi.submit", "action": "drop"}],
    },
    in_the_way=("lamp/lamp_t01.webp",),
    is_settled=False,
)
GONE = Scenario(
    name="gone",
    shots=(LAMP,),
    ends={"lamp": {"lost"}},
    config={"faults": [{"on": "file", "action": "expired_link"}]},
)
PENNILESS = Scenario(
    name="penniless",
    shots=(FOG,),
    ends={"fog": {"account", "ambiguous"}},
    config={"credit": {"aimlapi": {"usd": 0}}},
    is_settled=False,
)
EDIT = Scenario(
    name="edit",
    earlier=(LAMP, MOTH),
    shots=({**LAMP, "prompt": "A lamp in a window"}, {**MOTH, "id": "owl"}),
    ends={"lamp": {"saved"}, "owl": {"saved"}},
)
_PICTURES = {PLATE: 200, CHIP: 20}
INPUTS = Scenario(name="inputs", shots=(QUAY, MAST), ends={"quay": {"saved"}, "mast": {"saved"}}, pictures=_PICTURES)
FORGOTTEN = Scenario(
    name="forgotten",
    earlier=({**QUAY, "id": "pier", "prompt": "A pier at noon"},),
    shots=(QUAY, MAST),
    ends=INPUTS.ends,
    pictures=_PICTURES,
    is_forgotten=True,
)
#: for proofs that need one short run
STILL = Scenario(name="still", shots=(LAMP,), ends={"lamp": {"saved"}})
SCENARIOS = (BOTH, TROUBLE, GONE, PENNILESS, EDIT, INPUTS, FORGOTTEN)
