"""What a shell may complete on the command line of `render`: names out of the manifest at hand, and out of the catalog.

Nothing here fails, waits or writes: what cannot be read is not offered. Of a manifest that is broken, the names that
can still be made out are. The record, the network and the environment are not asked.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import click

    from render.catalog.load import Catalog
    from render.catalog.spec import ModelSpec, Param

    Offer = Callable[[click.Context, str], Iterable[tuple[str, str]]]
    Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]

#: only what a shell takes for one plain word; a name with anything else in it is typed by hand
_PLAIN_WORD = re.compile(r"[\w.,:@+/=-]+\Z", re.ASCII)
_MOST = 1000
#: a larger manifest is looked through and not resolved
_LARGE_BYTES = 1 << 20
_LARGEST_BYTES = 1 << 26
_ID = re.compile(
    r"^[ \t]*(?:-[ \t]+)?\{?[ \t]*id:[ \t]*[\"']?([A-Za-z0-9][A-Za-z0-9._-]*)(?=[\"',} \t\r\n]|$)", re.MULTILINE
)
_TAGS = re.compile(r"\btags:[ \t]*\[([^\]\n]*)\]")


@dataclass(kw_only=True, slots=True)
class _Names:
    """What manifests name; dictionaries keep their order."""

    #: task keys by shot id
    shots: dict[str, list[str]] = field(default_factory=dict)
    tags: dict[str, None] = field(default_factory=dict)
    specs: dict[str, ModelSpec] = field(default_factory=dict)
    variables: dict[str, None] = field(default_factory=dict)
    lanes: dict[str, None] = field(default_factory=dict)


def _completer(offer: Offer) -> Completer:
    """Make of what yields words with a remark each what click asks: those that begin as what was typed."""

    @wraps(offer)
    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 - click's
        found: dict[str, str] = {}
        # whatever is wrong here, the shell offers nothing, and the command itself will say it
        with suppress(Exception):
            for word, remark in offer(ctx, incomplete):
                if word.startswith(incomplete) and _PLAIN_WORD.match(word):
                    found.setdefault(word, remark)
                if len(found) == _MOST:
                    break
        return [CompletionItem(word, help=remark or None) for word, remark in found.items()]

    return complete


@_completer
def task_names(ctx: click.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Offer shots; and the tasks of one as soon as it is the only one that is meant."""
    shots = _names_at_hand(ctx).shots
    meant = [shot for shot in shots if shot.startswith(incomplete)]
    yield from ((shot, "") for shot in meant)
    for shot, keys in shots.items():
        if incomplete.startswith(f"{shot}.") or meant == [shot]:
            yield from ((key, "") for key in keys)


@_completer
def tags(ctx: click.Context, _: str) -> Iterator[tuple[str, str]]:
    """Offer the tags of shots."""
    yield from ((tag, "") for tag in _names_at_hand(ctx).tags)


@_completer
def used_models(ctx: click.Context, _: str) -> Iterator[tuple[str, str]]:
    """Offer the models of shots by alias; all of the catalog where none is known."""
    yield from _model_names(_specs_at_hand(ctx))


@_completer
def models(ctx: click.Context, _: str) -> Iterator[tuple[str, str]]:
    """Offer every model of the catalog."""
    yield from _model_names(_catalog(ctx, Path("here")).specs)


@_completer
def models_or_import(ctx: click.Context, _: str) -> Iterator[tuple[str, str]]:
    """Offer every model of the catalog, and the command that may stand in the place of one."""
    yield "import", "Make a spec of a provider's page."
    yield from _model_names(_catalog(ctx, Path("here")).specs)


@_completer
def explained(ctx: click.Context, _: str) -> Iterator[tuple[str, str]]:
    """Offer every model, and every rule by number and name."""
    from render.rules import RULES  # noqa: PLC0415

    yield from _model_names(_catalog(ctx, Path("here")).specs)
    yield from ((rule.number, rule.about) for rule in RULES)
    yield from ((rule.name, rule.about) for rule in RULES)


@_completer
def parameters_of_model(ctx: click.Context, _: str) -> Iterator[tuple[str, str]]:
    """Offer the parameters of the model that was named before the cursor."""
    from render.catalog.wording import limits  # noqa: PLC0415

    spec = _catalog(ctx, Path("here")).page(ctx.params["name"])
    yield from ((param.name, limits(param)) for param in (spec.params if spec else ()))


@_completer
def prices(ctx: click.Context, _: str) -> Iterator[tuple[str, str]]:
    """Offer `MODEL=`."""
    yield from ((f"{name}=", remark) for name, remark in _model_names(_specs_at_hand(ctx)))


@_completer
def providers(ctx: click.Context, _: str) -> Iterator[tuple[str, str]]:
    """Offer the lanes of shots, and the providers of their models."""
    yield from ((lane, "") for lane in _names_at_hand(ctx).lanes)
    yield from ((spec.provider, "") for spec in _specs_at_hand(ctx))


@_completer
def variables(ctx: click.Context, _: str) -> Iterator[tuple[str, str]]:
    """Offer `NAME=` of variables."""
    yield from ((f"{name}=", "") for name in _names_at_hand(ctx).variables)


@_completer
def parameters(ctx: click.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Offer `NAME=`, and behind it the values that are allowed, where they are listed."""
    from render.catalog.wording import limits  # noqa: PLC0415 - as all that follows: only when a key is pressed

    for spec in _specs_at_hand(ctx):
        for param in spec.params:
            if incomplete.startswith(f"{param.name}="):
                yield from ((f"{param.name}={value}", "") for value in _values(param))
            else:
                yield f"{param.name}=", limits(param)


def _values(param: Param) -> Iterator[str]:
    from render.catalog.spec import Kind  # noqa: PLC0415
    from render.catalog.wording import plain  # noqa: PLC0415

    yield from (plain(value) for value in param.allowed)
    if param.kind is Kind.BOOLEAN:
        yield from ("true", "false")


def _model_names(specs: Iterable[ModelSpec]) -> Iterator[tuple[str, str]]:
    for spec in specs:
        yield from ((alias, spec.name) for alias in spec.aliases)
        if not spec.matches:
            yield spec.id, spec.name


def _specs_at_hand(ctx: click.Context) -> Iterable[ModelSpec]:
    return _names_at_hand(ctx).specs.values() or _catalog(ctx, Path("here")).specs


def _catalog(ctx: click.Context, manifest: Path) -> Catalog:
    from render.catalog.load import catalog_beside  # noqa: PLC0415

    return catalog_beside(manifest, ctx.params.get("spec_folders") or ())


def _names_at_hand(ctx: click.Context) -> _Names:
    """Read the manifest that was named before the cursor, else every one that stands here or in manifests/."""
    from render.manifest.parts import manifests_here  # noqa: PLC0415

    named = ctx.params.get("manifest")
    names = _Names()
    for path in [Path(named)] if named else manifests_here(Path()):
        if path.is_file() and path.stat().st_size <= _LARGEST_BYTES:
            _read(path, ctx, names)
    return names


def _read(path: Path, ctx: click.Context, names: _Names) -> None:
    """Add what one manifest names: resolved, or else as far as its lines show."""
    is_whole = False
    if path.stat().st_size <= _LARGE_BYTES:
        with suppress(Exception):
            is_whole = _read_resolved(path, ctx, names)
    if not is_whole:
        from render.expand import task_key  # noqa: PLC0415

        text = path.read_text(encoding="utf-8", errors="replace")
        for shot in _ID.findall(text):
            names.shots.setdefault(shot, [task_key(shot, 1)])
        names.tags.update((tag.strip(" \"'"), None) for found in _TAGS.findall(text) for tag in found.split(","))


def _read_resolved(path: Path, ctx: click.Context, names: _Names) -> bool:
    """Add what can be resolved, and say whether that is everything."""
    from render.expand import task_key  # noqa: PLC0415
    from render.manifest.load import resolve_shots  # noqa: PLC0415
    from render.manifest.reading import Reading  # noqa: PLC0415

    reading = Reading(allows_outside=bool(ctx.params.get("allows_outside")))
    shots, findings = resolve_shots(path, _catalog(ctx, path), reading)
    for resolved in shots:
        shot = resolved.shot
        if shot.enabled:
            names.shots[shot.id] = [task_key(shot.id, take) for take in range(1, shot.takes + 1)]
            names.tags.update(dict.fromkeys(shot.tags))
        names.specs.setdefault(resolved.spec.id, resolved.spec)
        names.lanes[shot.lane] = None
        names.variables.update(dict.fromkeys(shot.variables))
    return not findings.has_errors
