"""Raw requests as a manifest: JSON and curl commands are read as they are written, and nothing is lost in silence."""

import json

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from render.catalog.load import load_catalog
from render.errors import ManifestError
from render.manifest.requests import import_requests

CATALOG = load_catalog()
CLIP = {
    "taskType": "videoInference",
    "taskUUID": "c1a6704a-b82a-4f25-b645-a79a6b27aa7d",
    "model": "runware:210@1",
    "positivePrompt": "A steam train in a cypress marsh",
    "width": 768,
    "height": 512,
    "duration": 10,
    "CFGScale": 5.5,
    "deliveryMethod": "async",
    "outputType": "URL",
    "includeCost": True,
}
STILL = {
    "taskType": "imageInference",
    "model": "runware:kandinsky-5.0-image-lite@1",
    "positivePrompt": "A poster",
    "width": 1024,
    "height": 1024,
}
FOG = {"model": "sber-ai/kandinsky5-distill-t2v", "prompt": "Fog rolls over a lake", "num_inference_steps": 20}


def imported(text, **options):
    return import_requests([("in", text.encode())], CATALOG, project="film", **options)


def shots(text):
    """The shots of the manifest that a text becomes, with what they share put back into each."""
    data = yaml.safe_load(imported(text).text)
    above, of_models = data.get("defaults", {}), data.get("model_defaults", {})
    named = [{**above, **shot} for shot in data["shots"]]
    return [{**above, **of_models.get(shot["model"], {}), **shot} for shot in named]


def problems(text):
    with pytest.raises(ManifestError) as refused:
        imported(text)
    return [(one.line, one.column, one.message) for one in refused.value.problems]


def curl(request, options="-d"):
    return f"curl https://api.runware.ai/v1 {options} '{json.dumps(request)}'"


TRAIN = {
    "id": "steam_train_cypress_marsh",
    "model": "kandinsky-5-lite",
    "prompt": "A steam train in a cypress marsh",
    "width": 768,
    "height": 512,
    "duration": 10,
    "cfg_scale": 5.5,
}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(CLIP),
        json.dumps([CLIP]),
        json.dumps([CLIP], indent=2) + "\n",
        json.dumps([{"taskType": "authentication", "apiKey": "not shown"}, CLIP]),
        curl([CLIP]),
        curl([CLIP], "--data-raw"),
        curl([CLIP], "--json").replace("--json ", "--json="),
        curl([CLIP], "-s -X POST -H 'Content-Type: application/json' \\\n  --data"),
        curl([CLIP], "-sSd"),
        f"curl -XPOST https://x -d{json.dumps(json.dumps([CLIP]))} | jq .",
        "#!/bin/sh\nset -e\n# what's this\nexport KEY=x\n"
        + curl(CLIP, '-H "Authorization: Bearer $KEY" -d')
        + " && echo ok\n",
        "curl x --data $'" + json.dumps([CLIP]).replace("A steam", "\\x41\\u0020steam") + "'",
    ],
)
def test_a_request_is_read_however_it_is_written(text):
    assert shots(text) == [TRAIN]


def test_requests_one_a_line_and_of_both_providers_become_one_manifest():
    assert [shot["id"] for shot in shots("\n".join(map(json.dumps, (CLIP, STILL, FOG))))] == [
        "steam_train_cypress_marsh",
        "poster",
        "fog_rolls_over_lake",
    ]
    assert shots(json.dumps(FOG)) == [
        {"id": "fog_rolls_over_lake", "model": "kandinsky-5-distill", "prompt": "Fog rolls over a lake", "steps": 20}
    ]


def test_quotes_of_the_shell_are_undone():
    text = "curl x -d '" + json.dumps({**CLIP, "positivePrompt": "It's dusk"}).replace("'", "'\\''") + "'"
    assert shots(text)[0]["prompt"] == "It's dusk"
    assert shots("curl x -d " + json.dumps(json.dumps({**CLIP, "positivePrompt": 'A "fog"'})))[0]["prompt"] == 'A "fog"'


def test_nested_names_are_translated_and_open_ones_are_left():
    lora = [{"model": "acme:gouache@1", "weight": 0.5}]
    still = {**STILL, "acceleratorOptions": {"teaCache": True, "teaCacheDistance": 0.25}, "lora": lora}
    assert shots(json.dumps(still))[0]["accelerator_options"] == {"tea_cache": True, "tea_cache_distance": 0.25}
    assert shots(json.dumps(still))[0]["lora"] == lora
    generic = {"taskType": "videoInference", "model": "acme:film@2", "positivePrompt": "A fox", "duration": 5}
    settings = {"klingai": {"cameraFixed": True, "on": "yes"}}
    (shot,) = shots(json.dumps({**generic, "providerSettings": settings}))
    assert (shot["model"], shot["provider_settings"]) == ("acme:film@2", settings)


def test_what_begins_a_variable_in_a_manifest_is_escaped():
    assert shots(json.dumps({**CLIP, "positivePrompt": "costs ${x}, $${y} and $5"}))[0]["prompt"] == (
        "costs $${x}, $$${y} and $5"
    )
    hook = {**CLIP, "webhookURL": "https://${env.HOOK_HOST}/{id}"}
    assert shots(json.dumps(hook))[0]["webhook_url"] == "https://${env.HOOK_HOST}/%7Bid%7D"


def test_several_results_and_the_same_request_again_become_takes():
    assert shots(json.dumps({**CLIP, "numberResults": 3}))[0]["takes"] == 3
    assert [
        shot["takes"] for shot in shots(json.dumps([FOG, FOG, {**FOG, "duration": 10}, FOG])) if "takes" in shot
    ] == [3]
    seeded = [{**CLIP, "seed": 7}, {**CLIP, "seed": 8}]
    assert [(shot["id"], shot["seed"]) for shot in shots(json.dumps(seeded))] == [
        ("steam_train_cypress_marsh", 7),
        ("steam_train_cypress_marsh_2", 8),
    ]


def test_what_all_share_stands_above_them():
    text = imported(json.dumps([CLIP, {**CLIP, "positivePrompt": "A fox", "duration": 5}])).text
    data = yaml.safe_load(text)
    assert data["defaults"] == {"model": "kandinsky-5-lite", "width": 768, "height": 512, "cfg_scale": 5.5}
    assert [list(shot) for shot in data["shots"]] == [["id", "prompt", "duration"]] * 2


def test_what_one_model_shares_stands_in_its_own_defaults():
    stills = [STILL, {**STILL, "positivePrompt": "A lamp"}]
    data = yaml.safe_load(imported(json.dumps([CLIP, *stills])).text)
    assert data["model_defaults"] == {"kandinsky-5-image-lite": {"width": 1024, "height": 1024}}
    assert "defaults" not in data


def test_a_seed_is_never_shared_with_a_model_that_takes_none():
    data = yaml.safe_load(imported(json.dumps([{**CLIP, "seed": 1}, {**CLIP, "seed": 1, "duration": 5}, FOG])).text)
    assert "seed" not in data.get("defaults", {})
    assert data["model_defaults"]["kandinsky-5-lite"]["seed"] == 1


@pytest.mark.parametrize(
    ("prompts", "ids"),
    [
        (["Fog", "fog", "FOG!"], ["fog", "fog_2", "fog_3"]),
        (["Туман над озером", "霧の湖"], ["shot001", "shot002"]),
        (["L'été à Paris"], ["lete_paris"]),
        (["12 34", "con", "..."], ["12_34", "shot002", "shot003"]),
        (["z" * 300], ["z" * 60]),
    ],
)
def test_ids_come_from_the_prompts(prompts, ids):
    assert [shot["id"] for shot in shots(json.dumps([{**CLIP, "positivePrompt": each} for each in prompts]))] == ids


def test_keys_are_left_out_and_counted():
    login = {"taskType": "authentication", "apiKey": "sesame-open"}
    for text in (curl([CLIP], "-H 'X-Api-Key: sesame-open' -d"), json.dumps([login, CLIP])):
        done = imported(text)
        assert (done.keys, "sesame-open" in done.text) == (1, False)
    assert imported(curl([CLIP])).keys == 0


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[{"model": "runware:210@1",\n  "foo": 1}]', (2, 3, "`runware:210@1` takes no `foo` that is known here")),
        ('{"taskType": "getResponse", "taskUUID": "x"}', (1, 1, "`getResponse` renders nothing")),
        ('{"prompt": "x"}', (1, 1, "this request names no model")),
        ('{"taskType": "videoInference", "videoURL": "x"}', (1, 1, "this is an answer, not a request")),
        ('{"model": "nobody/knows"}', (1, 11, "there is no model `nobody/knows`")),
        ("[1]", (1, 2, "this is no request")),
        ("[\n{,}]", (2, 2, "a text in double quotes belongs here, and `,` stands there")),
        ('{"model": NaN}', (1, 11, "a value belongs here, and `N` stands there")),
        ('{"model": "a", "model": "b"}', (1, 16, "`model` stands here again")),
        ("[" * 99, (1, 34, "nested deeper than 32 levels")),
        ("nothing of the sort", (1, 1, "there is no request in it")),
        ("curl https://x -d @body.json", (1, 19, "the data of this command stands in a file, which is not opened")),
        ("curl https://x -d @-", (1, 19, "the data of this command stands in stdin, which is not opened")),
        ('curl x -d "{\\"model\\": \\"$M\\"}"', (1, 26, "the shell would fill something in here that nobody knows")),
        ("curl x -d '{}' -d '{}'", (1, 19, "the data of this command stands in several pieces")),
        ("curl x -F a=b", (1, 8, "`-F` sends no JSON of this command")),
        ("curl x -d '{", (1, 11, "the quote that opens here is not closed")),
        ("curl x \\\n  -d '{\"model\": 1}'", (2, 7, "this request names no model")),
    ],
)
def test_what_cannot_be_carried_over_is_told_where_it_stands(text, place):
    assert problems(text) == [place]


def test_what_a_manifest_would_refuse_is_told_where_the_request_has_it():
    text = json.dumps([CLIP, {**CLIP, "width": 769}], indent=1)
    line = text.split("\n").index('  "width": 769,') + 1
    assert problems(text) == [(line, 12, "`width`: 769 is not allowed; nearest: 768")]
    slip = json.dumps({**CLIP, "model": "runware:201@1"})
    assert problems(slip)[0][:2] == (1, slip.index('"runware:201@1"') + 1)


def test_a_model_that_general_rules_speak_for_is_warned_of_where_it_stands():
    generic = {"taskType": "videoInference", "model": "acme:film@2", "positivePrompt": "A fox", "duration": 5}
    (warning,) = imported(json.dumps(generic)).warnings
    assert (warning.rule, warning.line, warning.column) == ("general-rules", 1, 41)
    assert problems(json.dumps({**generic, "taskType": "imageInference"}))[0][2] == (
        "a model without a spec is asked for with `videoInference`, not with `imageInference`"
    )


@pytest.mark.parametrize("bytes_in_text", ["data:image/png;base64,AAAA", "iVBORw0KGgoAAAANSUhEUg=="])
def test_the_bytes_of_a_file_are_not_carried_over(bytes_in_text):
    generic = {"taskType": "videoInference", "model": "acme:film@2", "positivePrompt": "A fox", "duration": 5}
    text = json.dumps({**generic, "referenceImages": [bytes_in_text]})
    assert problems(text) == [
        (
            1,
            text.index(f'"{bytes_in_text}') + 1,
            "`referenceImages` holds the bytes of a file, or one that only the sender knows",
        )
    ]
    (shot,) = shots(json.dumps({**generic, "referenceImages": ["https://example.com/a.png"]}))
    assert shot["reference_images"] == ["https://example.com/a.png"]


@pytest.mark.parametrize("count", [0, 100, True, 1.5, "2"])
def test_a_number_of_results_that_cannot_be_takes_is_refused(count):
    assert "`numberResults` becomes `takes`, which is a whole number" in str(
        problems(json.dumps({**CLIP, "numberResults": count}))
    )


PIECES = st.sampled_from(
    [*"{}[]\"',:\\$`#;\n @-", "curl ", " -d ", "--json=", json.dumps(CLIP), json.dumps(FOG), "\\u12", "1e9"]
)


@given(st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join))
@example("curl x -d $'\\")
@example("curl -d")
@example("curl x -d ''")
@example("[" * 10_000)
@example('{"model": ' + "9" * 5000)
@example('{"model": "runware:210@1", "positivePrompt": "\\ud800"}')
@example(json.dumps({**CLIP, "safety": [], "ttl": {}, "webhookURL": None, "lora": 3}))
@example(json.dumps({**STILL, "lora": [1, {"model": 2}], "acceleratorOptions": "x", "seed": -1}))
@example(json.dumps({**CLIP, "positivePrompt": "\x07"}))
def test_any_text_is_a_manifest_or_a_problem(text):
    try:
        made = imported(text).text
    except ManifestError as error:
        told = error.problems
    else:
        told = yaml.safe_load(made)["shots"]
    assert told


def test_whole_numbers_written_as_decimals_are_understood():
    assert shots(json.dumps({**CLIP, "width": 768.0, "duration": 10.0}))[0] == TRAIN
