"""Plays a number of examples from a seed, and puts what was found into figures."""

import traceback

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as from_seed
from hypothesis.stateful import get_state_machine_test

from tests.prove.machine.life import Ground
from tests.prove.machine.rules import Project
from tests.prove.section import Figure, Section, zero

FULL, QUICK = 150, 30
STEPS = 25


def play(*, examples, seed, folder, room=None, steps=STEPS, shrinks=False):
    """Play `examples` projects of up to `steps` steps each; the first that breaks a promise is told as a breach.

    To find the fewest steps that break it takes minutes, so it is done only where `shrinks` asks for it.
    """
    Project.ground = ground = Ground(folder=folder, room=room, seed=seed)
    terms = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if shrinks else [Phase.generate],
    )
    breaches = ()
    try:
        from_seed(seed)(get_state_machine_test(Project, settings=terms))()
    except Exception as error:  # noqa: BLE001 - whatever an example ends with is what was found
        again = f"python -m tests.prove.machine --examples {examples} --seed {seed} --shrink"
        breaches = (f"{again}\n{_told(error)}",)
    return Section(name="State machine over one project", figures=_figures(seed, ground, breaches), breaches=breaches)


def _told(error):
    """The error with the steps that lead to it, which Hypothesis has noted on it.

    Threads and sockets take their own time, so a second try may pass; then the first one's error is inside.
    """
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else (error,)
    steps = getattr(error, "__notes__", ())
    return "\n".join([*steps, *("".join(traceback.format_exception(each, limit=-3)) for each in inner)])


def _figures(seed, ground, breaches):
    counts = [Figure(name=name, value=count) for name, count in sorted(ground.tally.items())]
    return (
        Figure(name="seed", value=seed),
        *counts,
        Figure(name="full disks tried", value="yes" if ground.room else "no: nothing can be mounted here"),
        zero("sequences that broke a promise", len(breaches)),
    )
