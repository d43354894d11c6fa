"""Lays the cells out for people: scenarios down and clients across, then each cell with what was expected and seen."""

_COLUMN = 18


def table(scenarios, lanes, cells):
    """The grid, every cell in words, the clients' own defects, and in full whatever was not expected."""
    lines = [*_grid(scenarios, lanes, cells), "", *_in_words(cells)]
    defects = [f"  {cell.scenario}, {cell.lane}: {cell.theirs}" for cell in cells if cell.verdict == "theirs"]
    if defects:
        lines += ["", "theirs: the client's own defect, seen as expected", *defects]
    for cell in cells:
        if not cell.is_expected:
            lines += ["", f"UNEXPECTED: {cell.scenario}, {cell.lane}", *_difference(cell)]
    return "\n".join([*lines, "", ""])


def _grid(scenarios, lanes, cells):
    verdicts = {(cell.scenario, cell.lane): cell.verdict for cell in cells}
    yield _row("", *(lane.name for lane in lanes), "")
    for scenario in scenarios:
        yield _row(scenario.name, *(verdicts.get((scenario.name, lane.name), "-") for lane in lanes), scenario.about)


def _in_words(cells):
    for cell in cells:
        expected = _words(cell.expected)
        seen = _words({name: cell.seen.get(name) for name in cell.expected})
        told = "seen as expected" if expected == seen else f"seen: {seen}"
        yield _row(cell.scenario, cell.lane, cell.verdict, f"expected: {expected}; {told}")


def _words(facts):
    files = ", ".join(facts.get("files", ()))
    outcome = facts["outcome"]
    plain = {"outcome": outcome if isinstance(outcome, str) else " or ".join(outcome), "files": files}
    rest = [f"{name} {value}" for name, value in facts.items() if name not in plain and value is not None]
    return ", ".join([*filter(None, plain.values()), *rest])


def _row(*columns):
    *narrow, last = columns
    return "".join([*(column.ljust(_COLUMN) for column in narrow), last]).rstrip()


def _difference(cell):
    for name, value in cell.expected.items():
        mark = " " if cell.seen.get(name) == value else ">"
        yield f" {mark} {name}: expected {value!r}, saw {cell.seen.get(name)!r}"
    yield f"   in full: {cell.seen}"
