"""The judge of the simulation: what is planted in a seed that went well, it finds."""

import shutil
from dataclasses import replace

import pytest

from tests.prove.simulation.judge import judge
from tests.prove.simulation.world import play

#: a seed with purchases at both providers, all of which came home
_NUMBER = 1


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The seed as it went; to be copied and not to be changed."""
    return play(_NUMBER, tmp_path_factory.mktemp("seed"))


@pytest.fixture
def seed(played, tmp_path):
    shutil.copytree(played.folder, tmp_path, dirs_exist_ok=True)
    return replace(played, folder=tmp_path, lives=list(played.lives), trace=list(played.trace))


def a_file(seed):
    return min(path for path in (seed.folder / "film").iterdir() if path.suffix in {".jpg", ".mp4"})


def test_a_seed_that_went_well_breaks_nothing(seed):
    verdict = judge(seed)
    assert verdict.breaches == []
    assert verdict.purchases > 0


def test_a_second_purchase_under_one_id_is_found(seed):
    ours, jobs = next(iter(seed.ledger.jobs.items()))
    seed.ledger = replace(seed.ledger, jobs={**seed.ledger.jobs, ours: jobs * 2})
    assert judge(seed).twice == 1


def test_a_purchase_that_nobody_intended_is_found(seed):
    (_, jobs), *others = seed.ledger.jobs.items()
    seed.ledger = replace(seed.ledger, jobs={"somebody-else": jobs, **dict(others)})
    assert any("without an intent" in words for words in judge(seed).breaches)


def test_a_half_file_is_found(seed):
    path = a_file(seed)
    path.write_bytes(path.read_bytes()[:-100])
    assert judge(seed).half_files == 1


def test_another_whole_file_under_a_recorded_name_is_found(seed):
    path = a_file(seed)
    other = next(other for other in sorted(path.parent.glob(f"*{path.suffix}")) if other != path)
    path.write_bytes(other.read_bytes())
    assert judge(seed).half_files == 1


def test_a_recorded_file_that_is_gone_is_found(seed):
    path = a_file(seed)
    path.unlink()
    assert judge(seed).breaches == [f"recorded and not there: {path.name}"]


def test_more_open_jobs_than_allowed_are_found(seed):
    seed.scenario = replace(seed.scenario, concurrency=0)
    assert judge(seed).over_limit == 1


def test_a_passed_budget_is_found(seed):
    honest = replace(seed.scenario.money, budget_usd=0.0001, ceilings={"runware": 1.0, "aimlapi": 1.0})
    seed.scenario = replace(seed.scenario, money=honest)
    assert judge(seed).over_budget == 1


def test_a_request_inside_a_hold_is_found(seed):
    seed.ledger = replace(seed.ledger, held=((seed.lives[0].began_at + 5.0, 1.0, "runware.poll"),))
    assert judge(seed).in_hold == 1


def test_a_wrong_exit_status_is_found(seed):
    last = seed.lives[-1]
    seed.lives[-1] = replace(last, summary=replace(last.summary, exit_status=1))
    assert any("ended with 1" in words for words in judge(seed).breaches)
