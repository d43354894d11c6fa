"""Where the parts of a media file begin, read by rules of its own: what is checked here is not asked.

Knows the shape of whole, sane files alone, which is what samples are.
"""

_NESTED = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta"})
#: the segment and its clusters and tracks hold elements of their own
_MASTERS = frozenset({0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE})
_JPEG_SCAN = 0xDA


def boundaries(kind, data):
    """Return every offset at which a part of the file begins, its end included, in order."""
    family = kind.split("-")[0]
    found = {0, len(data), *_READERS[family](data)}
    return sorted(offset for offset in found if offset <= len(data))


def matters(kind, data, *, spread):
    """Return every cut within a byte of a boundary, and about so many others; never the whole file."""
    near = {offset + step for offset in boundaries(kind, data) for step in (-1, 0, 1)}
    others = range(0, len(data), max(1, len(data) // spread)) if spread else ()
    return sorted(offset for offset in near | set(others) if 0 <= offset < len(data))


def _boxes(data, start=0, end=None):
    end = len(data) if end is None else end
    while start + 8 <= end:
        length, kind = int.from_bytes(data[start : start + 4], "big"), data[start + 4 : start + 8]
        yield from (start, start + 8)
        if kind in _NESTED:
            yield from _boxes(data, start + 8, start + length)
        start += length


def _elements(data, start=0, end=None):
    end = len(data) if end is None else end
    while start < end:
        id_, body = _number(data, start, keeps_mark=True)
        length, body = _number(data, body)
        yield from (start, body)
        # a length of ones alone is an open one, which reaches to the end
        last = end if length is None else body + length
        if id_ in _MASTERS:
            yield from _elements(data, body, last)
        start = last


def _number(data, offset, *, keeps_mark=False):
    width = 9 - data[offset].bit_length()
    number = int.from_bytes(data[offset : offset + width], "big")
    bits = number & ((1 << (7 * width)) - 1)
    is_open = bits == (1 << (7 * width)) - 1
    return (number if keeps_mark else None if is_open else bits), offset + width


def _segments(data):
    offset = 2
    while data[offset + 1] != 0xD9:
        yield from (offset, offset + 2)
        marker = data[offset + 1]
        offset += 2 + int.from_bytes(data[offset + 2 : offset + 4], "big")
        if marker == _JPEG_SCAN:
            yield offset
            while data[offset] != 0xFF or data[offset + 1] in {0x00, *range(0xD0, 0xD8)}:
                offset += 1
    yield offset


def _png_chunks(data):
    offset = 8
    while offset < len(data):
        length = int.from_bytes(data[offset : offset + 4], "big")
        yield from (offset, offset + 4, offset + 8, offset + 8 + length)
        offset += 12 + length


def _riff_chunks(data):
    offset = 12
    while offset < len(data):
        length = int.from_bytes(data[offset + 4 : offset + 8], "little")
        yield from (offset, offset + 8)
        offset += 8 + length + length % 2


_READERS = {
    "mp4": _boxes,
    "mov": _boxes,
    "webm": _elements,
    "jpeg": _segments,
    "png": _png_chunks,
    "webp": _riff_chunks,
}
