"""What one deliberate breakage is: which text of the product gives way to which, and which suites should notice.

Knows neither a folder that it is applied in nor how suites are run.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One replacement; `old` stands exactly once in the whole product."""

    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One breakage, in one file."""

    name: str
    #: which promise is broken, in a few words
    breaks: str
    edits: tuple[Edit, ...]
    #: what is run, the quickest first; each the id of tests, or `prove:SECTION`
    suites: tuple[str, ...]


def mutant(name, breaks, old, new, *suites, also=()):
    """Describe a breakage by its first replacement; `also` holds further ones in the same file, as (old, new)."""
    edits = tuple(Edit(old=before, new=after) for before, after in ((old, new), *also))
    return Mutant(name=name, breaks=breaks, edits=edits, suites=suites)
