"""``dashgen new`` on the command line."""

import shlex
from pathlib import Path
from typing import Any

from dashgen.cli.command import Argument, Command, Option
from dashgen.cli.console import Output
from dashgen.cli.questions import question_options
from dashgen.errors import CommandLineError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dashgen.commands.new import NewProject


def _run(
    output: Output,
    *,
    dest: str,
    defaults: bool,
    answers: str | None,
    no_git: bool,
    run: bool,
    **stated: Any,
) -> None:
    # Imported here, so that --help stays fast.
    from dashgen.commands.new import new as write

    if run and output.as_json:
        raise CommandLineError("--json and --run exclude each other", "leave one of them out")
    try:
        project = write(
            dest,
            answers={name: value for name, value in stated.items() if value is not None},
            answers_file=None if answers is None else Path(answers),
            defaults=defaults,
            ask=_ask() if output.can_ask and not defaults else None,
            use_git=not no_git,
        )
    except KeyboardInterrupt as error:
        error.add_note("cancelled, nothing written")
        raise
    if project.warning:
        output.warn(project.warning)
    output.result(_as_data(project), lambda: _as_text(project))
    if run:
        from dashgen.commands.run import run as serve

        output.step()
        try:
            serve(project.path, output.step)
        except KeyboardInterrupt as error:
            error.add_note("stopped before the app was started; the project is written")
            raise


def _ask() -> Any:
    from dashgen.cli.prompts import ask

    return ask


def _as_data(project: "NewProject") -> dict[str, Any]:
    return {
        "path": str(project.path),
        "files": project.files,
        "answers": project.answers,
        "commit": project.commit,
    }


def _as_text(project: "NewProject") -> str:
    """Say where the project is, what was chosen and what to do next."""
    width = max(map(len, project.answers))
    folder = _near(project.path)
    commit = f", commit {project.commit[:7]}" if project.commit else ""
    steps = (f"cd {folder}" if folder != "." else "", "uv run python app.py", "uv run pytest")
    lines = [
        f"Wrote {project.path} ({len(project.files)} files{commit})\n",
        *(f"  {name:<{width}}  {value}".rstrip() for name, value in project.answers.items()),
        "\nNext:\n",
        *(f"  {step}" for step in steps if step),
    ]
    return "\n".join(lines)


def _near(path: Path) -> str:
    """Return the path as one would type it from here, quoted where a shell needs it."""
    try:
        return shlex.quote(str(path.relative_to(Path.cwd())))
    except ValueError:
        return shlex.quote(str(path))


new = Command(
    name="new",
    summary="Write a new app to DEST and commit it to git.",
    run=_run,
    arguments=(Argument("dest", "A folder that is new or empty."),),
    options=(
        Option(("-y", "--defaults"), "Take the default of every open question.", group="Answers"),
        Option(
            ("--answers",),
            "Take answers from a YAML file, such as a project's .copier-answers.yml.",
            "FILE",
            "Answers",
            paths="files",
        ),
        *question_options(),
        Option(("--no-git",), "Make no git repository and no commit.", group="Project"),
        Option(("--run",), "Make the environment and serve the app until Ctrl-C.", group="Project"),
    ),
    details="Asks at a terminal for what neither the flags nor the answers file state.",
    examples=(
        ("dashgen new shop", "ask, then write shop/"),
        ("dashgen new shop -y --storage redis", "ask nothing, choose one thing"),
        ("dashgen new shop -y --run", "and serve it at once"),
    ),
)
