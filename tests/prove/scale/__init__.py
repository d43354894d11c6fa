"""Big projects and quick stops, with real processes: memory, idle runs, time until a stop, the cost of a transition."""

from tests.prove.scale.memory import measure_project
from tests.prove.scale.stops import measure_stops
from tests.prove.scale.transitions import measure_transitions
from tests.prove.section import Section


def run(*, quick, folder):
    """Measure all of it and tell what is out of bounds."""
    parts = (
        measure_project(shots=1000 if quick else 5000, folder=folder / "project"),
        measure_stops(moments=8 if quick else 20, folder=folder / "stops"),
        measure_transitions(writes=200 if quick else 1000, folder=folder / "transitions"),
    )
    return Section(
        name="Scale: real processes",
        figures=tuple(figure for figures, _ in parts for figure in figures),
        breaches=tuple(breach for _, breaches in parts for breach in breaches),
    )
