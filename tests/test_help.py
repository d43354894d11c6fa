"""The help of every command: it fits a narrow terminal, and each option says something."""

import click
import pytest
from click.testing import CliRunner

from render.cli import COMMANDS, cli


def commands():
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        yield name.split()
        if isinstance(command, click.Group):
            yield from ([name, inner] for inner in command.commands)


def told(words, width=80):
    done = CliRunner().invoke(cli, [*words, "--help"], prog_name="render", terminal_width=width)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("words", [[], *commands()], ids=" ".join)
def test_the_help_of_a_command_fits_a_narrow_terminal(words):
    assert max(map(len, told(words).splitlines())) <= 80


@pytest.mark.parametrize("words", [*commands()], ids=" ".join)
def test_every_option_says_what_it_is_for(words):
    command = cli
    for word in words:
        command = command.get_command(click.Context(command), word)
    silent = [param.name for param in command.params if isinstance(param, click.Option) and not param.help]
    assert silent == []


@pytest.mark.parametrize("name", ["plan", "run", "status", "verify", "fetch", "export"])
def test_what_chooses_tasks_stands_under_a_heading_of_its_own(name):
    _, _, choosing = told([name]).partition("\nChoosing tasks")
    for option in ("--only", "--tag", "--not-tag", "--model", "--provider", "--failed", "--shard", "--limit"):
        assert f"\n  {option} " in choosing
    assert ("--again" in choosing) is (name in {"plan", "run"})


@pytest.mark.parametrize("name", ["validate", "plan", "run", "status", "verify", "fetch", "resolve", "export"])
def test_whatever_opens_a_manifest_may_be_told_how_to_read_it(name):
    _, _, reading = told([name]).partition("\nReading the manifest")
    for option in ("--var", "--set", "--models", "--allow-outside", "--strict"):
        assert f"\n  {option} " in reading
