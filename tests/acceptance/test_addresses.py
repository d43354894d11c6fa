"""Results that are sent elsewhere too, to addresses that hold secrets: the real command, server and listener."""

import json

import pytest

from tests.acceptance.conftest import wait_until
from tests.server.listener import Listener

SECRETS = {"LANTERN_BUCKET": "bucket-canary-4711", "LANTERN_HOOK": "hook-canary-0815"}
MANIFEST = """\
version: 1
project: stills
defaults: {{model: kandinsky-5-image-lite, width: 640, height: 1408, output_format: WEBP, output_quality: 20}}
shots:
  - id: lamp
    prompt: A lamp on a sill
    upload_endpoint: http://{host}/${{env.LANTERN_BUCKET}}/lamp.webp
    webhook_url: http://{host}/hook?token=${{env.LANTERN_HOOK}}
"""


@pytest.fixture
def listener():
    listener = Listener()
    listener.open()
    yield listener
    listener.close()


@pytest.fixture
def serve(servers, tmp_path):
    """Start servers that may send results to the hosts given."""

    def start(*hosts):
        config = tmp_path / "server.yaml"
        config.write_text(f"{{allowed_hosts: {json.dumps(hosts)}}}\n", encoding="utf-8")
        return servers("--latency", "0.1", "0.2", "--config", config)

    return start


@pytest.fixture
def manifest(render, listener):
    path = render.folder / "film.shots.yaml"
    path.write_text(MANIFEST.format(host=listener.host), encoding="utf-8")
    return path


def written(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def assert_untold(folder, *shown):
    everything = written(folder) + "".join(shown).encode()
    for secret in SECRETS.values():
        assert secret.encode() not in everything


def test_a_result_is_put_and_told_where_the_environment_says_and_comes_home_too(render, listener, manifest, serve):
    server = serve(listener.host)
    done = render("run", manifest, "--json", **server.variables, **SECRETS)
    assert json.loads(done.stdout)["saved"] == 1
    wait_until(lambda: len(listener.heard) == 2)
    by_method = {heard.method: heard for heard in listener.heard}
    assert by_method["PUT"].path == "/bucket-canary-4711/lamp.webp"
    assert by_method["PUT"].body == (render.folder / "renders/stills/lamp/lamp_t01.webp").read_bytes()
    assert by_method["POST"].path == "/hook?token=hook-canary-0815"
    exported = render("state", "export", manifest, "--output", "-").stdout
    assert "${env.LANTERN_BUCKET}" in exported
    assert_untold(render.folder, done.stdout, done.stderr, exported, render("plan", manifest).stdout)


def test_where_a_result_is_sent_is_no_part_of_what_it_is(render, listener, manifest, serve):
    server = serve(listener.host)
    render("run", manifest, **server.variables, **SECRETS)
    manifest.write_text(manifest.read_text().replace("LANTERN_BUCKET", "OTHER"), encoding="utf-8")
    assert render.json("plan", manifest, **server.variables)["totals"] == {"skip": 1}
    assert render.json("run", manifest, **server.variables)["skipped"] == 1


def test_a_variable_that_is_not_set_ends_a_run_before_anything_is_sent(render, listener, manifest, serve):
    server = serve(listener.host)
    done = render("run", manifest, **server.variables, LANTERN_HOOK="hook-canary-0815", status=3)
    assert "LANTERN_BUCKET is not set" in done.stderr
    assert not any(server.ledger().values())
    assert not (render.folder / "renders").exists()


def test_a_value_that_makes_no_address_is_refused_without_showing_it(render, manifest, serve):
    manifest.write_text(manifest.read_text().replace("http://", "${env.SCHEME}://"), encoding="utf-8")
    done = render("run", manifest, **serve().variables, **SECRETS, SCHEME="gopher-canary", status=3)
    assert "SCHEME" in done.stderr
    assert "gopher-canary" not in done.stderr


def test_a_value_that_stands_in_links_and_states_too_keeps_no_file_away(render, listener, manifest, serve):
    port = listener.host.rpartition(":")[2]
    there = manifest.read_text().replace(listener.host, f"${{env.HOST}}:{port}/${{env.STAGE}}")
    manifest.write_text(there, encoding="utf-8")
    parts = {"HOST": "127.0.0.1", "STAGE": "processing"}
    done = render("run", manifest, "--json", **serve(listener.host).variables, **SECRETS, **parts)
    assert json.loads(done.stdout)["saved"] == 1
    wait_until(lambda: len(listener.heard) == 2)
    assert "/processing/bucket-canary-4711/lamp.webp" in {heard.path for heard in listener.heard}
    assert_untold(render.folder, done.stdout, done.stderr)


def test_what_is_bought_anew_needs_no_variable_of_an_address_that_it_had_before(render, listener, manifest, serve):
    variables = serve(listener.host).variables
    render("run", manifest, **variables, **SECRETS)
    manifest.write_text(manifest.read_text().replace("LANTERN_BUCKET", "OTHER_BUCKET"), encoding="utf-8")
    again = ("run", manifest, "--only", "lamp", "--again", "--json")
    told = variables | {"LANTERN_HOOK": SECRETS["LANTERN_HOOK"]}
    assert "OTHER_BUCKET is not set" in render(*again, **told, status=3).stderr
    assert json.loads(render(*again, **told, OTHER_BUCKET="other-bucket-canary").stdout)["saved"] == 1


def test_a_check_needs_no_value_and_says_which_are_missing(render, manifest):
    done = render("validate", manifest, LANTERN_HOOK="hook-canary-0815")
    assert "`LANTERN_BUCKET` is not set" in done.stdout
    assert "LANTERN_HOOK" not in done.stdout.replace("${env.LANTERN_HOOK}", "")
    assert "hook-canary" not in done.stdout
    render("validate", manifest, "--strict", status=2)


def test_a_refusal_that_repeats_the_address_does_not_bring_it_into_the_record(render, manifest, serve):
    # this server was not told that it may send anything there
    done = render("run", manifest, **serve().variables, **SECRETS, status=1)
    assert_untold(render.folder, done.stdout, done.stderr)


def test_offline_nothing_is_sent_elsewhere_and_no_value_is_needed(render, listener, manifest):
    assert render.json("run", manifest, "--offline")["saved"] == 1
    assert listener.heard == []


NAMED = """\
version: 1
project: stills
defaults:
  model: kandinsky-5-image-lite
  width: 640
  height: 1408
  output_format: WEBP
  output_quality: 20
  upload_endpoint: http://{host}/{{project}}/{{shot}}_t{{take:02d}}.{{ext}}?as=${{env.LANTERN_BUCKET}}
  webhook_url: http://{host}/hook?shot={{shot}}&take={{take}}&seed={{seed}}
shots:
  - {{id: lamp, prompt: A lamp on a sill, takes: 2, seed: 7}}
  - {{id: door, prompt: A door ajar}}
"""


def test_each_take_is_put_and_told_under_its_own_name(render, listener, manifest, serve):
    manifest.write_text(NAMED.format(host=listener.host), encoding="utf-8")
    server = serve(listener.host)
    assert render.json("run", manifest, **server.variables, **SECRETS)["saved"] == 3
    wait_until(lambda: len(listener.heard) == 6)
    put = {heard.path: heard.body for heard in listener.heard if heard.method == "PUT"}
    home = render.folder / "renders" / "stills"
    assert put == {
        f"/stills/{name}.webp?as=bucket-canary-4711": (home / name[:4] / f"{name}.webp").read_bytes()
        for name in ("lamp_t01", "lamp_t02", "door_t01")
    }
    assert {heard.path for heard in listener.heard if heard.method == "POST"} == {
        "/hook?shot=lamp&take=1&seed=7",
        "/hook?shot=lamp&take=2&seed=8",
        "/hook?shot=door&take=1&seed=random",
    }
    # a renamed shot has another address, and is the same render
    manifest.write_text(manifest.read_text().replace("id: door", "id: gate"), encoding="utf-8")
    assert set(render.json("plan", manifest, **server.variables)["totals"]) == {"skip", "place"}
    assert len(listener.heard) == 6


def test_two_addresses_that_the_environment_makes_one_are_refused_before_anything_is_sent(render, manifest, serve):
    text = NAMED.format(host="127.0.0.1:1").replace("/{project}/{shot}_t{take:02d}.{ext}?as=", "/")
    other = "\n  - {id: gate, prompt: A gate, upload_endpoint: 'http://127.0.0.1:1/${env.LANTERN_HOOK}'}\n"
    manifest.write_text(text.replace(", takes: 2", "").replace("\n  - {id: door, prompt: A door ajar}\n", other))
    server = serve("127.0.0.1:1")
    done = render(
        "run", manifest, **server.variables, LANTERN_BUCKET="same-canary", LANTERN_HOOK="same-canary", status=3
    )
    assert "lamp.t01 and gate.t01 would be put to one address" in done.stderr
    assert "same-canary" not in done.stderr
    assert not any(server.ledger().values())
