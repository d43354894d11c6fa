"""The fault catalogue: every row has its cases or its reason, and a slice of the cases holds."""

import pytest

from tests.prove.catalogue.play import by_id, play
from tests.prove.catalogue.rows import ROWS, UNEXERCISED

#: one of each kind of way in which a case is played and of outcome it can have
SLICE = (
    "N1.S.R.unknown_once",
    "N2.S.A.refused",
    "N4.S.R.reset_on_accept",
    "N7.S.R.reset",
    "N7.S.A.reset",
    "N8.P.R.between_chunks",
    "N15.S.A.length_and_chunks",
    "H1.P.R.40_s",
    "H2.S.R.garbage",
    "H4.S.A.json_503_charged",
    "H6.P.R.polls_only",
    "H7.S.A.mid_run",
    "H9.S.R.nan",
    "H10.S.R.307",
    "R2.P.R.sibling_failed",
    "R4.S.R.conflict_400",
    "R8.P.A.moderating",
    "R12.P.R.huge",
    "R15.P.R.for_ever",
    "F5.D.R.folder_at_target",
    "F7.-.R.submitted_kept",
    "F8.-.R.newer",
    "F9.-.R.deleted",
    "K6.-.R.bug_when_submitted",
    "K8.-.R.removed",
    "C1.-.A.ten_years_back_when_submitted",
)


def test_every_row_has_a_case_or_a_reason_and_none_has_both():
    exercised = {case.row for case in by_id().values()}
    assert len(ROWS) == 68
    assert exercised | set(UNEXERCISED) == set(ROWS)
    assert not exercised & set(UNEXERCISED)


def test_the_short_form_leaves_out_no_row():
    assert {case.row for case in by_id().values() if case.is_in_short_form} == {case.row for case in by_id().values()}


@pytest.mark.parametrize("identity", SLICE)
def test_what_is_promised_of_a_fault_is_kept(identity, tmp_path):
    seen, breaches = play(identity, tmp_path)
    assert breaches == [], seen


def test_a_case_whose_promise_is_not_kept_is_found_out(tmp_path):
    # what is seen of a request that was answered well is held against what must be seen of one that was refused
    answered, _ = play("N6.P.R.reset", tmp_path)
    assert by_id()["R14.S.R.refused"].breaches(answered)
