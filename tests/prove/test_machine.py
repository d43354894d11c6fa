import pytest

from render.errors import BytesRefusedError
from tests.prove.machine.life import Ground, Life
from tests.prove.machine.play import play
from tests.prove.machine.studio import Wanted


@pytest.fixture
def bought(tmp_path):
    """A project whose one still is bought and saved."""
    life = Life(Ground(folder=tmp_path))
    life.studio.shots = {"dome": Wanted(kind="still", content=1)}
    life.run()
    yield life
    life.end()


def saved_file(project):
    return project.studio.output / "dome" / "dome_t01.webp"


def order_by_hand(project):
    """Buy what the project bought once more, behind its back."""
    (request,) = project.witness.ask("/admin/requests").body["requests"]
    (order,) = request["body"]
    project.witness.post({**order, "taskUUID": "11111111-2222-4333-8444-555555555555"})


def test_projects_keep_their_promises_whatever_happens_to_them(tmp_path):
    section = play(examples=8, steps=10, seed=1, folder=tmp_path)
    assert section.is_kept, "\n".join(section.breaches)
    counts = {figure.name: figure.value for figure in section.figures}
    assert counts["purchases"]
    assert counts["crashes"]


def test_the_judge_sees_a_purchase_that_is_not_in_the_record(bought):
    order_by_hand(bought)
    with pytest.raises(AssertionError, match="paid for and is not recorded"):
        bought.judge.money(bought.studio.snapshot(), bought.books())


def test_the_judge_sees_more_purchases_than_tasks_asked_for(bought):
    bought.judge.demand.clear()
    with pytest.raises(AssertionError, match="paid twice"):
        bought.judge.money(bought.studio.snapshot(), bought.books())


def test_the_judge_sees_a_purchase_that_no_plan_named(bought):
    snapshot = bought.studio.snapshot()
    with pytest.raises(AssertionError, match="out of turn"):
        bought.judge.announced((), snapshot, snapshot, {attempt.id for attempt in snapshot.attempts})


def test_the_judge_sees_that_saved_bytes_are_gone(bought):
    saved_file(bought).unlink()
    with pytest.raises(AssertionError, match="was saved and is gone"):
        bought.judge.files(bought.studio.output, bought.studio.snapshot())


def test_the_judge_sees_half_a_file(bought):
    content = saved_file(bought).read_bytes()
    saved_file(bought).write_bytes(content[: len(content) // 2])
    with pytest.raises(BytesRefusedError):
        bought.judge.files(bought.studio.output, bought.studio.snapshot())


def test_the_judge_sees_another_render_under_a_name(bought):
    planned, snapshot = bought.studio.planned(), bought.studio.snapshot()
    content = bytearray(saved_file(bought).read_bytes())
    content[-1] ^= 1
    saved_file(bought).write_bytes(content)
    with pytest.raises(AssertionError, match="another render"):
        bought.judge.places(bought.studio.output, snapshot, planned)
