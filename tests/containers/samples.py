"""Tiny real media files, drawn once a session by the encoders people use."""

import functools
import io
import tempfile
from pathlib import Path

import av
import numpy as np
from PIL import Image

WIDTH, HEIGHT, FPS, FRAMES = 48, 32, 24, 13

VIDEOS = {
    "mp4": ("mp4", "libx264", {}),
    "mp4-faststart": ("mp4", "libx264", {"movflags": "faststart"}),
    "mp4-mpeg4": ("mp4", "mpeg4", {}),
    "mov": ("mov", "libx264", {}),
    "webm": ("webm", "libvpx", {}),
    "webm-live": ("webm", "libvpx", {"live": "1"}),
}
IMAGES = {
    "jpeg": ("JPEG", {}),
    "jpeg-progressive": ("JPEG", {"progressive": True, "quality": 95}),
    "png": ("PNG", {}),
    "webp": ("WEBP", {"quality": 60}),
    "webp-lossless": ("WEBP", {"lossless": True}),
    "webp-extended": ("WEBP", {"exif": b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00"}),
}
MEDIA_TYPES = {
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}
KINDS = (*VIDEOS, *IMAGES)


@functools.cache
def whole(kind):
    """The bytes of a whole file of this kind."""
    return _video(*VIDEOS[kind]) if kind in VIDEOS else _image(*IMAGES[kind])


def media_type(kind):
    return MEDIA_TYPES[kind.split("-")[0]]


def _picture(number):
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.stack([rows * 7 + number * 9, columns * 5, rows * columns + number], axis=2).astype(np.uint8)


def _image(form, options):
    out = io.BytesIO()
    Image.fromarray(_picture(3)).save(out, form, **options)
    return out.getvalue()


def _video(form, codec, options):
    # a file, not memory: a movie header can be moved to the front only in something that can be opened again
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clip")
        _encode(path, form, codec, options)
        return path.read_bytes()


def _encode(path, form, codec, options):
    with av.open(str(path), "w", format=form, options=options) as container:
        stream = container.add_stream(codec, rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.thread_count = 1
        for number in range(FRAMES):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(_picture(number), format="rgb24")))
        container.mux(stream.encode())
