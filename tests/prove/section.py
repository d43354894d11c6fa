"""What one proof found: figures with the bound that each must keep, and every breach in words."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One row of the table; `bound` is what it must be, in words, and `is_kept` whether it is."""

    name: str
    value: object
    bound: str = ""
    is_kept: bool = True


@dataclass(frozen=True, kw_only=True)
class Section:
    """One proof: what it is called, its figures, and what it found wrong, each with how to see it again."""

    name: str
    figures: tuple
    breaches: tuple = ()
    #: why it could not be done here, "" where it was
    skipped: str = ""

    @property
    def is_kept(self):
        return not self.breaches and all(figure.is_kept for figure in self.figures)


def zero(name, count):
    """A figure that must be 0."""
    return Figure(name=name, value=count, bound="0", is_kept=count == 0)
