"""A stage for every test that performs runs."""

import pytest

from render.runner import archive, conductor
from tests.runner.stage import Stage


@pytest.fixture
def stage(tmp_path, monkeypatch):
    # Patient enough for a slow machine; a run that has nothing on its way any more does not wait for it.
    monkeypatch.setattr(conductor, "GRACE_S", 2000.0)
    return Stage(root=tmp_path / "film")


@pytest.fixture
def impatient(monkeypatch):
    """For tests in which something on its way never lands."""
    monkeypatch.setattr(conductor, "GRACE_S", 20.0)


@pytest.fixture
def soon_lost(monkeypatch):
    """For tests in which a link stays dead: eight looks are enough."""
    monkeypatch.setattr(archive, "LOST_AFTER_S", 20.0)
