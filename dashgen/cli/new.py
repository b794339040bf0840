"""``dashgen new`` on the command line."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dashgen.cli.command import command, offering
from dashgen.cli.console import Output, answer_text, styled
from dashgen.cli.questions import question_options
from dashgen.errors import CommandLineError

OUTCOMES = {"keep": "kept", "overwrite": "overwritten", "beside": "kept, the new one beside it"}

if TYPE_CHECKING:
    from dashgen.commands.new import NewProject


@command(
    examples=(
        ("dashgen new shop", "ask, then write shop/"),
        ("dashgen new . -y", "into this folder, with all defaults"),
        ("dashgen new shop -y --storage redis", "ask nothing, choose one thing"),
        ("dashgen new shop -y --run", "and serve it at once"),
        ("dashgen new shop -y --dry-run", "only list the files"),
    ),
    answers=question_options(),
)
def new(
    output: Output,
    dest: Annotated[
        str,
        typer.Argument(
            metavar="DEST",
            help="A folder that is new, empty or just git-initialised; . is this one.",
        ),
    ],
    defaults: Annotated[
        bool,
        typer.Option(
            "-y",
            "--defaults",
            help="Take the default of every open question.",
            rich_help_panel="Answers",
        ),
    ] = False,
    answers: Annotated[
        str | None,
        typer.Option(
            "--answers",
            metavar="FILE",
            help="Take answers from a YAML file, such as a project's .copier-answers.yml.",
            rich_help_panel="Answers",
        ),
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(
            "-d",
            "--data",
            metavar="NAME=ANSWER",
            help="Answer any question by its name, such as one of another template.",
            rich_help_panel="Answers",
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="List the files with their sizes; write nothing.",
            rich_help_panel="Project",
        ),
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Add what is missing to a folder with content; ask about each file that differs.",
            rich_help_panel="Project",
        ),
    ] = False,
    existing: Annotated[
        str | None,
        typer.Option(
            "--existing",
            metavar="CHOICE",
            help="With --force: what becomes of files that differ, instead of asking.",
            rich_help_panel="Project",
            autocompletion=offering(
                ("keep", "they stay as they are; the default without a terminal"),
                ("overwrite", "they are replaced"),
                ("beside", "they stay, and the new ones are saved as NAME.new"),
            ),
        ),
    ] = None,
    no_git: Annotated[
        bool,
        typer.Option(
            "--no-git", help="Make no git repository and no commit.", rich_help_panel="Project"
        ),
    ] = False,
    run: Annotated[
        bool,
        typer.Option(
            "--run",
            help="Make the environment and serve the app until Ctrl-C.",
            rich_help_panel="Project",
        ),
    ] = False,
    template: Annotated[
        str | None,
        typer.Option(
            "--template",
            metavar="SOURCE",
            help="Another template, such as a fork: a folder, a git address, gh:OWNER/NAME.",
            rich_help_panel="Template",
        ),
    ] = None,
    ref: Annotated[
        str | None,
        typer.Option(
            "--ref",
            metavar="REF",
            help="Its tag, branch or commit; else the newest.",
            rich_help_panel="Template",
        ),
    ] = None,
    trust: Annotated[
        bool,
        typer.Option(
            "--trust",
            help="Let it run its own commands on this machine.",
            rich_help_panel="Template",
        ),
    ] = False,
    **stated: Any,
) -> None:
    """Write a new app to DEST and commit it to git.

    Asks at a terminal for what neither the flags nor the answers file state. An answer is taken
    from a flag, the answers file, your preferences (dashgen config), git, or the template's
    default, in this order.
    """
    # Imported here, so that --help stays fast.
    from dashgen.commands.new import new as write

    if run and (output.as_json or dry_run):
        other = "--json" if output.as_json else "--dry-run"
        raise CommandLineError(f"{other} and --run exclude each other", "leave one of them out")
    asker = None
    force = force or existing is not None
    if output.can_ask and (not defaults or (force and not existing)):
        from dashgen.cli.prompts import Terminal

        asker = Terminal()
    try:
        project = write(
            dest,
            answers=_stated(stated, data or ()),
            answers_file=None if answers is None else Path(answers),
            defaults=defaults,
            asker=asker,
            use_git=not no_git,
            force=force,
            existing=_existing(existing),
            dry_run=dry_run,
            template=template,
            ref=ref,
            trust=trust,
        )
    except KeyboardInterrupt as error:
        error.add_note("cancelled, nothing written")
        raise
    if project.warning:
        output.warn(project.warning)
    output.result(
        {"dry_run": dry_run, **_as_data(project)},
        lambda: _as_listing(project) if dry_run else _as_text(project),
    )
    if run:
        from dashgen.commands.run import run as serve

        output.step()
        try:
            serve(project.path, output.step)
        except KeyboardInterrupt as error:
            error.add_note("stopped before the app was started; the project is written")
            raise


def _stated(flags: Mapping[str, Any], data: Sequence[str]) -> dict[str, Any]:
    """Return the answers of the flags, and those that ``--data`` gives by name."""
    stated = {name: value for name, value in flags.items() if value is not None}
    for pair in data:
        name, equals, value = pair.partition("=")
        if not equals:
            raise CommandLineError(f"--data {pair!r} has no answer", "write --data NAME=ANSWER")
        stated.setdefault(name, value)
    return stated


def _existing(stated: str | None) -> Any:
    from dashgen.project.staging import Existing

    if stated is None:
        return None
    values = [choice.value for choice in Existing]
    if stated not in values:
        raise CommandLineError(
            f"--existing {stated!r}: is not a choice; choose from {', '.join(values)}"
        )
    return Existing(stated)


def _as_data(project: "NewProject") -> dict[str, Any]:
    return {
        "path": str(project.path),
        "files": project.files,
        "sizes": project.sizes,
        "written": project.written,
        "existing": {path: decision.value for path, decision in project.existing.items()},
        "answers": project.answers,
        "commit": project.commit,
    }


def _as_listing(project: "NewProject") -> str:
    """Say what would be written."""
    total = sum(project.sizes[path] for path in project.written)
    lines = []
    for path, size in project.sizes.items():
        remark = ""
        if path in project.existing:
            remark = f"  (there already: {OUTCOMES[project.existing[path].value]})"
        elif path not in project.written:
            remark = "  (there already, the same)"
        lines.append(f"{size:>9,}  {path}{remark}")
    count = len(project.written)
    return "\n".join(
        [
            f"Would write {project.path} ({count} files, {total:,} bytes)\n",
            *lines,
            "\nNothing was written.",
        ]
    )


def _as_text(project: "NewProject") -> str:
    """Say where the project is, what was chosen and what to do next."""
    width = max(map(len, project.answers), default=0)
    folder = _near(project.path)
    commit = f", commit {project.commit[:7]}" if project.commit else ""
    steps = (f"cd {folder}" if folder != "." else "", "uv run python app.py", "uv run pytest")
    lines = [
        f"{styled('Wrote', 'good')} {project.path} ({len(project.written)} files{commit})\n",
        *(
            f"  {styled(f'{name:<{width}}', 'term')}  {answer_text(value)}".rstrip()
            for name, value in project.answers.items()
        ),
    ]
    if project.existing:
        lines += ["\nThere already:\n"]
        lines += [f"  {path}: {OUTCOMES[kind.value]}" for path, kind in project.existing.items()]
    if project.uncommitted:
        lines += [f"\nNot committed: {project.uncommitted}."]
    lines += ["\nNext:\n", *(f"  {styled(step, 'bold')}" for step in steps if step)]
    return "\n".join(lines)


def _near(path: Path) -> str:
    """Return the path as one would type it from here, quoted where a shell needs it."""
    try:
        return shlex.quote(str(path.relative_to(Path.cwd())))
    except ValueError:
        return shlex.quote(str(path))
