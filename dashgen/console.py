"""What the command line prints."""

import json
import os
import shlex
import sys
from pathlib import Path

from dashgen.commands.new import NewProject
from dashgen.errors import DashgenError


def say(line: str) -> None:
    """Print one line at once, also where the output is a pipe."""
    print(line, flush=True)


def print_project(project: NewProject) -> None:
    """Print where the project is, what was chosen and what to do next."""
    width = max(map(len, project.answers))
    folder = _near(project.path)
    commit = f", commit {project.commit[:7]}" if project.commit else ""
    say(f"Wrote {project.path} ({len(project.files)} files{commit})\n")
    for name, value in project.answers.items():
        say(f"  {name:<{width}}  {value}".rstrip())
    say("\nNext:\n")
    for step in (f"cd {folder}" if folder != "." else "", "uv run python app.py", "uv run pytest"):
        if step:
            say(f"  {step}")


def print_project_as_json(project: NewProject) -> None:
    """Print the project as one JSON object."""
    content = {
        "path": str(project.path),
        "files": project.files,
        "answers": project.answers,
        "commit": project.commit,
    }
    say(json.dumps(content, ensure_ascii=False))


def print_error(error: DashgenError) -> None:
    """Print an error as one line."""
    colored = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    label = "\033[31merror:\033[0m" if colored else "error:"
    print(f"{label} {error}", file=sys.stderr, flush=True)


def print_error_as_json(error: DashgenError) -> None:
    """Print an error as one JSON object."""
    content = {
        "type": type(error).__name__,
        "message": error.message,
        "hint": error.hint,
        "exit_code": error.exit_code,
    }
    say(json.dumps({"error": content}, ensure_ascii=False))


def _near(path: Path) -> str:
    """Return the path as one would type it from here, quoted where a shell needs it."""
    try:
        return shlex.quote(str(path.relative_to(Path.cwd())))
    except ValueError:
        return shlex.quote(str(path))
