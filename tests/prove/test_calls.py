"""A few of the system calls at which a run is killed, or that fail."""

import pytest

from tests.prove.calls import sweep


@pytest.mark.ptrace
@pytest.mark.parametrize("call", ["fdatasync", "linkat"])
def test_a_run_whose_system_call_kills_it_or_fails_is_carried_on(tmp_path, call):
    outcomes = sweep(tmp_path, kills=2, errors=2, calls=(call,))

    assert {outcome.is_struck for outcome in outcomes} == {True}
    assert [outcome.verdict.breaches for outcome in outcomes] == [[]] * len(outcomes)
