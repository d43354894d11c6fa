"""Owns the folders of model specs: finds a model by alias or id, and says which known one a wrong name is near to.

The specs that come with the program are read when they are first asked for, because reading all of them costs every
command several milliseconds; those of folders a user names are read, and checked, at once. Knows nothing of manifests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from render.catalog.cards import Card, about_name, cards_in, check_excess, excerpted, problem_of
from render.catalog.likeness import is_one_slip, most_alike
from render.catalog.read import read_spec
from render.errors import ManifestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from render.catalog.spec import ModelSpec
    from render.wish import Problem

#: no id is longer, and a pattern is not tried on more
_LONGEST_NAME = 200
MODELS = Path(__file__).parent / "models"


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalog:
    """Every model that can be asked for.

    The specs already read are kept beside the cards; they count for nothing when two catalogs are compared.
    """

    #: one a spec; those that speak for many models stand last
    cards: tuple[Card, ...]
    _read: dict[str, ModelSpec] = field(default_factory=dict, repr=False, compare=False)

    @property
    def specs(self) -> tuple[ModelSpec, ...]:
        """All specs, those that speak for many models last. Reads what was not read yet."""
        return tuple(self._spec(card) for card in self.cards)

    @property
    def names(self) -> tuple[str, ...]:
        """Every alias and id that can stand under `model`."""
        return tuple(name for card in self.cards if not card.matches for name in card.names)

    def find(self, name: str) -> ModelSpec | None:
        """The spec for what stands under `model`: by alias, by id, else the one whose pattern the id matches."""
        for card in self.cards:
            if _speaks_for(card, name):
                return self._spec(card)
        return None

    def page(self, name: str) -> ModelSpec | None:
        """As `find`, but a spec that speaks for many models can be had by its own alias or id too."""
        card = next((card for card in self.cards if name in card.names), None)
        return self.find(name) if card is None else self._spec(card)

    def full_id(self, name: str) -> str:
        """The provider's id for what stands under `model`: aliases resolved, anything else as it is."""
        return next((card.id for card in self.cards if name in card.aliases and not card.matches), name)

    @property
    def aliases(self) -> dict[str, str]:
        """The provider's id by alias."""
        return {alias: card.id for card in self.cards if not card.matches for alias in card.aliases}

    def specs_for(self, names: Iterable[str]) -> tuple[ModelSpec, ...]:
        """The specs that `names` lead to, each once, in the order of the catalog; unknown names lead to none."""
        wanted = {spec.id for name in names if (spec := self.find(name)) is not None}
        return tuple(self._spec(card) for card in self.cards if card.id in wanted)

    def nearest(self, name: str, *, count: int = 3) -> tuple[str, ...]:
        """The `count` known aliases and ids most like `name`, best first."""
        return most_alike(name, known=self.names, count=count)

    def near_miss(self, name: str) -> str | None:
        """The known alias or id that is one slip away from `name`, or None.

        Such a name is a mistake even where the pattern of a spec would let it pass: `runware:201@1` for
        `runware:210@1`.
        """
        if name in self.names:
            return None
        return next((known for known in self.names if is_one_slip(name, known)), None)

    def _spec(self, card: Card) -> ModelSpec:
        if card.id not in self._read:
            self._read[card.id] = _read_card(card)
        return self._read[card.id]


def load_catalog(folders: Sequence[Path] = ()) -> Catalog:
    """Load the specs that come with the program, and those of `folders`; a user's id replaces ours of the same name.

    Raises:
        ManifestError: a spec of `folders` cannot be used, or two specs go by one name. A faulty spec of the program
            itself raises it where it is first asked for.
    """
    own = {card.id: card for card in cards_in(MODELS)}
    users = [card for folder in folders for card in cards_in(folder)]
    for card in users:
        check_excess(card)
    _check_ids(users)
    cards = {**own, **{card.id: card for card in users}}
    catalog = Catalog(cards=tuple(sorted(cards.values(), key=lambda card: card.matches != "")))
    _check_names(catalog.cards)
    problems = [problem for card in users for problem in _faults_of(catalog, card)]
    if problems:
        raise ManifestError(problems)
    return catalog


def catalog_beside(file: Path, folders: Sequence[Path] = ()) -> Catalog:
    """Load the specs that come with the program, those of the folder `models/` beside `file`, and those of `folders`.

    Raises:
        ManifestError: as `load_catalog`.
    """
    beside = file.parent / "models"
    named = [folder for folder in folders if not (beside.is_dir() and folder.samefile(beside))]
    return load_catalog((*((beside,) if beside.is_dir() else ()), *named))


def _speaks_for(card: Card, name: str) -> bool:
    if not card.matches:
        return name in card.names
    return len(name) <= _LONGEST_NAME and re.fullmatch(card.matches, name) is not None


def _read_card(card: Card) -> ModelSpec:
    spec = read_spec(card.text, file=card.file)
    if (spec.id, spec.aliases, spec.matches) != (card.id, card.aliases, card.matches):
        message = "what this model is called cannot be seen without reading the whole file"
        hint = "write `id`, `aliases: [a, b]` and `matches` on one line each, without quotes or comments"
        raise ManifestError([problem_of(card.file, message, hint=hint)])
    return spec


def _faults_of(catalog: Catalog, card: Card) -> tuple[Problem, ...]:
    try:
        catalog.page(card.id)
    except ManifestError as error:
        return tuple(excerpted(problem, card.text) for problem in error.problems)
    return ()


def _check_ids(cards: Iterable[Card]) -> None:
    seen: dict[str, Card] = {}
    for card in cards:
        if card.id in seen:
            message = f"`{card.id}` has a spec already, in {seen[card.id].file}"
            raise ManifestError([about_name(card, card.id, message)])
        seen[card.id] = card


def _check_names(cards: Iterable[Card]) -> None:
    owners: dict[str, Card] = {}
    for card in cards:
        for name in card.names:
            if name in owners:
                message = f"`{name}` already is a name of {owners[name].id}, in {owners[name].file}"
                raise ManifestError([about_name(card, name, message)])
            owners[name] = card
