"""What can be made of a file's bytes: samples of every kind, and what a host may send in the place of one."""

from tests.containers.samples import KINDS, whole

EXTENSIONS = {"mp4": "mp4", "mov": "mov", "webm": "webm", "jpeg": "jpg", "png": "png", "webp": "webp"}
#: one of each container, for what is played as a whole run
FAMILIES = ("mp4", "mov", "webm", "jpeg", "png", "webp")
HTML = b"<!DOCTYPE html><html><head><title>404</title></head><body>not here</body></html>\n" * 20
JSON = b'{"error": {"code": "NoSuchKey", "message": "The specified key does not exist."}}'

#: what each container is mistaken for: bytes of a true file that may not stand under its name
_ANOTHER = {"mp4": "webm", "mov": "webm", "webm": "mp4", "jpeg": "png", "png": "webp", "webp": "jpeg"}


def family(kind):
    return kind.split("-")[0]


def extension(kind):
    """How the name of such a file ends."""
    return EXTENSIONS[family(kind)]


def zero_from(data, offset):
    """Keep the beginning, and the length."""
    return data[:offset] + bytes(len(data) - offset)


def mistaken(kind):
    """What is no file of this kind at all, by name."""
    data = whole(kind)
    return {
        "html": HTML,
        "html_of_that_length": (HTML * (len(data) // len(HTML) + 1))[: len(data)],
        "json": JSON,
        "another_kind": whole(_ANOTHER[family(kind)]),
        "nothing": b"",
        "one_byte": data[:1],
        "zeros": bytes(len(data)),
        "12_bytes_then_zeros": zero_from(data, 12),
        "shifted": data[1:] + data[:1],
    }


__all__ = ["EXTENSIONS", "FAMILIES", "HTML", "JSON", "KINDS", "extension", "family", "mistaken", "whole", "zero_from"]
