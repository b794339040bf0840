"""Writes the pages of the reference from the code, each time that the site is built."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer
import yaml
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from dashgen.cli.app import app
from dashgen.commands.options import options
from dashgen.errors import ExitCode

ROOT = Path(__file__).parents[1]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages to those that are written by hand."""
    for name, page in PAGES.items():
        text = "\n".join(page())
        files.append(File.generated(config, f"reference/{name}.md", content=text + "\n"))
    return files


def commands() -> Iterator[str]:
    """Return the help of each command, as a terminal shows it."""
    yield "# Commands and options"
    for name, command in _commands("dashgen", typer.main.get_command(app)):
        context = command.make_context(name, [], resilient_parsing=True)
        yield f"\n## {name}\n\n```text\n{command.get_help(context).strip()}\n```"


def _commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield name, command
    for word, child in getattr(command, "commands", {}).items():
        if not child.hidden:
            yield from _commands(f"{name} {word}", child)


def choices() -> Iterator[str]:
    """Return a section for each question of the template."""
    yield "# Questions and choices"
    for question in options():
        yield f"\n## {question.name}\n\n{question.help} Default: `{_shown(question.default)}`."
        if question.choices:
            yield "\n| Choice | Meaning | Packages |\n|---|---|---|"
        for choice in question.choices:
            packages = ", ".join(f"`{package}`" for package in choice.packages)
            yield f"| `{choice.value}` | {choice.meaning} | {packages} |"


def settings() -> Iterator[str]:
    """Return a table for the settings of every app, and one for each choice that has more."""
    yield "# Settings of an app"
    yield "\nEach is a variable in the environment or in `.env`."
    for title, found in _settings():
        yield f"\n## {title}\n\n| Variable | Default | Meaning |\n|---|---|---|"
        for setting in found:
            variable = setting.get("variable", f"APP_{setting['name'].upper()}")
            yield f"| `{variable}` | `{_shown(setting['default'])}` | {setting['help']}. |"


def _settings() -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    yield "Every app", _question("settings", "app_settings")
    for question in ("storage", "background"):
        for choice, facts in _question(question, f"{question}_registry").items():
            if facts["settings"]:
                yield f"{question}: {choice}", facts["settings"]


def _question(file: str, name: str) -> Any:
    text = (ROOT / f"template/questions/{file}.yml").read_text("utf-8")
    return yaml.safe_load(text)[name]["default"]


def exit_codes() -> Iterator[str]:
    """Return the table of the exit codes."""
    yield "# Exit codes\n\n| Code | Meaning |\n|---|---|"
    for code in ExitCode:
        yield f"| {int(code)} | {code.meaning} |"


def rules() -> Iterator[str]:
    """Return the table of the rules of `dashgen check`."""
    yield "# Rules of check\n\n| Rule | It finds |\n|---|---|"
    for file in sorted((ROOT / "docs/rules").glob("DG*.md")):
        title, what = re.findall(r"\A# (.+)\n\n(.+)\n", file.read_text("utf-8"))[0]
        yield f"| [{title}](../rules/{file.name}) | {what} |"


def _shown(value: object) -> str:
    return " " if value in (None, "") else str(value)


PAGES: Mapping[str, Callable[[], Iterator[str]]] = {
    "commands": commands,
    "choices": choices,
    "settings": settings,
    "exit-codes": exit_codes,
    "rules": rules,
}
