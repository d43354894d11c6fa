"""Guards for every test: no network beyond loopback, no real keys, no home folder; and what nearly every test needs."""

import socket

import pytest
from hypothesis import settings

from tests import usual_signals
from tests.canary import search
from tests.warm import Warm

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_MARKS_OF_MORE = ("node", "browser", "ptrace", "shells", "slow")
#: of what a test generates; with `--everything` there are as many as Hypothesis thinks right
_EXAMPLES_EVERYDAY = 30


class NetworkTouchedError(AssertionError):
    """A test tried to leave the machine."""


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch):
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in _LOOPBACK:
            raise NetworkTouchedError(f"a test connected to {address!r}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session", autouse=True)
def no_secret_in_anything_written(tmp_path_factory):
    yield
    leaks = search({}, [tmp_path_factory.getbasetemp()]).leaks
    assert not leaks, "\n".join(leaks)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch, tmp_path_factory):
    for name in ("RUNWARE_API_KEY", "AIMLAPI_API_KEY", "RUNWARE_BASE_URL", "AIMLAPI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    for name in ("FORCE_COLOR", "NO_COLOR", "CI", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path_factory.getbasetemp() / "no-home-in-tests"))


@pytest.fixture(scope="session")
def warm():
    """A process that has imported the product, and forks one for each command."""
    process = Warm()
    yield process
    process.close()


def pytest_configure(config):
    usual_signals.restore()
    many = settings().max_examples if config.getoption("--everything") else _EXAMPLES_EVERYDAY
    # how long an example takes says how busy the machine is
    settings.register_profile("ours", settings(), max_examples=many, deadline=None)
    settings.load_profile("ours")


def pytest_addoption(parser):
    parser.addoption("--everything", action="store_true", help="also run the tests that need more than Python and make")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--everything") or config.getoption("-m"):
        return
    left_out = [item for item in items if any(item.get_closest_marker(mark) for mark in _MARKS_OF_MORE)]
    config.stash[_LEFT_OUT] = left_out
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


_LEFT_OUT = pytest.StashKey()


def pytest_terminal_summary(terminalreporter, config):
    left_out = config.stash.get(_LEFT_OUT, [])
    if left_out:
        counts = {mark: sum(item.get_closest_marker(mark) is not None for item in left_out) for mark in _MARKS_OF_MORE}
        words = ", ".join(f"{count} {mark}" for mark, count in counts.items() if count)
        terminalreporter.write_line(f"{len(left_out)} tests need more than Python and make ({words}): make test-all")
    elif getattr(config.option, "numprocesses", None) and not config.getoption("--everything"):
        # the processes that collected know how many
        terminalreporter.write_line(f"tests marked {', '.join(_MARKS_OF_MORE)} were left out: make test-all")
