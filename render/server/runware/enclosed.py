"""Reads how a request names a media file: an id, a link, or the bytes themselves as a data URI or as bare base64.

Pure: nothing is looked up or fetched here.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATA_URI = re.compile(r"data:[\w.+-]+/[\w.+-]+;base64,(?P<data>.*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Naming:
    """How one media file was named."""

    form: Literal["id", "link", "bytes"]
    text: str
    #: of the form `bytes` only
    content: bytes = b""


def read_naming(text: str) -> Naming | None:
    """Read one value; None for one that is neither an id nor a link nor base64."""
    if UUID.fullmatch(text):
        return Naming(form="id", text=text)
    if text.startswith(("http://", "https://")):
        return Naming(form="link", text=text) if _has_host(text) else None
    uri = _DATA_URI.fullmatch(text)
    try:
        content = base64.b64decode(uri["data"] if uri else text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return Naming(form="bytes", text=text, content=content) if content else None


def _has_host(text: str) -> bool:
    try:
        return bool(urlsplit(text).hostname)
    except ValueError:
        return False
