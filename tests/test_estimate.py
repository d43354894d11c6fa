"""What one result may cost, on whose word, and what an attempt counts for."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.catalog.load import load_catalog
from render.catalog.spec import Kind, Param
from render.catalog.spec import Price as SeenPrice
from render.estimate import PriceTerms, believed, committed_usd, estimate, exact, observations, shape_of
from render.records import Status
from tests.builders import MOMENT, SPEC, a_spec, a_task, an_attempt

FILM = {"prompt": "fog", "width": 768, "height": 512, "duration": 5}
PAID = PriceTerms()


def priced(*rows):
    """The spec of the tests with these prices: a shape and what was charged for it."""
    return a_spec(
        prices=tuple(SeenPrice(when=when, usd_low=low, usd_high=high, source="a test") for when, low, high in rows)
    )


def seen_price(task, spec, *, terms=PAID, attempts=()):
    return estimate(task, spec, terms=terms, observed=observations(attempts, spec))


def ceiling(params, spec, *, terms=PAID, attempts=()):
    return seen_price(a_task(params={"prompt": "fog", **params}), spec, terms=terms, attempts=attempts)


def test_nothing_is_known_where_nobody_was_charged():
    assert seen_price(a_task(), SPEC) is None


def test_a_free_lane_beats_every_price():
    terms = PriceTerms(is_free=True, assumed_usd={SPEC.id: 3.0}, set_usd={SPEC.id: 2.0})
    assert estimate(a_task(), SPEC, terms=terms) == 0


def test_a_price_on_the_command_line_beats_the_manifest_and_the_manifest_what_was_seen():
    spec = priced((FILM, 0.1, 0.1))
    both = PriceTerms(assumed_usd={SPEC.id: 3.0}, set_usd={SPEC.id: 2.0})
    assert estimate(a_task(), spec, terms=both) == 3
    assert estimate(a_task(), spec, terms=PriceTerms(set_usd={SPEC.id: 2.0})) == 2
    assert seen_price(a_task(), spec, terms=PriceTerms(set_usd={"another": 2.0})) == Decimal("0.125")


def test_a_price_that_somebody_names_holds_for_a_model_without_a_spec():
    assert estimate(a_task(), None, terms=PAID) is None
    assert estimate(a_task(), None, terms=PriceTerms(assumed_usd={SPEC.id: 0.5})) == Decimal("0.5")


def test_a_quarter_is_added_to_the_cheapest_that_is_at_least_as_large():
    small = ({"width": 512, "height": 512, "duration": 5}, 0.1, 0.1)
    fitting = ({"width": 768, "height": 512, "duration": 5}, 0.2, 0.24)
    large = ({"width": 768, "height": 512, "duration": 10}, 0.4, 0.4)
    assert ceiling(FILM, priced(small, fitting, large)) == Decimal("0.300")


@pytest.mark.parametrize(
    "asked",
    [
        {"width": 769, "height": 512, "duration": 5},
        {"width": 768, "height": 513, "duration": 5},
        {"width": 768, "height": 512, "duration": 5.5},
        {"width": 768, "height": 512, "duration": 5, "steps": 51},
        {"width": 768, "height": 512},
        {"width": 768, "duration": 5},
    ],
)
def test_what_is_larger_in_one_respect_or_of_unknown_size_is_not_bounded(asked):
    assert ceiling(asked, priced((FILM, 0.2, 0.2))) is None


def test_what_is_not_said_is_the_default_on_both_sides():
    spec = priced(({**FILM, "steps": 30}, 0.2, 0.2))
    assert ceiling(FILM, spec) is None, "the default is 50 steps"
    assert ceiling({**FILM, "steps": 30}, spec) == Decimal("0.25")
    assert ceiling({**FILM, "steps": 30}, priced((FILM, 0.2, 0.2))) == Decimal("0.25")


def test_a_picture_on_its_side_costs_the_same():
    assert ceiling({"width": 512, "height": 768, "duration": 5}, priced((FILM, 0.2, 0.2))) == Decimal("0.25")


def test_what_changes_no_price_may_differ():
    asked = {**FILM, "prompt": "rain", "seed": 7, "cfg_scale": 3, "ttl": 60}
    assert ceiling(asked, priced((FILM, 0.2, 0.2))) == Decimal("0.25")


def test_an_addition_that_may_be_charged_for_is_bounded_by_its_like_alone():
    added = {**FILM, "lora": [{"model": "acme:1@1"}]}
    assert ceiling(added, priced((FILM, 0.2, 0.2))) is None
    assert ceiling(FILM, priced((added, 0.2, 0.2))) is None
    assert ceiling(added, priced((added, 0.2, 0.2))) == Decimal("0.25")
    assert ceiling({**FILM, "lora": []}, priced((FILM, 0.2, 0.2))) == Decimal("0.25")


def test_other_pictures_to_start_from_cost_the_same_and_more_of_them_may_not():
    known = a_spec(params=(*SPEC.params, Param(name="frame_images", wire="frameImages", kind=Kind.LIST, is_open=True)))
    spec = replace(known, prices=priced(({**FILM, "frame_images": [{"image": "a.png"}]}, 0.2, 0.2)).prices)
    assert ceiling({**FILM, "frame_images": [{"image": "b.png"}]}, spec) == Decimal("0.25")
    assert ceiling({**FILM, "frame_images": [{"image": "a.png"}] * 2}, spec) is None
    assert ceiling(FILM, spec) is None


def test_a_ratio_stands_for_its_size_where_the_size_is_known():
    spec = a_spec(aspect_sizes={"3:2": (768, 512)})
    assert shape_of({"aspect_ratio": "3:2"}, spec) == shape_of({"width": 768, "height": 512}, spec)
    assert shape_of({"aspect_ratio": "1:1"}, spec) != shape_of({"aspect_ratio": "9:16"}, spec)


def test_a_spec_for_many_models_has_no_prices_of_its_own():
    spec = replace(priced((FILM, 0.2, 0.2)), matches=".*")
    assert ceiling(FILM, spec) is None


def test_charges_of_the_record_are_observations_by_shape():
    task = a_task(params=FILM)
    charged = [an_attempt(task, id=str(usd), cost_usd=usd) for usd in (0.3, 0.1, 0.2)]
    assert ceiling(FILM, SPEC, attempts=charged) == Decimal("0.375")


@pytest.mark.parametrize("told", [{"cost_usd": None}, {"cost_usd": 0.0}, {"cost_usd": 0.1, "status": Status.FAILED}])
def test_what_was_not_charged_whole_is_no_observation(told):
    assert ceiling(FILM, SPEC, attempts=[an_attempt(**told)]) is None
    assert ceiling(FILM, SPEC, attempts=[an_attempt(**told | {"cost_usd": 0.1, "status": Status.SAVED})]) is not None


@pytest.mark.parametrize(
    ("key", "bound"),
    [
        ({"width": 768, "height": 512, "duration": 10, "steps": 28}, "0.320875"),
        ({"width": 768, "height": 512, "duration": 10, "steps": 30}, "0.341625"),
        ({"width": 768, "height": 512, "duration": 10, "steps": 31}, None),
    ],
)
def test_the_published_charges_bound_the_published_requests(key, bound):
    spec = load_catalog().find("kandinsky-5-lite")
    task = a_task(model=spec.id, params={"prompt": "fog", **key})
    assert seen_price(task, spec) == (bound and Decimal(bound))


@pytest.mark.parametrize("usd", [None, 0, -1, float("nan"), float("inf"), 10_000.01])
def test_an_absurd_charge_is_not_believed(usd):
    assert believed(usd) is None


def test_a_believable_charge_is_exact():
    assert exact(0.1) + exact(0.2) == Decimal("0.3")
    assert believed(10_000) == 10_000


UNTOLD = {"cost_usd": None, "submitted_at": MOMENT}


@pytest.mark.parametrize(
    ("told", "usd"),
    [
        ({"status": Status.SAVED, "cost_usd": 0.4}, "0.4"),
        ({"status": Status.SAVED, **UNTOLD}, "1"),
        ({"status": Status.RENDERED, "cost_usd": 7.0}, "7"),
        ({"status": Status.SUBMITTED, **UNTOLD}, "1"),
        ({"status": Status.PREPARED, "remote_id": ""}, "1"),
        ({"status": Status.LOST, **UNTOLD}, "1"),
        ({"status": Status.LOST, "cost_usd": 0.2}, "0.2"),
        ({"status": Status.ABANDONED, "remote_id": ""}, "1"),
        ({"status": Status.FAILED, "remote_id": ""}, "0"),
        ({"status": Status.FAILED, **UNTOLD}, "1"),
        ({"status": Status.FAILED, "submitted_at": MOMENT, "cost_usd": 0.3}, "0.3"),
        ({"status": Status.SAVED, "cost_usd": 10_001.0}, "1"),
    ],
)
def test_what_an_attempt_counts_for(told, usd):
    attempt = an_attempt(**told)
    assert committed_usd(attempt, ceiling_usd=Decimal(1), failures_are_free=False) == Decimal(usd)


def test_a_failure_counts_for_nothing_where_failures_are_free():
    failed = an_attempt(status=Status.FAILED, **UNTOLD)
    assert committed_usd(failed, ceiling_usd=Decimal(1), failures_are_free=True) == 0
    assert committed_usd(failed, ceiling_usd=None, failures_are_free=False) is None


SIZES = st.fixed_dictionaries({"width": st.integers(1, 9), "height": st.integers(1, 9), "duration": st.integers(1, 9)})


@given(seen=st.lists(st.tuples(SIZES, st.integers(1, 99)), max_size=6), asked=SIZES)
def test_a_bound_is_never_below_what_anything_no_larger_has_cost(seen, asked):
    spec = priced(*[(size, cents / 100, cents / 100) for size, cents in seen])
    wanted = shape_of(asked, spec)
    larger = [cents for size, cents in seen if shape_of(size, spec).covers(wanted)]
    smaller = [cents for size, cents in seen if wanted.covers(shape_of(size, spec))]
    assert ceiling(asked, spec) == (max([min(larger), *smaller]) * Decimal("0.0125") if larger else None)
