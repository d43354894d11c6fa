import pytest

KANDINSKY_LITE_TAKES = [
    ("width", [512, 528, 544, 560, 576, 608, 624, 640, 672, 704, 720, 736, 768]),
    ("height", [512, 576, 608, 768]),
    ("duration", [5, 10, 5.0]),
    ("steps", [1, 20, 50]),
    ("CFGScale", [1, 1.11, 1.12, 5, 6.99, 7.0]),
    ("seed", [0, 28826, 2**63 - 1]),
    ("numberResults", [1, 4]),
    ("outputFormat", ["MP4", "WEBM", "MOV"]),
    ("outputType", ["URL"]),
    ("outputQuality", [20, 99]),
    ("deliveryMethod", ["async"]),
    ("ttl", [60]),
    ("includeCost", [True, False]),
    ("positivePrompt", ["ab", "д" * 2, "x" * 40_000]),
    ("negativePrompt", ["", "text"]),
    ("scheduler", ["Euler", "UniPC Uniform Karras", "Default"]),
    ("safety", [{}, {"checkContent": True}, {"mode": "full"}, {"checkContent": False, "mode": "none"}]),
]
KANDINSKY_LITE_REFUSES = [
    ("width", [592, 656, 688, 752, 500, 513, 496, 784, 512.0, "512", True], "invalidWidth"),
    ("height", [592, 656, 688, 752, 511, 769, 10**40], "invalidHeight"),
    ("duration", [4, 6, 5.5, "5", True], "invalidDuration"),
    ("steps", [0, 51, 20.5, True, "20"], "invalidSteps"),
    ("CFGScale", [0.99, 7.01, 1.005, "5", True], "invalidCFGScale"),
    ("seed", [-1, 2**63, 1.5, True], "invalidSeed"),
    ("numberResults", [0, 5], "invalidNumberResults"),
    ("outputFormat", ["mp4", "GIF"], "invalidOutputFormat"),
    ("outputType", ["base64Data"], "invalidOutputType"),
    ("outputQuality", [19, 100], "invalidOutputQuality"),
    ("deliveryMethod", ["sync"], "invalidDeliveryMethod"),
    ("ttl", [59], "invalidTtl"),
    ("includeCost", [1, "true"], "invalidIncludeCost"),
    ("positivePrompt", ["a", 12], "invalidPositivePrompt"),
    ("negativePrompt", [7], "invalidNegativePrompt"),
    ("scheduler", ["euler", "DPM++ 9M"], "invalidScheduler"),
    ("safety", [True, []], "invalidSafety"),
    ("fps", [24], "unsupportedParameter"),
    ("lora", [[]], "unsupportedParameter"),
    ("acceleratorOptions", [{}], "unsupportedParameter"),
    ("frameImages", [[]], "unsupportedParameter"),
    ("webhookURL", ["https://example.com/"], "unsupportedWebhookURL"),
    ("uploadEndpoint", ["https://example.com/"], "unsupportedUploadEndpoint"),
]
IMAGE_LITE_TAKES = [
    ("steps", [10, 50]),
    ("CFGScale", [2, 7.5, 10]),
    ("numberResults", [20]),
    ("outputFormat", ["JPG", "PNG", "WEBP"]),
    ("deliveryMethod", ["sync", "async"]),
    ("positivePrompt", ["ab", "x" * 32_000]),
    ("negativePrompt", ["ab", "x" * 3_000]),
    ("safety", [{"mode": "fast"}]),
    ("seed", [0]),
    ("acceleratorOptions", [
        {},
        {"teaCache": True, "teaCacheDistance": 0.29, "fbCache": False, "fbCacheThreshold": 1},
        {"dbCache": True, "dbCacheThreshold": 0, "dbCacheSkipInterval": 1, "cacheMaxConsecutiveSteps": 5},
        {"cacheStartStep": 0, "cacheEndStep": 20},
        {"cacheStartStepPercentage": 99, "cacheEndStepPercentage": 100},
        {"cacheEndStepPercentage": 50},
    ]),
    ("lora", [[], [{"model": "a:1@1"}], [{"model": "a:1@1", "weight": -4, "transformer": "high"}]]),
]  # fmt: skip
IMAGE_LITE_REFUSES = [
    ("width", [1000, "1024"], "invalidWidth"),
    ("width", [640, 1280, 16], "invalidDimensions"),
    ("steps", [9, 51], "invalidSteps"),
    ("CFGScale", [1.99, 10.01, 2.005], "invalidCFGScale"),
    ("numberResults", [21], "invalidNumberResults"),
    ("outputFormat", ["MP4"], "invalidOutputFormat"),
    ("positivePrompt", ["x" * 32_001], "invalidPositivePrompt"),
    ("negativePrompt", ["", "a", "x" * 3_001], "invalidNegativePrompt"),
    ("safety", [{"mode": "full"}], "invalidSafetyMode"),
    ("safety", [{"level": 1}], "unsupportedParameter"),
    ("duration", [5], "unsupportedParameter"),
    ("acceleratorOptions", [{"teaCacheDistance": 1.01}], "invalidAcceleratorOptionsTeaCacheDistance"),
    ("acceleratorOptions", [{"cacheStartStep": 8, "cacheEndStep": 8}], "invalidAcceleratorOptionsCacheStartStep"),
    ("acceleratorOptions", [{"cacheEndStep": 21}], "invalidAcceleratorOptionsCacheEndStep"),
    ("acceleratorOptions", [{"cacheEndStep": 9, "cacheEndStepPercentage": 50}], "incompatibleParameters"),
    ("acceleratorOptions", [{"cacheStartStepPercentage": 50, "cacheEndStepPercentage": 50}],
     "invalidAcceleratorOptionsCacheStartStepPercentage"),
    ("acceleratorOptions", [{"magCache": True}], "unsupportedParameter"),
    ("lora", [[{"weight": 1}]], "missingLoraModel"),
    ("lora", [[{"model": "a:1@1", "weight": 4.01}]], "invalidLoraWeight"),
    ("lora", [[{"model": "a:1@1", "transformer": "middle"}]], "invalidLoraTransformer"),
    ("lora", [["a:1@1"]], "invalidLora"),
]  # fmt: skip
_LINK = "https://example.com/picture.png"
GENERAL_TAKES = [
    ("width", [256, 1920, None]),
    ("height", [256, 1080, None]),
    ("duration", [1, 1.5, 10]),
    ("fps", [15, 60]),
    ("steps", [10, 50]),
    ("CFGScale", [0, 0.001, 50]),
    ("seed", [1]),
    ("scheduler", ["anything"]),
    ("acceleration", ["none", "low", "medium", "high"]),
    ("speech", [{"voice": "Emily", "text": "Hello"}]),
    ("providerSettings", [{"pixverse": {"effect": "x"}}, {"klingai": {}}]),
    ("lora", [[{"model": "a:1@1"}]]),
    ("model", ["bytedance:seedance-1.0@pro"]),
    ("frameImages", [[], [{"inputImage": _LINK}], [{"inputImages": _LINK, "frame": "last"}],
                     [{"image": _LINK, "frame": 0}, {"image": _LINK, "frame": 24}]]),
    ("referenceImages", [[], [_LINK, _LINK]]),
    ("inputs", [{}, {"frameImages": [{"image": _LINK}]}]),
]  # fmt: skip
GENERAL_REFUSES = [
    ("width", [248, 1928, 260], "invalidWidth"),
    ("height", [1088], "invalidHeight"),
    ("duration", [0.9, 10.1], "invalidDuration"),
    ("fps", [14, 61, 24.0], "invalidFps"),
    ("steps", [9], "invalidSteps"),
    ("CFGScale", [-0.1, 50.1], "invalidCFGScale"),
    ("seed", [0], "invalidSeed"),
    ("outputFormat", ["MOV"], "invalidOutputFormat"),
    ("acceleration", ["max"], "invalidAcceleration"),
    ("providerSettings", [{"openai": {}}], "unsupportedParameter"),
    ("providerSettings", [{"pixverse": {"effect": "x", "cameraMovement": "y"}}], "incompatibleParameters"),
    ("frameImages", [[{"inputImage": "x"}]], "invalidFrameImagesInputImage"),
    ("frameImages", [[{"image": "aGVsbG8="}], [{"image": 7}]], "invalidFrameImagesImage"),
    ("frameImages", [[{"frame": "first"}]], "missingFrameImagesInputImage"),
    ("frameImages", [[{"image": _LINK, "inputImage": _LINK}]], "incompatibleParameters"),
    ("frameImages", [[{"image": _LINK, "frame": "middle"}], [{"image": _LINK, "frame": 25}],
                     [{"image": _LINK, "frame": -1}], [{"image": _LINK, "frame": True}]], "invalidFrameImagesFrame"),
    ("frameImages", [["x"]], "invalidFrameImages"),
    ("frameImages", [[{"image": _LINK, "time": 1}]], "unsupportedParameter"),
    ("referenceImages", [["0b7ecff5-7a5a-4c74-9f4f-3a3ae1b0d9d3"], [""], [7], "x"], "invalidReferenceImages"),
    ("referenceVideos", [["data:video/mp4;base64,aGVsbG8="]], "invalidReferenceVideos"),
    ("inputAudios", [["x"]], "invalidInputAudios"),
    ("inputs", [{"frameImages": [{"image": "x"}]}], "invalidInputsFrameImagesImage"),
    ("inputs", [{"seedImage": _LINK}], "unsupportedParameter"),
    ("model", ["no-such-thing", "runware:kandinsky-5.0-image-lite@1", 7, ""], "invalidModel"),
]  # fmt: skip


def _each(table):
    return [
        pytest.param(name, value, *codes, id=f"{name}={str(value)[:40]}{codes or ''}")
        for name, values, *codes in table
        for value in values
    ]


def _assert_refused(answer, task, name, code):
    assert (answer.status, answer.body["data"]) == (400, [])
    (error,) = answer.body["errors"]
    assert error["code"] == code
    parameters = error["parameter"] if isinstance(error["parameter"], list) else [error["parameter"]]
    assert parameters[0].startswith(name)
    assert error["message"]
    assert (error["taskUUID"], error["taskType"]) == (task["taskUUID"], task["taskType"])


def _assert_accepted(answer, task):
    assert answer.status == 200
    assert "errors" not in answer.body
    assert {item["taskUUID"] for item in answer.body["data"]} == {task["taskUUID"]}


@pytest.mark.parametrize(("name", "value"), _each(KANDINSKY_LITE_TAKES))
def test_kandinsky_lite_takes(shared_witness, a_clip, name, value):
    task = a_clip(**{name: value})
    _assert_accepted(shared_witness.post(task), task)


@pytest.mark.parametrize(("name", "value", "code"), _each(KANDINSKY_LITE_REFUSES))
def test_kandinsky_lite_refuses(shared_witness, a_clip, name, value, code):
    task = a_clip(**{name: value})
    _assert_refused(shared_witness.post(task), task, name, code)


@pytest.mark.parametrize(("name", "value"), _each(IMAGE_LITE_TAKES))
def test_image_lite_takes(shared_witness, a_picture, name, value):
    task = a_picture(**{name: value})
    _assert_accepted(shared_witness.post(task), task)


@pytest.mark.parametrize(("name", "value", "code"), _each(IMAGE_LITE_REFUSES))
def test_image_lite_refuses(shared_witness, a_picture, name, value, code):
    task = a_picture(**{name: value})
    _assert_refused(shared_witness.post(task), task, name, code)


@pytest.mark.parametrize(("name", "value"), _each(GENERAL_TAKES))
def test_any_other_video_model_takes(shared_witness, a_general_clip, name, value):
    task = a_general_clip(**{name: value})
    _assert_accepted(shared_witness.post(task), task)


@pytest.mark.parametrize(("name", "value", "code"), _each(GENERAL_REFUSES))
def test_any_other_video_model_refuses(shared_witness, a_general_clip, name, value, code):
    task = a_general_clip(**{name: value})
    _assert_refused(shared_witness.post(task), task, name, code)


@pytest.mark.parametrize(
    "size", [(1024, 1024), (640, 1408), (1408, 640), (768, 1280), (1280, 768), (896, 1152), (1152, 896)]
)
def test_image_lite_makes_seven_sizes(shared_witness, a_picture, size):
    task = a_picture(width=size[0], height=size[1])
    _assert_accepted(shared_witness.post(task), task)


@pytest.mark.parametrize("name", ["taskUUID", "model", "positivePrompt", "width", "height", "duration"])
def test_kandinsky_lite_needs(shared_witness, a_clip, name):
    answer = shared_witness.post(a_clip(**{name: None}))
    assert answer.status == 400
    assert [(error["code"], error["parameter"]) for error in answer.body["errors"]] == [
        (f"missing{name[0].upper()}{name[1:]}", name)
    ]


def test_all_75_published_schedulers_are_taken_and_no_other(shared_witness, a_clip, recorded):
    schedulers = recorded("runware-210-1-schedulers")
    tasks = [a_clip(scheduler=name) for name in schedulers]
    assert len(shared_witness.post(*tasks).body["data"]) == 75
    (error,) = shared_witness.post(a_clip(scheduler="Euler b")).body["errors"]
    assert sorted(error["allowedValues"]) == sorted(schedulers)


def test_the_twelve_schedulers_of_image_lite_are_told_with_a_refusal(shared_witness, a_picture):
    (error,) = shared_witness.post(a_picture(scheduler="Heun")).body["errors"]
    assert len(error["allowedValues"]) == 12


def test_every_published_figure_of_kandinsky_lite_is_taken(shared_witness, a_clip, recorded):
    allowed = recorded("runware-limits-210-1")["allowed"]
    tasks = [a_clip(width=width, height=height) for width in allowed["width"] for height in allowed["height"]]
    tasks += [a_clip(duration=seconds) for seconds in allowed["duration"]]
    tasks += [a_clip(**{name: allowed[name][end]}) for name in ("steps", "CFGScale", "seed") for end in ("min", "max")]
    assert len(shared_witness.post(*tasks).body["data"]) == len(tasks)


def test_each_of_several_mistakes_is_told(shared_witness, a_clip):
    errors = shared_witness.post(a_clip(width=592, steps=0, colour="red", duration=None)).body["errors"]
    assert {error["code"] for error in errors} == {
        "invalidWidth", "invalidSteps", "unsupportedParameter", "missingDuration",
    }  # fmt: skip


def test_a_refusal_says_what_is_allowed(shared_witness, a_clip, recorded):
    (error,) = shared_witness.post(a_clip(width=592)).body["errors"]
    (live,) = recorded("runware-error-400-validation")["response"]["body"]["errors"]
    assert set(error) >= set(live)
    assert (error["type"], error["min"], error["max"], error["multiplier"]) == ("integer", 512, 768, 16)
    assert error["documentation"].endswith("#request-width")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_number_in_json_is_refused(shared_witness, a_clip, number):
    body = f'[{{"taskType": "videoInference", "taskUUID": "{a_clip()["taskUUID"]}", "model": "runware:210@1",'
    body += f'"positivePrompt": "ab", "width": 512, "height": 512, "duration": 5, "CFGScale": {number}}}]'
    answer = shared_witness.ask("/v1", body=body.encode())
    assert answer.status == 400
    assert answer.body["errors"][0]["code"] in {"invalidRequest", "invalidCFGScale"}
