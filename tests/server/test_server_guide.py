"""The guide to the server names everything that can be set."""

from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from render.server.config import load_config
from render.server.faults.reading import read_faults
from render.server.faults.records import ACTIONS, EVENTS
from render.server.switches import AimlSwitches, RunwareSwitches

GUIDE = (Path(__file__).parents[2] / "docs" / "server.md").read_text(encoding="utf-8")


def _blocks():
    return [part.partition("```")[0] for part in GUIDE.split("```yaml\n")[1:]]


@pytest.mark.parametrize("name", [field.name for kind in (RunwareSwitches, AimlSwitches) for field in fields(kind)])
def test_every_switch_is_named(name):
    assert f"`{name}: " in GUIDE or f"`{name}`" in GUIDE


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_is_named(name):
    assert f"| `{name}" in GUIDE


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_is_named(name):
    assert f"`{name}`" in GUIDE


def test_the_config_file_of_the_guide_is_one(tmp_path):
    path = tmp_path / "server.yaml"
    path.write_text(_blocks()[0])
    options = load_config(path)
    assert (options["engine"], len(options["latency"]), options["switches"].aimlapi.log_lag_s) == ("fixed", 3, 30.0)


def test_the_script_of_the_guide_is_one():
    faults = read_faults(yaml.safe_load(_blocks()[1]), where="guide")
    assert [fault.on for fault in faults] == [
        "aimlapi.submit", "file", "runware.submit", "runware.poll", "runware.submit",
    ]  # fmt: skip
