"""Downloads: every row has its cases, a slice of them holds, and what is half is seen."""

import asyncio
from dataclasses import replace

import pytest

from tests.containers.samples import KINDS, whole
from tests.prove.files import bodies, sweep
from tests.prove.files.bringing import WAYS, bring_all
from tests.prove.files.marks import boundaries, matters
from tests.prove.files.play import by_id, play
from tests.prove.files.rows import ROWS

#: one of each row
SLICE = (
    "D1.mp4.A.cut_middle",
    "D2.png.R.cut_middle",
    "D3.mp4.A.whole_gzip",
    "D4.webm.A.html",
    "D5.webp.R.12_bytes_then_zeros",
    "D6.mp4.A.announced_absurd",
    "D7.jpg.R.404_once",
    "D8.mp4.A.another_tag",
    "D9.jpg.R.metadata",
    "D10.mp4.A.stalls",
    "D11.mp4.A.same_bytes",
    "D12.jpg.R.503_5_times",
)


def test_every_row_of_downloads_has_cases_and_the_short_form_leaves_none_out():
    assert {case.row for case in by_id().values()} == set(ROWS)
    assert {case.row for case in by_id().values() if case.is_quick} == set(ROWS)
    assert {by_id()[identity].row for identity in SLICE} == set(ROWS)


@pytest.mark.parametrize("kind", KINDS)
def test_no_cut_and_no_mistaken_file_is_taken_for_a_whole_one(kind):
    swept = sweep.sweep(kind, spread=60)
    assert swept.breaches == ()
    assert swept.cuts > len(boundaries(kind, whole(kind)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_places_that_matter_hold_every_boundary_and_its_neighbours(kind):
    data = whole(kind)
    inner = boundaries(kind, data)[1:-1]
    assert len(inner) >= 2
    assert {place + step for place in inner for step in (-1, 0, 1)} <= set(matters(kind, data, spread=0))


def test_a_body_that_ends_early_in_any_way_is_refused_and_healed(tmp_path):
    brought = asyncio.run(bring_all(tmp_path, spread=0, every=25))
    assert {each.way for each in brought} == set(WAYS)
    assert {each.kind for each in brought} == set(bodies.FAMILIES)
    assert [breach for each in brought for breach in each.breaches] == []


@pytest.mark.parametrize("identity", SLICE)
def test_what_is_promised_of_a_download_is_kept(identity, tmp_path):
    seen, breaches = play(identity, tmp_path)
    assert breaches == [], seen


def test_a_file_that_is_not_the_true_one_is_found_out(tmp_path):
    scene = by_id()["D1.jpg.R.cut_middle"].scene
    seen = replace(scene, truths=(whole("jpeg") + bytes(1),)).play(tmp_path)
    assert any("not the whole true bytes" in finding for finding in seen.findings)


def test_a_check_that_sees_no_cut_is_found_out(monkeypatch):
    monkeypatch.setattr(sweep, "_is_whole", lambda *_: True)
    swept = sweep.sweep("jpeg", spread=10)
    assert len(swept.breaches) > swept.cuts
