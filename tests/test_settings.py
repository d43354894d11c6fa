import resource
from pathlib import Path

import pytest

from render.errors import SettingsError
from render.settings import OFFLINE, Secret, display, folders, lane_settings, offline_lane, read_key, read_key_if_set
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


def test_a_key_file_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for file, reason in ((tmp_path / "none", "No such file"), (tmp_path, "directory"), (tmp_path / "binary", "text")):
        with pytest.raises(SettingsError, match=reason):
            read_key("X_KEY", environ={"X_KEY_FILE": str(file)})


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


@pytest.mark.parametrize(
    ("surroundings", "has_colour"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colour_is_off_where_nobody_watches_unless_forced(surroundings, has_colour, capsys):
    shown = display("stdout", environ=surroundings)
    assert (shown.has_colour, shown.is_live) == (has_colour, False)


def test_a_key_that_is_not_needed_is_read_where_it_is_set():
    assert read_key_if_set("A_KEY", environ={}) is None
    assert read_key_if_set("A_KEY", environ={"A_KEY": " "}) is None
    found = read_key_if_set("A_KEY", environ={"A_KEY": "a-key"})
    assert found is not None
    assert found.reveal() == "a-key"


def test_a_key_that_is_set_wrongly_is_told_even_where_it_is_not_needed():
    with pytest.raises(SettingsError, match="A_KEY_FILE"):
        read_key_if_set("A_KEY", environ={"A_KEY_FILE": "nowhere/key"})
