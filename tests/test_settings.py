import resource
from pathlib import Path

import pytest

from render.errors import SettingsError
from render.settings import (
    OFFLINE,
    Secret,
    folders,
    key_variables,
    lane_settings,
    offline_lane,
    read_key,
    read_key_if_set,
)
from tests import core_dumps

DEFAULT = "https://api.example.com/v1"


def test_a_lane_has_its_default_address_unless_told_otherwise():
    assert lane_settings("X_URL", DEFAULT, environ={}).base_url == DEFAULT
    assert lane_settings("X_URL", DEFAULT, environ={"X_URL": "  "}).base_url == DEFAULT
    told = lane_settings("X_URL", DEFAULT, environ={"X_URL": "https://proxy.example.com/r/"})
    assert (told.base_url, told.endpoint, told.plain_http_hosts) == (*["https://proxy.example.com/r"] * 2, ())


@pytest.mark.parametrize(("url", "host"), [("http://127.0.0.1:8080", "127.0.0.1"), ("http://[::1]:1/v1", "::1")])
def test_this_machine_may_speak_plain_http(url, host):
    lane = lane_settings("X_URL", DEFAULT, environ={"X_URL": url})
    assert (lane.endpoint, lane.plain_http_hosts) == (url, (host,))


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com",
        "ftp://127.0.0.1",
        "api.example.com",
        "https://",
        "https://me:word@example.com",
        "https://example.com/?key=5",
        "https://example.com/#a",
        "https://[::1",
        "https://example.com:port",
        "https://exam\nple.com",
        "https://example.com/a b",
        "http://127.0.0.1.example.com",
    ],
)
def test_an_address_that_could_leak_a_key_is_refused_by_the_name_of_its_variable(url):
    with pytest.raises(SettingsError, match="X_URL") as caught:
        lane_settings("X_URL", DEFAULT, environ={"X_URL": url})
    assert caught.value.exit_status == 3
    assert "word" not in caught.value.message


def test_the_embedded_server_is_always_called_offline():
    assert offline_lane("http://127.0.0.1:1234").endpoint == OFFLINE


def test_a_key_comes_from_its_variable_or_from_a_file(tmp_path):
    (tmp_path / "key").write_text("from-file\n", encoding="utf-8")
    surroundings = {"X_KEY_FILE": str(tmp_path / "key")}
    assert read_key("X_KEY", environ=surroundings).reveal() == "from-file"
    assert read_key("X_KEY", environ={**surroundings, "X_KEY": " direct "}).reveal() == "direct"


def test_a_process_that_holds_a_key_leaves_no_core_dump():
    with core_dumps.allowed():
        _, most = resource.getrlimit(resource.RLIMIT_CORE)
        read_key("X_KEY", environ={"X_KEY": "sk-1"})
        assert resource.getrlimit(resource.RLIMIT_CORE) == (0, most)


def test_a_missing_key_names_the_variable_and_the_offline_alternative():
    with pytest.raises(SettingsError, match="X_KEY is not set") as caught:
        read_key("X_KEY", environ={"X_KEY": " "})
    assert "--offline" in caught.value.hint
    assert "X_KEY_FILE" in caught.value.hint


@pytest.mark.parametrize("key", ["a b", "a\nb", "schl\u00fcssel", "a\x00b"])
def test_a_key_that_cannot_stand_in_a_header_is_refused_without_showing_it(key):
    with pytest.raises(SettingsError) as caught:
        read_key("X_KEY", environ={"X_KEY": key})
    assert key not in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file"),
        (b"\xff\xfe", "it is not text"),
        (b" \n", "is empty"),
        (b"two words", "holds characters that no key has"),
        (b"sk-1\nsk-2", "holds characters that no key has"),
    ],
)
def test_a_key_file_that_is_set_wrongly_is_told_by_its_variable_and_its_path(tmp_path, content, reason):
    file = tmp_path / "the.key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=reason) as caught:
        read_key("X_KEY", environ={"X_KEY_FILE": str(file)})
    assert f"the file {file} that X_KEY_FILE names" in caught.value.message
    assert "X_KEY " not in f"{caught.value.message} {caught.value.hint}"
    assert "sk-" not in f"{caught.value.message} {caught.value.hint}"


def test_a_folder_is_no_key_file(tmp_path):
    with pytest.raises(SettingsError, match="directory"):
        read_key("X_KEY", environ={"X_KEY_FILE": str(tmp_path)})


def test_a_key_that_was_written_where_its_file_was_asked_for_is_not_shown():
    key = "Zx3k9Qm2Lp8Rt5Vw7Yb1Nc4Hd6Jf0Gs2"
    with pytest.raises(SettingsError, match="X_KEY_FILE") as caught:
        read_key("X_KEY", environ={"X_KEY_FILE": key})
    assert key not in f"{caught.value.message} {caught.value.hint}"
    assert "the path of a file" in caught.value.hint


def test_a_secret_does_not_show_itself():
    secret = Secret("abc")
    assert "abc" not in f"{secret} {secret!r} {[secret]}"
    assert not hasattr(secret, "__dict__")


@pytest.mark.parametrize("mark", [".git", "pyproject.toml"])
def test_files_lie_in_the_nearest_folder_of_a_project_whatever_the_current_folder(tmp_path, monkeypatch, mark):
    (tmp_path / "film" / "lists").mkdir(parents=True)
    (tmp_path / "film" / mark).mkdir()
    monkeypatch.chdir("/")
    manifest = tmp_path / "film" / "lists" / "a.shots.yaml"
    paid = folders(manifest, project="p", out=None, is_offline=False)
    free = folders(manifest, project="p", out=None, is_offline=True)
    assert paid.output == tmp_path / "film" / "renders" / "p"
    assert paid.state == paid.output / "state.db"
    assert free.output == tmp_path / "film" / "renders-offline" / "p"
    assert free.server == tmp_path / "film" / "renders-offline" / ".server"


def test_a_folder_that_is_asked_for_holds_the_projects_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = folders(Path("a.shots.yaml"), project="p", out=Path("elsewhere"), is_offline=False)
    assert asked.output == tmp_path / "elsewhere" / "p"


def test_a_key_that_is_not_needed_is_read_where_it_is_set():
    assert read_key_if_set("A_KEY", environ={}) is None
    assert read_key_if_set("A_KEY", environ={"A_KEY": " "}) is None
    found = read_key_if_set("A_KEY", environ={"A_KEY": "a-key"})
    assert found is not None
    assert found.reveal() == "a-key"


def test_a_key_that_is_set_wrongly_is_told_even_where_it_is_not_needed():
    with pytest.raises(SettingsError, match="A_KEY_FILE"):
        read_key_if_set("A_KEY", environ={"A_KEY_FILE": "nowhere/key"})


def test_whatever_is_called_as_a_key_is_known_for_one():
    environ = {"RUNWARE_API_KEY": "a", "NIGHT_SHIFT_API_KEY_FILE": "/k", "NIGHT_SHIFT_BASE_URL": "u", "HOME": "/"}
    assert key_variables(environ=environ) == ("RUNWARE_API_KEY", "NIGHT_SHIFT_API_KEY")
