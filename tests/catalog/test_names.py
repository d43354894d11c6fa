import pytest

from render.catalog.load import load_catalog
from render.catalog.names import RUNNER_OWNED, VOCABULARY, our_name_for

SPECS = load_catalog().specs


@pytest.mark.parametrize(
    ("spelling", "ours"),
    [
        ("positivePrompt", "prompt"),
        ("negativePrompt", "negative_prompt"),
        ("CFGScale", "cfg_scale"),
        ("cfgScale", "cfg_scale"),
        ("num_inference_steps", "steps"),
        ("outputFormat", "output_format"),
        ("checkContent", "check_content"),
        ("teaCacheDistance", "tea_cache_distance"),
        ("aspectRatio", "aspect_ratio"),
        ("webhookURL", "webhook_url"),
        ("inputImage", "image"),
    ],
)
def test_a_providers_spelling_leads_to_our_name(spelling, ours):
    assert our_name_for(spelling, specs=SPECS) == ours


@pytest.mark.parametrize("word", ["prompt", "width", "cfg_scale", "durration", "taskType", ""])
def test_a_word_that_is_ours_or_nobodys_is_no_spelling(word):
    assert our_name_for(word, specs=SPECS) is None


def test_every_parameter_of_every_model_is_in_the_vocabulary():
    assert {param.name for spec in SPECS for param in spec.params} <= set(VOCABULARY)


def test_no_name_of_ours_belongs_to_the_runner():
    assert not set(VOCABULARY) & set(RUNNER_OWNED)


def test_every_field_the_runner_fills_in_has_a_hint_in_both_spellings():
    owned = {name for spec in SPECS for field in spec.owned for name in (field.name, field.wire)}
    assert owned == set(RUNNER_OWNED)
    assert "takes" in RUNNER_OWNED["numberResults"]
