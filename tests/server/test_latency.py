import math

import pytest

from render.server.latency import Schedule, Work
from render.server.rules import LatencyRule, Lognormal, PriceRule, best_rule
from render.server.switches import RunwareSwitches, Switches

PATH, MODEL = "/v2/video/generations", "sber-ai/kandinsky5-distill-t2v"


def _work(number, *, provider="runware", model="runware:210@1"):
    return Work(provider=provider, model=model, key=f"job:{number}")


def test_the_most_particular_rule_holds_and_the_last_among_equals():
    anywhere, provider = LatencyRule(fixed=1.0), LatencyRule(provider="runware", fixed=2.0)
    model, later = LatencyRule(model="m", fixed=3.0), LatencyRule(model="m", fixed=4.0)
    rules = [model, later, provider, anywhere]
    assert best_rule(rules, provider="runware", model="m") is later
    assert best_rule(rules, provider="runware", model="n") is provider
    assert best_rule(rules, provider="aimlapi", model="n") is anywhere
    assert best_rule([provider], provider="aimlapi", model="n") is None


def test_without_a_rule_the_usual_time_holds():
    schedule = Schedule([LatencyRule(provider="aimlapi", fixed=9.0)], otherwise_s=(2.0, 2.0))
    assert schedule.ready_at(_work(1), accepted_at=100.0) == 102.0
    assert schedule.ready_at(_work(1, provider="aimlapi"), accepted_at=100.0) == 109.0


def test_work_beyond_the_number_of_workers_waits_its_turn():
    schedule = Schedule([LatencyRule(fixed=10.0, workers=2)], otherwise_s=(0.0, 0.0))
    ready = [schedule.ready_at(_work(number), accepted_at=100.0 + number) for number in range(5)]
    assert ready == [110.0, 111.0, 120.0, 121.0, 130.0]
    assert schedule.begins_at(_work(4), ready_at=ready[4]) == 120.0
    assert schedule.ready_at(_work(5), accepted_at=500.0) == 510.0


def test_each_rule_has_workers_of_its_own():
    rules = [LatencyRule(model=model, fixed=10.0, workers=1) for model in ("a", "b")]
    schedule = Schedule(rules, otherwise_s=(0.0, 0.0))
    assert [schedule.ready_at(_work(1, model=model), accepted_at=0.0) for model in ("a", "b", "a")] == [10, 10, 20]


def test_a_queue_is_the_same_after_a_restart():
    rule = LatencyRule(uniform=(1.0, 20.0), workers=3)
    whole = Schedule([rule], otherwise_s=(0.0, 0.0))
    ready = [whole.ready_at(_work(number), accepted_at=0.0) for number in range(40)]
    half, resumed = ready[:20], Schedule([rule], otherwise_s=(0.0, 0.0))
    for number, moment in enumerate(half):
        resumed.resume(_work(number), ready_at=moment)
    assert [resumed.ready_at(_work(number), accepted_at=0.0) for number in range(20, 40)] == ready[20:]


def test_equal_keys_take_equal_times_and_others_do_not():
    rule = LatencyRule(lognormal=Lognormal(median=30.0, sigma=0.5))
    assert rule.seconds("a") == rule.seconds("a") != rule.seconds("b")


def test_half_of_all_lognormal_times_lie_below_the_median():
    rule = LatencyRule(lognormal=Lognormal(median=30.0, sigma=0.5))
    times = sorted(rule.seconds(f"job-{number}") for number in range(2001))
    assert times[1000] == pytest.approx(30.0, rel=0.05)
    # one sigma above the median lie 84 % of a normal distribution
    assert times[1683] == pytest.approx(30.0 * math.exp(0.5), rel=0.1)


def test_uniform_times_stay_between_their_bounds():
    rule = LatencyRule(uniform=(1.0, 2.0))
    times = [rule.seconds(str(number)) for number in range(500)]
    assert 1.0 <= min(times) < 1.1
    assert 1.9 < max(times) <= 2.0


def test_noise_moves_a_price_by_no_more_than_its_share():
    rule = PriceRule(usd=1.0, noise=0.1)
    prices = [rule.price_usd(5.0, key=str(number)) for number in range(200)]
    assert 0.9 <= min(prices) < max(prices) <= 1.1
    assert rule.price_usd(5.0, key="7") == prices[7]


def test_a_generation_stays_queued_while_others_are_worked_on(serve):
    witness = serve(latency=(LatencyRule(fixed=0.4, workers=1),))
    body = {"model": MODEL, "prompt": "a dragon"}
    first, second = (witness.ask(PATH, body=body).body["id"] for _ in range(2))
    witness.settle_generation(first)
    seen = [witness.ask(f"{PATH}?generation_id={second}").body["status"]]
    assert seen[0] in {"queued", "generating"}
    assert witness.settle_generation(second).body["status"] == "completed"


@pytest.mark.parametrize(("said", "seen"), [("linear", {"progress": 0}), ("none", {}), ("stuck", {"progress": 1})])
def test_progress_is_told_as_the_switch_says(serve, a_clip, said, seen):
    witness = serve(latency_s=(600, 600), switches=Switches(runware=RunwareSwitches(progress=said)))
    task = a_clip()
    witness.post(task)
    (item,) = witness.poll(task["taskUUID"]).body["data"]
    assert {name: item[name] for name in ("progress",) if name in item} == seen
