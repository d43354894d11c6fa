"""`render completion`: print what a shell sources to complete the command line."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ZshComplete

from render.commands.say import data


class _Bash(BashComplete):
    """Completion for bash, which cuts words at `=`, `:` and `@`: they are put together again, and what is there is cut.

    What follows a name with `=` is part of the same word, so no blank is set behind one.
    """

    source_template = """\
%(complete_func)s() {
    local IFS=$'\\n' piece current kept kind value glue= words=()
    for piece in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        if [[ ( -n $glue || $piece == [=:@]* ) && ${#words[@]} -gt 1 ]]; then
            words[${#words[@]}-1]+=$piece
        else
            words+=("$piece")
        fi
        [[ $piece == *[=:@] ]] && glue=1 || glue=
    done
    current=${words[${#words[@]}-1]}
    [[ $current == --*=* ]] && kept=${current#*=} || kept=$current
    kept=${kept%%"${kept##*[=:@]}"}
    COMPREPLY=()
    while IFS=, read -r kind value; do
        case $kind in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain)
                COMPREPLY+=("${value#"$kept"}")
                if [[ $value == *= ]]; then compopt -o nospace; fi
                ;;
        esac
    done < <(COMP_WORDS="${words[*]}" COMP_CWORD=$((${#words[@]} - 1)) %(complete_var)s=bash_complete "$1" 2>/dev/null)
}
complete -o nosort -F %(complete_func)s %(prog_name)s 2>/dev/null || complete -F %(complete_func)s %(prog_name)s
"""

    @staticmethod
    def _check_version() -> None:
        """Ask nothing: the script does without what an old bash lacks."""


#: `\\b` keeps click from wrapping the paragraph
HOW_TO_USE = """\b
To use it:
  bash  eval "$(render completion bash)"     in ~/.bashrc
  zsh   eval "$(render completion zsh)"      in ~/.zshrc, after compinit
  fish  render completion fish | source      in ~/.config/fish/config.fish
"""

_SHELLS = {"bash": _Bash, "zsh": ZshComplete, "fish": FishComplete}


@click.command(epilog=HOW_TO_USE)
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def command(ctx: click.Context, *, shell: str) -> int:
    """Print a script that lets SHELL complete commands, options, and names out of the manifest at hand.

    What is offered is read from the manifest that is named before the cursor, else from those here or in manifests/.
    """
    data(_SHELLS[shell](ctx.find_root().command, {}, "render", "_RENDER_COMPLETE").source())
    return 0
