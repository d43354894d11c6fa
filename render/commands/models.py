"""`render models`: what can be asked for, and how a model is added from its provider's page.

What a page means is `render.catalog.pages`'; here it is read and the spec written, over nothing unless that was asked
for.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from render.catalog.load import MODELS, Catalog, catalog_beside, load_catalog
from render.commands import completing
from render.commands.options import json_option, models_option
from render.commands.say import data, document, talk
from render.display import display
from render.errors import ManifestError, SettingsError, UsageError
from render.manifest.named import shown_path
from render.report.models import model_json, model_text, models_json, models_text

if TYPE_CHECKING:
    from render.catalog.pages.describe import Described

_USUAL = "show"
_STDIN = Path("-")
_FOLDER = Path("models")


class _Models(click.Group):
    """A group whose first word may also be what its usual command takes: `render models kandinsky-5-lite`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put in the usual command where none is named."""
        is_named = bool(args) and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if is_named else [_USUAL, *args])


@click.group(cls=_Models)
def command() -> None:
    """Say which models can be asked for, and add one from its provider's page.

    `render models NAME` is short for `render models show NAME`.
    """


@command.command()
@click.argument("name", required=False, shell_complete=completing.models_or_import)
@models_option
@json_option
def show(name: str | None, *, spec_folders: tuple[Path, ...], as_json: bool) -> int:
    """List the models that can be asked for, or show every parameter of NAME (an alias or a full id).

    Models in ./models/*.yaml are listed too.
    """
    catalog = catalog_beside(Path("any.shots.yaml"), spec_folders)
    width = display("stdout").width
    if name is None:
        specs = catalog.specs
        document(models_json(specs)) if as_json else data(models_text(specs, width))
        return 0
    spec = catalog.page(name)
    if spec is None:
        raise UsageError(f"there is no model `{name}`", hint=f"did you mean {', '.join(catalog.nearest(name))}?")
    document(model_json(spec)) if as_json else data(model_text(spec, width))
    return 0


@command.command(name="import")
@click.argument("page", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write the spec to FILE, or to stdout (-), instead of models/<alias>.yaml.",
)
@click.option("--force", "may_replace", is_flag=True, help="Write over a file that is there.")
def import_(page: Path, *, output: Path | None, may_replace: bool) -> int:
    """Make a spec of PAGE, a provider's page about a model saved as Markdown or as text; - reads stdin.

    What the page does not say, and what was not understood, is listed on stderr. The model can be used at once by
    manifests in this folder.
    """
    from render.catalog.pages.describe import describe  # noqa: PLC0415 - listing models has no use for any of it
    from render.catalog.pages.read import read_page  # noqa: PLC0415
    from render.catalog.pages.write import blank_lines  # noqa: PLC0415

    read = read_page(_text_of(page))
    catalog = load_catalog(_folders(output))
    model_names = {card.id: card.names for card in catalog.cards}
    described = describe(read, catalog.specs, checked=datetime.now(UTC).date().isoformat(), names=model_names)
    text = _checked(described)
    if output == _STDIN:
        data(text)
    else:
        file = output if output is not None else _FOLDER / f"{described.slug}.yaml"
        _require_place(file, described, catalog, may_replace=may_replace)
        _write(file, text)
        talk(f"{shown_path(file)}: written; {_use_of(described, catalog)}")
    talk("\n".join(f"the page does not say: {line}" for line in blank_lines(described)))
    talk("\n".join(f"not understood: line {each.line}: {each.text}" for each in described.unread))
    return 0


def _text_of(page: Path) -> str:
    from render.catalog.pages.read import MOST_BYTES  # noqa: PLC0415
    from render.yaml_text import decode, excerpted, read_bytes  # noqa: PLC0415

    if page == _STDIN:
        content = sys.stdin.buffer.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise SettingsError(f"cannot read stdin: it is larger than {MOST_BYTES // 2**10} KiB")
    else:
        content = read_bytes(str(page), most=MOST_BYTES)
    text = decode(content, file="stdin" if page == _STDIN else shown_path(page))
    if not isinstance(text, str):
        raise ManifestError([excerpted(text, content)])
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _use_of(described: Described, catalog: Catalog) -> str:
    known = next((card for card in catalog.cards if card.id == described.spec["id"]), None)
    if known is not None and Path(known.file).parent == MODELS:
        return "beside manifests it takes the place of the spec that comes with renderline"
    if "matches" in described.spec:
        return "it speaks for every model that has no spec of its own"
    return f"shots take it with `model: {described.slug}`"


def _folders(output: Path | None) -> list[Path]:
    """Return the folders whose models count beside those of the program: where the new one will lie among them."""
    beside = [_FOLDER] if _FOLDER.is_dir() else []
    if output is None or output == _STDIN or output.parent.name != _FOLDER.name or not output.parent.is_dir():
        return beside
    return [*(folder for folder in beside if not folder.samefile(output.parent)), output.parent]


def _checked(described: Described) -> str:
    """Return the text of the spec, which is in order.

    Raises:
        UsageError: the page contradicts itself.
    """
    from render.catalog.pages.write import spec_text  # noqa: PLC0415
    from render.catalog.read import read_spec  # noqa: PLC0415

    text = spec_text(described)
    try:
        read_spec(text, file=f"{described.slug}.yaml")
    except ManifestError as error:
        said = "; ".join(problem.message for problem in error.problems[:3])
        hint = "correct it in a copy of the page, and import that"
        raise UsageError(f"what the page says cannot be: {said}", hint=hint) from error
    return text


def _require_place(file: Path, described: Described, catalog: Catalog, *, may_replace: bool) -> None:
    """Make sure that the spec takes nobody's place."""
    if os.path.lexists(file) and not may_replace:
        raise UsageError(f"{shown_path(file)} is there already", hint="--force writes over it, --output names another")
    if os.path.lexists(file) and not file.is_file():
        raise UsageError(f"{shown_path(file)} is not a regular file")
    other = next((Path(card.file) for card in catalog.cards if card.id == described.spec["id"]), None)
    if other is None or other.parent == MODELS or (file.exists() and other.samefile(file)):
        return
    hint = f"write over it: --output {shown_path(other)} --force"
    raise UsageError(f"`{described.spec['id']}` has a spec already, in {shown_path(other)}", hint=hint)


def _write(file: Path, text: str) -> None:
    """Write a file that is whole or not there."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with part.open("x", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise SettingsError(f"cannot write {shown_path(file)}: {error.strerror}") from error
