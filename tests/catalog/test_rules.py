import pytest

from render.catalog.load import load_catalog
from render.catalog.rules import broken_rules

CATALOG = load_catalog()
LITE, IMAGE, OTHER, DISTILL = "kandinsky-5-lite", "kandinsky-5-image-lite", "klingai:3@2", "kandinsky-5-distill"


def told(model, /, **params):
    return broken_rules(CATALOG.find(model), params)


def cache(**options):
    return told(IMAGE, accelerator_options=options)


@pytest.mark.parametrize(
    "params",
    [
        {"width": 1024, "height": 1024},
        {"accelerator_options": {"cache_start_step": 2, "cache_end_step": 20}},
        {"steps": 40, "accelerator_options": {"cache_start_step": 0, "cache_end_step": 40}},
        {"accelerator_options": {"cache_start_step_percentage": 10, "cache_end_step_percentage": 11}},
        {"scheduler": "Euler a", "accelerator_options": {"tea_cache": False}},
        {"scheduler": "Euler", "accelerator_options": {"tea_cache": True}},
        {"safety": {"check_content": True, "mode": "fast"}},
        {"safety": {"check_content": True}},
        {"negative_prompt": "blurry"},
    ],
)
def test_what_keeps_the_rules_is_not_told(params):
    assert broken_rules(CATALOG.find(IMAGE), {"width": 768, "height": 1280, **params}) == ()


@pytest.mark.parametrize("size", CATALOG.find(IMAGE).sizes)
def test_each_of_the_seven_sizes_is_accepted(size):
    assert told(IMAGE, width=size[0], height=size[1]) == ()


def test_a_pair_that_is_no_size_is_refused_with_the_nearest():
    (broken,) = told(IMAGE, width=768, height=768)
    assert broken.say.startswith("768x768 is not one of the 7 sizes; nearest: ")
    assert broken.params == ("width", "height")
    assert not broken.is_warning


def test_a_side_that_is_wrong_by_itself_is_not_told_twice():
    assert told(IMAGE, width=1000, height=1000) == ()


def test_width_and_height_go_together():
    (broken,) = told(IMAGE, width=1024)
    assert broken.say == "width and height go together"
    assert broken.params == ("width",)


def test_any_allowed_width_goes_with_any_allowed_height_on_lite():
    assert told(LITE, width=512, height=768) == ()
    assert told(LITE, width=768, height=528) == ()


@pytest.mark.parametrize(("start", "end"), [(5, 5), (6, 5)])
def test_caching_begins_before_it_ends(start, end):
    first, *_ = cache(cache_start_step=start, cache_end_step=end)
    assert first.params == ("accelerator_options.cache_start_step", "accelerator_options.cache_end_step")
    (broken,) = cache(cache_start_step_percentage=start, cache_end_step_percentage=end)
    assert not broken.is_warning


def test_caching_ends_within_the_steps_and_the_default_counts():
    (by_default,) = cache(cache_end_step=21)
    assert by_default.params == ("accelerator_options.cache_end_step", "steps")
    assert cache(cache_end_step=20) == ()
    assert told(IMAGE, steps=30, accelerator_options={"cache_end_step": 30}) == ()
    assert told(IMAGE, steps=29, accelerator_options={"cache_end_step": 30})


@pytest.mark.parametrize("end", ["start", "end"])
def test_a_percentage_is_the_alternative_to_a_step(end):
    (broken,) = cache(**{f"cache_{end}_step": 5, f"cache_{end}_step_percentage": 50})
    assert "not both" in broken.say


@pytest.mark.parametrize("scheduler", ["Euler a", "DPM++ SDE Karras", "DPM++ 2M SDE Exponential"])
@pytest.mark.parametrize("option", ["tea_cache", "fb_cache", "db_cache"])
def test_a_cache_with_a_stochastic_scheduler_is_a_warning(scheduler, option):
    (broken,) = told(IMAGE, scheduler=scheduler, accelerator_options={option: True})
    assert broken.is_warning
    assert broken.params == (f"accelerator_options.{option}",)


def test_the_general_rules_warn_of_caches_with_a_stochastic_scheduler_too():
    (broken,) = told(OTHER, scheduler="EulerAncestralDiscreteScheduler", accelerator_options={"teaCache": True})
    assert broken.is_warning
    assert told(OTHER, scheduler="EulerAncestralDiscreteScheduler", accelerator_options={}) == ()


def test_a_negative_prompt_without_guidance_is_a_warning():
    (broken,) = told(LITE, negative_prompt="blurry", cfg_scale=1)
    assert broken.is_warning
    assert told(LITE, negative_prompt="blurry", cfg_scale=1.01) == ()


@pytest.mark.parametrize("safety", [{"check_content": True, "mode": "none"}, {"check_content": False, "mode": "fast"}])
@pytest.mark.parametrize("model", [LITE, IMAGE, OTHER])
def test_two_answers_about_safety_are_a_warning(model, safety):
    (broken,) = told(model, safety=safety)
    assert broken.is_warning
    assert broken.params == ("safety.check_content",)


def test_a_pixverse_effect_and_a_camera_movement_exclude_each_other():
    both = {"pixverse": {"effect": "jiggle", "cameraMovement": "zoom_in"}}
    (broken,) = told(OTHER, provider_settings=both)
    assert not broken.is_warning
    assert told(OTHER, provider_settings={"pixverse": {"effect": "jiggle"}}) == ()


def test_a_legal_value_outside_what_people_use_is_a_warning():
    (broken,) = told(DISTILL, steps=101)
    assert broken.say == "steps 101 is outside what people use, 1 to 100"
    assert broken.is_warning
    assert told(DISTILL, steps=100) == ()
    assert told(OTHER, cfg_scale=12.5)[0].is_warning


def test_errors_come_before_warnings():
    found = told(IMAGE, width=768, height=768, negative_prompt="x y", cfg_scale=1)
    assert [broken.is_warning for broken in found] == [False, True]


@pytest.mark.parametrize("params", [{"accelerator_options": "fast"}, {"safety": None}, {"width": "768", "height": []}])
def test_values_of_another_sort_are_passed_over(params):
    assert told(IMAGE, **params) == ()
