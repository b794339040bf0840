"""``dashgen completion``: what makes a shell complete dashgen's commands, options and choices."""

import os
from pathlib import Path

from dashgen.cli.command import Argument, Command
from dashgen.cli.console import Output
from dashgen.errors import CommandLineError

BASH = """\
_dashgen() {
    local kind line current="${COMP_WORDS[COMP_CWORD]}"
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then kind=$line; else COMPREPLY+=("$line"); fi
    done < <(_DASHGEN_COMPLETE=bash "$1" "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    if [[ $kind == folders || $kind == files ]]; then
        compopt -o filenames 2>/dev/null
        local how=-f
        [[ $kind == folders ]] && how=-d
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen $how -- "$current")
    fi
}
complete -F _dashgen dashgen
"""
ZSH = """\
#compdef dashgen
_dashgen() {
    local -a lines
    lines=("${(@f)$(_DASHGEN_COMPLETE=zsh ${words[1]} "${(@)words[2,$CURRENT]}" 2>/dev/null)}")
    case $lines[1] in
        folders) _files -/ ;;
        files) _files ;;
        values) shift lines; (( $#lines )) && _describe -V dashgen lines ;;
    esac
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _dashgen dashgen
"""
FISH = """\
function __dashgen_complete
    set --local words (commandline --tokenize --cut-at-cursor --current-process)
    set --local current (commandline --current-token --cut-at-cursor)
    set --local --export _DASHGEN_COMPLETE fish
    set --local lines ($words[1] $words[2..] "$current" 2>/dev/null)
    switch "$lines[1]"
        case folders
            __fish_complete_directories "$current"
        case files
            __fish_complete_path "$current"
        case values
            string join \\n -- $lines[2..]
    end
end
complete --command dashgen --no-files --keep-order --arguments '(__dashgen_complete)'
"""
SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}
SHELLS = (
    ("bash", 'in ~/.bashrc: eval "$(dashgen completion bash)"'),
    ("zsh", 'in ~/.zshrc: eval "$(dashgen completion zsh)"'),
    ("fish", "once: dashgen completion fish > ~/.config/fish/completions/dashgen.fish"),
)


def _run(output: Output, *, shell: str) -> None:
    name = shell or Path(os.environ.get("SHELL", "")).name
    if name not in SCRIPTS:
        wrong = f"{name!r} is not a shell that dashgen knows" if name else "no shell is named"
        raise CommandLineError(wrong, f"name one of {', '.join(SCRIPTS)}")
    script = SCRIPTS[name]
    output.result({"shell": name, "script": script}, lambda: script.rstrip("\n"))


completion = Command(
    name="completion",
    summary="Print what makes a shell complete dashgen's words.",
    run=_run,
    arguments=(
        Argument("shell", "Your own where left out.", default="", offers=SHELLS, paths=None),
    ),
    examples=tuple((words.partition(": ")[2], words.partition(":")[0]) for _, words in SHELLS),
)
