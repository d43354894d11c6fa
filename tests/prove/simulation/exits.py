"""Whether a run ended as it said: its exit status against its own counts, and 0 against what is on the disk."""

from render.runner.tally import EXIT_BUDGET, EXIT_FAILED, EXIT_INCOMPLETE, EXIT_SETTINGS

_COUNTS = ("saved", "skipped", "failed", "left", "ambiguous", "held", "parked", "lost")
_ACCOUNT_FAULTS = {EXIT_SETTINGS, EXIT_BUDGET}


def untruths(ran, seed):
    """What a run said of its end that is not so, in words."""
    if ran.broken:
        return [f"a run broke: {ran.broken}"]
    if ran.summary is None:
        return []
    summary, found = ran.summary, []
    if sum(getattr(summary, name) for name in _COUNTS) != summary.tasks:
        found.append(f"the counts of a run do not add up to its {summary.tasks} tasks: {summary}")
    expected = _expected(ran)
    if summary.exit_status != expected and summary.exit_status not in _excused(ran, seed):
        found.append(f"a run ended with {summary.exit_status}, and by its counts with {expected}: {summary}")
    return found


def _expected(ran):
    summary = ran.summary
    if ran.stopped_at is not None:
        return 130
    if summary.ambiguous or summary.held or summary.parked:
        return EXIT_INCOMPLETE
    return EXIT_FAILED if summary.failed or summary.left or summary.lost else 0


def _excused(ran, seed):
    """A refused key, missing credit and a reached budget outrank what became of single shots."""
    if ran.is_calm and seed.scenario.money.budget_usd is None:
        return set()
    return _ACCOUNT_FAULTS
