"""The command `render`: the group of commands, and the one place where errors become an exit status.

Start-up is light on purpose: this module imports click alone, `render --help` is written from the table below, and a
command's module is imported when that command is used.
"""

from __future__ import annotations

import gc
import importlib
import io
import sys
from typing import TYPE_CHECKING

import click

from render import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from click.shell_completion import CompletionItem

#: name -> what `render --help` says; the command itself is `render.commands.<module>.command`
COMMANDS = {
    "init": "Begin: write a commented manifest, the schema for editors, and a .gitignore.",
    "validate": "Check manifests; say everything that is wrong, and where.",
    "plan": "Say what a run would do for each task, and why.",
    "run": "Render what the plan says; carry on where the last run stopped.",
    "status": "Say how each task stands in the record.",
    "resolve": "Decide about a purchase that a run cannot decide about.",
    "verify": "Read every rendered file again and compare it with the record.",
    "fetch": "Bring home what is paid for and not here; buy nothing.",
    "state": "Check the record, write it down as text, or rebuild it.",
    "models": "List the models, or show every parameter of one.",
    "explain": "Say what a rule means, or what a parameter of a model takes.",
    "schema": "Print the JSON Schema of manifests, for editors.",
    "import": "Turn raw requests of the APIs, or curl commands, into a manifest.",
    "export": "Print the raw requests that a manifest stands for.",
    "fmt": "Lay manifests out in the one canonical way, comments kept.",
    "completion": "Print a script for bash, zsh or fish that completes the command line.",
    "serve": "Offer both providers' APIs on this machine, offline and free.",
}
#: of those commands whose name is no name for a module
_MODULES = {"import": "import_"}

EXIT_USAGE, EXIT_INTERRUPTED = 2, 130


class LazyGroup(click.Group):
    """Imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order of the table, which is the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module = _MODULES.get(cmd_name, cmd_name)
        command: click.Command = importlib.import_module(f"render.commands.{module}").command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands that begin as what was typed, without importing any; or the options of the group."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only when a shell asks

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [CompletionItem(name, help=words) for name, words in COMMANDS.items() if name.startswith(incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with `render plan`, then `render run --offline`. Every command has its own --help.",
)
@click.version_option(__version__, prog_name="render")
def cli() -> None:
    """Render shot lists: YAML in git, paid once, carried on after a crash.

    A manifest (*.shots.yaml) says what you want; `plan` says what is missing; `run` makes it.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit status."""
    # nearly every object lives from its import to the end: looking for cycles among them, now and again at the exit,
    # finds none and would cost a short command a tenth of its time
    gc.set_threshold(50_000, 20, 20)
    status = run(arguments)
    gc.freeze()
    sys.exit(status)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; every error ends here, and none is swallowed."""
    try:
        result = cli.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except click.ClickException as error:
        _show(error)
        return EXIT_USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the one boundary: what is no error of ours is a bug of ours
        from render.commands.boundary import tell  # noqa: PLC0415 - only when something is wrong

        return tell(error)
    return result if isinstance(result, int) else 0


def _show(error: click.ClickException) -> None:
    """Print a mistake on the command line as click words it; what was typed may hold anything."""
    from render.commands.say import talk  # noqa: PLC0415 - only when something is wrong

    words = io.StringIO()
    error.show(file=words)
    talk(words.getvalue())
