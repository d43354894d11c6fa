import json
import os
import signal
from dataclasses import fields

import pytest

from render.server.app import ServerOptions
from render.server.config import ConfigError, load_config
from render.server.egress import is_allowed
from render.server.switches import AimlSwitches, RunwareSwitches

PATH, BODY = "/v2/video/generations", {"model": "sber-ai/kandinsky5-distill-t2v", "prompt": "a dragon"}


@pytest.fixture
def config(tmp_path):
    """Read a config file with that text."""

    def read(text):
        path = tmp_path / "server.yaml"
        path.write_text(text)
        return load_config(path)

    return read


def test_an_empty_file_changes_nothing(config):
    assert config("") == {}


def test_a_full_file_is_read_into_the_options_of_a_server(config, tmp_path):
    options = ServerOptions(
        **config("""
host: 127.0.0.1
port: 0
state: kept
keys: [one, two]
engine: fixed
file_bytes: 100000
threads: 3
sync_timeout_s: 5
allowed_hosts: ["127.0.0.1:9000", localhost]
latency:
  - {fixed: 0.5}
  - {provider: aimlapi, uniform: [1, 2]}
  - {model: "runware:210@1", lognormal: {median: 30, sigma: 0.4}, workers: 2}
prices:
  - {model: "runware:210@1", usd: 0.25, noise: 0.05}
failures:
  - {rate: 0.5, code: timeoutProvider, message: too slow}
credit:
  runware: {usd: 10, refunds_failed: false}
switches:
  runware: {conflict_status: 409}
  aimlapi: {words: legacy, unknown_id: 404, log_lag_s: 0}
faults:
  - {on: file, nth: 2, action: {cut: 10}}
""")
    )
    assert options.state_dir == tmp_path / "kept"
    assert options.keys == {"one", "two"}
    assert options.latency[2].lognormal.median == 30.0
    assert (options.credit["runware"].usd, options.credit["runware"].refunds_failed) == (10.0, False)
    assert options.switches.runware.conflict_status == 409
    assert (options.switches.aimlapi.words, options.switches.aimlapi.unknown_id) == ("legacy", "404")
    assert options.faults[0].action.bytes == 10


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("latncy: []", ["latncy", "unknown key"]),
        ("latency: [{fixd: 1}]", ["latency[0]", "fixd"]),
        ("latency: [{fixed: 1, uniform: [1, 2]}]", ["latency[0]", "give one of"]),
        ("latency: [{uniform: [1]}]", ["uniform", "2 values"]),
        ("latency: [{uniform: [2, 1]}]", ["least first"]),
        ("latency: [{lognormal: {median: 0, sigma: 1}}]", ["lognormal", "median"]),
        ("latency: [{fixed: 1, workers: 0}]", ["workers"]),
        ("latency: [{fixed: .nan}]", ["fixed", "a number"]),
        ("prices: [{factor: true}]", ["factor", "a number"]),
        ("prices: [{noise: 1}]", ["noise"]),
        ("failures: [{rate: 2}]", ["rate"]),
        ("failures: [{provider: runwar}]", ["runwar"]),
        ("credit: {runwar: {usd: 1}}", ["runwar"]),
        ("credit: {runware: {usd: -1}}", ["credit"]),
        ("switches: {aimlapi: {words: old}}", ["words", "modern, legacy"]),
        ("switches: {other: {}}", ["other"]),
        ("engine: real", ["engine", "procedural, fixed"]),
        ("port: '80'", ["port", "whole number"]),
        ("port: -1", ["port"]),
        ("threads: 0", ["threads"]),
        ("host: a\nhost: b", ["not YAML", "twice"]),
        ("host: [", ["not YAML"]),
        ("- 1", ["mapping"]),
        ("faults: {}", ["faults", "a list"]),
        ('host: "\\x80\x01"', ["not YAML"]),
    ],
)
def test_what_a_file_must_not_say_is_named_with_its_place(config, tmp_path, text, words):
    with pytest.raises(ConfigError) as caught:
        config(text)
    assert all(word in str(caught.value) for word in [str(tmp_path / "server.yaml"), *words]), str(caught.value)


def test_a_file_that_is_missing_or_endless_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="No such file"):
        load_config(tmp_path / "none.yaml")
    (tmp_path / "long.yaml").write_text("#" * 2**20 + "##")
    with pytest.raises(ConfigError, match="longer than"):
        load_config(tmp_path / "long.yaml")


def test_every_switch_can_be_set_to_its_default_by_name(config):
    for name, kind in (("runware", RunwareSwitches), ("aimlapi", AimlSwitches)):
        said = {field.name: field.default for field in fields(kind)}
        options = config(f"switches: {{{name}: {json.dumps(said)}}}")
        assert getattr(options["switches"], name) == kind()


@pytest.mark.parametrize(
    ("url", "is_right"),
    [
        ("http://127.0.0.1:9000/hook", True),
        ("http://127.0.0.1:9001/hook", False),
        ("https://media.test/a", True),
        ("https://media.test:8443/a", True),
        ("https://media.test.evil/a", False),
        ("https://media.test@evil/a", False),
        ("https://user@media.test/a", False),
        ("file:///etc/passwd", False),
        ("http://[::1]:9000/", False),
        ("http://127.0.0.1:99999/", False),
        ("", False),
    ],
)
def test_the_server_itself_asks_allowed_hosts_alone(url, is_right):
    assert is_allowed(url, hosts=frozenset({"127.0.0.1:9000", "media.test"})) == is_right


@pytest.fixture
def start(warm, tmp_path):
    """Start `render serve` in a folder of its own."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    return lambda *arguments: warm.start(["serve", "--port", "0", *arguments], cwd=tmp_path, env=environment)


def test_the_command_follows_its_file_and_the_command_line_beats_it(tmp_path, serve, start):
    (tmp_path / "server.yaml").write_text("keys: [from-the-file]\nlatency: [{fixed: 60}]\nengine: fixed\n")
    with start("--config", "server.yaml", "--key", "given") as process:
        try:
            base_url = process.stdout.readline().split()[2].rstrip(";")
            witness = serve(state_dir=tmp_path / "unused")
            witness.base_url = base_url
            witness.key = "from-the-file"
            assert witness.ask(PATH, body=BODY).status == 401
            witness.key = "given"
            assert witness.ask(PATH, body=BODY).body["status"] == "queued"
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_a_key_may_be_told_in_a_file_that_no_list_of_processes_shows(tmp_path, serve, start):
    (tmp_path / "server.key").write_text("from-a-file\n")
    with start("--key-file", "server.key", "--engine", "fixed") as process:
        try:
            lines = [process.stdout.readline() for _ in range(4)]
            witness = serve(state_dir=tmp_path / "unused")
            witness.base_url = lines[0].split()[2].rstrip(";")
            witness.key = "another"
            assert witness.ask(PATH, body=BODY).status == 401
            witness.key = "from-a-file"
            assert witness.ask(PATH, body=BODY).body["status"] == "queued"
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert "from-a-file" not in "".join(lines)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("--key-file", "none"), 3, "cannot read the file none that --key-file names"),
        (("--key-file", "server.yaml"), 3, "the file server.yaml that --key-file names is empty"),
        (("--key-file", "server.yaml", "--key", "given"), 2, "say the same thing twice"),
    ],
)
def test_a_key_file_that_tells_no_key_is_refused(tmp_path, start, arguments, status, words):
    (tmp_path / "server.yaml").touch()
    with start(*arguments) as process:
        _, errors = process.communicate(timeout=20)
    assert process.returncode == status
    assert words in errors


@pytest.mark.parametrize("option", ["--config", "--faults"])
def test_the_command_refuses_a_file_that_it_cannot_follow(tmp_path, option, start):
    (tmp_path / "wrong.yaml").write_text("- {on: nothing, action: drop}")
    with start(option, "wrong.yaml") as process:
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 3
    assert "wrong.yaml" in errors
    assert "Traceback" not in errors


def test_a_server_for_others_draws_a_key_and_shows_it(start):
    with start("--host", "0.0.0.0") as process:  # noqa: S104 - what the test is about
        try:
            lines = [process.stdout.readline() for _ in range(2)]
        finally:
            process.send_signal(signal.SIGTERM)
        process.wait(20)
    key = lines[1].strip().rpartition("=")[2]
    assert len(key) >= 32


def test_a_server_for_others_without_a_key_cannot_be_made(tmp_path):
    with pytest.raises(ValueError, match="keys are needed"):
        ServerOptions(state_dir=tmp_path, host="0.0.0.0")  # noqa: S104 - what the test is about


def test_a_body_that_is_too_long_is_refused_unread(serve):
    witness = serve(max_body_bytes=1000)
    for path in ("/v1", PATH):
        assert witness.ask(path, body=b" " * 2000).status == 413
    assert witness.ledger()["purchases"] == []
