"""What a case of the catalogue is: a row, where it strikes, what is done, and what must be seen."""

from dataclasses import dataclass, field

RUNWARE, AIMLAPI = "runware", "aimlapi"
LETTERS = {RUNWARE: "R", AIMLAPI: "A"}


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How one run ended."""

    exit_status: int
    #: how many tasks ended under each word of the summary
    counts: dict = field(default_factory=dict)
    #: purchases in the server's ledger when it was over
    bought: int = 0
    #: what was said to a person, as far as it was said
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What may be seen of one run: allowed words, statuses and totals; None lets anything pass."""

    #: every task must end under one of these
    words: frozenset | None = None
    statuses: frozenset | None = None
    #: purchases in the ledger by then
    bought: frozenset | None = None

    def mismatches(self, ended, *, which):
        used = {word for word, count in ended.counts.items() if count}
        if self.words is not None and not used <= self.words:
            yield f"{which}: tasks ended {_listed(used)}, not {_listed(self.words)}"
        if self.statuses is not None and ended.exit_status not in self.statuses:
            yield f"{which}: exit {ended.exit_status}, not {_listed(self.statuses)} {ended.words[:200]}"
        if self.bought is not None and ended.bought not in self.bought:
            yield f"{which}: {ended.bought} purchases, not {_listed(self.bought)}"


def _listed(values):
    return " or ".join(sorted(map(str, values))) or "nothing"


def expect(words, exit_status, bought):
    """Write an Expected shortly: `"saved", 0, 1` or `"failed left", (1, 6), 0`."""
    return Expected(
        words=None if words is None else frozenset(words.split()),
        statuses=_set(exit_status),
        bought=_set(bought),
    )


def _set(value):
    if value is None:
        return None
    return frozenset(value) if isinstance(value, tuple) else frozenset({value})


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Everything that a case showed."""

    first: Ended
    #: None where nothing is promised of a later run
    later: Ended | None = None
    bought_twice: int = 0
    lost: int = 0
    half_files: int = 0
    #: what else was found wrong, in words
    findings: tuple = ()


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case; `scene` has `play(folder) -> Seen`."""

    row: str
    #: S, P, D or - where it strikes no request
    position: str
    provider: str
    variant: str
    scene: object
    first: Expected
    later: Expected
    is_quick: bool = False

    @property
    def is_in_short_form(self):
        """Whether the short form plays it; of what takes processes, most with one provider alone."""
        return self.is_quick and (self.scene.is_light or self.provider == RUNWARE or self.position == "S")

    @property
    def id(self):
        return f"{self.row}.{self.position}.{LETTERS.get(self.provider, self.provider)}.{self.variant}"

    def play(self, folder):
        """Play it in an empty folder; return what was seen and every breach."""
        seen = self.scene.play(folder)
        return seen, self.breaches(seen)

    def breaches(self, seen):
        """Everything in which what was seen differs from what must be seen."""
        found = [*self.first.mismatches(seen.first, which="first run")]
        if seen.later is not None:
            found += self.later.mismatches(seen.later, which="later run")
        found += [f"{seen.bought_twice} bought twice"] if seen.bought_twice else []
        found += [f"{seen.lost} paid results lost"] if seen.lost else []
        found += [f"{seen.half_files} half files"] if seen.half_files else []
        return found + list(seen.findings)
