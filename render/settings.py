"""Owns the environment: keys, base URLs and folders. Nothing else reads an environment variable but `display.py`.

A key is read when it is needed, kept in a `Secret`, and never written anywhere.
"""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from render.disclosure import looks_like_key, one_line
from render.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_ROOT_MARKS = (".git", "pyproject.toml")
#: what an API's base URL may not hold: they would end up in the record as part of the endpoint
_NOT_IN_BASE_URL = ("username", "password", "query", "fragment")
_USE_PROXY = "RENDERLINE_USE_PROXY"
OFFLINE = "offline"
#: by name, what was read of the environment that nobody may see, keys aside
_VALUES_READ: dict[str, Secret] = {}


class Secret:
    """A text that does not show itself in a representation, a log line or a traceback."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself; only the module that sends it asks."""
        return self._text

    @property
    def mark(self) -> str:
        """The last 4 hex digits of its SHA-256: tells it from another without telling it."""
        # wanted by those who buy, and slow to import
        import hashlib  # noqa: PLC0415

        return hashlib.sha256(self._text.encode()).hexdigest()[-4:]

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneSettings:
    """How one provider is reached."""

    base_url: str
    #: what the record calls this server: the base URL, or `offline`
    endpoint: str
    #: hosts of this machine that files may come from, over plain http too, beside the provider's own hosts
    plain_http_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ProxySettings:
    """The proxy of the surroundings, where its use was asked for."""

    #: its URL, which may hold a password
    url: Secret
    #: hosts that are reached without it, as NO_PROXY lists them
    exceptions: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Folders:
    """Where a project's files are."""

    #: `…/renders/<project>`: state.db, the log and the rendered files
    output: Path
    #: where the embedded server keeps its jobs; used offline only
    server: Path

    @property
    def state(self) -> Path:
        """The record of this project."""
        return self.output / "state.db"


def lane_settings(variable: str, default: str, *, environ: Mapping[str, str] | None = None) -> LaneSettings:
    """Read a provider's base URL from the environment variable `variable`.

    Raises:
        SettingsError: it is not an https URL, nor an http URL of this machine.
    """
    url = (os.environ if environ is None else environ).get(variable, "").strip().rstrip("/") or default
    if not url.isprintable() or " " in url:
        raise SettingsError(f"{variable} holds spaces or invisible characters", hint=f"unset it to use {default}")
    try:
        parts = urlsplit(url)
        host, unwanted = parts.hostname or "", [name for name in _NOT_IN_BASE_URL if getattr(parts, name)]
        _ = parts.port
    except ValueError as exc:
        raise SettingsError(f"{variable} is not a URL: {exc}") from exc
    if unwanted:
        raise SettingsError(f"{variable} must not hold a {unwanted[0]}", hint="keys have variables of their own")
    is_local = host in _LOOPBACK
    if not host or (parts.scheme != "https" and not (parts.scheme == "http" and is_local)):
        raise SettingsError(
            f"{variable} must be an https URL, or an http URL of this machine", hint=f"unset it to use {default}"
        )
    local = (host,) if is_local else ()
    return LaneSettings(base_url=url, endpoint=url, plain_http_hosts=local)


def proxy_settings(*, environ: Mapping[str, str] | None = None) -> ProxySettings | None:
    """Read HTTPS_PROXY and NO_PROXY, in either case, if RENDERLINE_USE_PROXY is 1; else there is no proxy.

    Raises:
        SettingsError: RENDERLINE_USE_PROXY is neither 0 nor 1, or no usable proxy is named.
    """
    surroundings = os.environ if environ is None else environ
    wish = surroundings.get(_USE_PROXY, "").strip()
    if wish in {"", "0"}:
        return None
    if wish != "1":
        raise SettingsError(f"{_USE_PROXY} must be 1 or 0, not {wish!a}")
    url = _either_case(surroundings, "https_proxy")
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable or not url.isprintable() or " " in url:
        # the text itself is not shown, for it may hold a password
        raise SettingsError(
            f"{_USE_PROXY} is 1, and HTTPS_PROXY names no proxy",
            hint=f"export HTTPS_PROXY=http://HOST:PORT, or unset {_USE_PROXY} to connect without one",
        )
    return ProxySettings(url=Secret(url), exceptions=_either_case(surroundings, "no_proxy"))


def _either_case(environ: Mapping[str, str], name: str) -> str:
    return (environ.get(name, "") or environ.get(name.upper(), "")).strip()


def offline_lane(base_url: str) -> LaneSettings:
    """Return the settings of a lane that ends in the embedded server, whatever its port."""
    local = ("127.0.0.1",)
    return LaneSettings(base_url=base_url, endpoint=OFFLINE, plain_http_hosts=local)


def read_key(variable: str, *, environ: Mapping[str, str] | None = None) -> Secret:
    """Read a key from the variable, or from the file that `<variable>_FILE` names; no core dump is left from then on.

    Raises:
        SettingsError: neither is set, the file cannot be read, or the key could not stand in an HTTP header.
    """
    surroundings = os.environ if environ is None else environ
    text = surroundings.get(variable, "").strip()
    file = surroundings.get(f"{variable}_FILE", "").strip()
    if text:
        return _key(text, told_by=variable)
    if file:
        return read_key_file(Path(file), told_by=f"{variable}_FILE")
    raise SettingsError(
        f"{variable} is not set",
        hint=f"export {variable}=… (or {variable}_FILE=PATH), or add --offline to render placeholders for nothing",
    )


def read_key_file(file: Path, *, told_by: str) -> Secret:
    """Read a key from a file as `read_key` does; `told_by` is the variable or option that names it.

    Raises:
        SettingsError: the file cannot be read, or holds nothing that could be a key; it names both.
    """
    # whoever mistook the one for the other has written the key itself where its file was asked for
    shown = "…" if looks_like_key(str(file)) else one_line(str(file))
    told = f"the file {shown} that {told_by} names"
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as exc:
        reason = getattr(exc, "strerror", None) or "it is not text"
        raise SettingsError(f"cannot read {told}: {reason}", hint="give the path of a file with the key") from exc
    if not text:
        raise SettingsError(f"{told} is empty", hint="write the key into it, and nothing else")
    return _key(text, told_by=told)


def _key(text: str, *, told_by: str) -> Secret:
    if not text.isascii() or not text.isprintable() or " " in text:
        raise SettingsError(f"{told_by} holds characters that no key has", hint="was it copied whole?")
    _forbid_core_dumps()
    return Secret(text)


def _forbid_core_dumps() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))


def read_key_if_set(variable: str, *, environ: Mapping[str, str] | None = None) -> Secret | None:
    """Read a key as `read_key` does, or return None where neither variable is set.

    Raises:
        SettingsError: it is set and cannot be used.
    """
    surroundings = os.environ if environ is None else environ
    is_set = any(surroundings.get(name, "").strip() for name in (variable, f"{variable}_FILE"))
    return read_key(variable, environ=surroundings) if is_set else None


def key_variables(*, environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the variables that are called as those of keys are, set themselves or by a file."""
    surroundings = os.environ if environ is None else environ
    names = (name.removesuffix("_FILE") for name in surroundings)
    return tuple(dict.fromkeys(name for name in names if name.endswith("_API_KEY")))


def is_set(variable: str, *, environ: Mapping[str, str] | None = None) -> bool:
    """Whether a variable of the environment holds anything."""
    return bool((os.environ if environ is None else environ).get(variable))


def read_value(variable: str, *, environ: Mapping[str, str] | None = None) -> Secret | None:
    """Read a variable whose value nobody may see, as it is; None where it holds nothing."""
    text = (os.environ if environ is None else environ).get(variable)
    if not text:
        return None
    _forbid_core_dumps()
    value = _VALUES_READ[variable] = Secret(text)
    return value


def values_read() -> tuple[Secret, ...]:
    """Return what `read_value` has read in this process, so that whatever goes wrong can be told without it."""
    return tuple(_VALUES_READ.values())


def folders(manifest: Path, *, project: str, out: Path | None, is_offline: bool) -> Folders:
    """Say where the files of `project` are: never in the current folder by accident.

    `out` replaces `renders` (or `renders-offline`), which lies in the nearest folder at or above the manifest that
    holds `.git` or `pyproject.toml`, else beside the manifest.
    """
    parent = out if out is not None else _root(manifest) / ("renders-offline" if is_offline else "renders")
    parent = parent.absolute()
    return Folders(output=parent / project, server=parent / ".server")


def _root(manifest: Path) -> Path:
    here = manifest.resolve().parent
    candidates = (here, *here.parents)
    return next(filter(is_root, candidates), here)


def is_root(folder: Path) -> bool:
    """Whether a folder holds what marks the top of somebody's work: `.git` or `pyproject.toml`."""
    return any((folder / mark).exists() for mark in _ROOT_MARKS)
