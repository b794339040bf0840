"""``dashgen new`` on the command line."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dashgen.cli.console import Output, answer_text, styled, typed
from dashgen.cli.data import DataCommand, data_page, stated_file
from dashgen.cli.parameters import Json, Quiet, Verbose
from dashgen.cli.questions import QuestionCommand, stated
from dashgen.cli.steps import first_steps
from dashgen.errors import CommandLineError
from dashgen.project.staging import Existing

OUTCOMES = {
    Existing.KEEP: "kept",
    Existing.OVERWRITE: "overwritten",
    Existing.BESIDE: "kept, the new one beside it",
}


class Start(StrEnum):
    """The pages of a new app. The recorded answer is the list of pages."""

    DEMO = "demo"
    EMPTY = "empty"


if TYPE_CHECKING:
    from dashgen.commands.data import DataPage
    from dashgen.commands.new import NewProject


class NewCommand(DataCommand, QuestionCommand):
    """A command with options about a file of data, and then those of the questions."""


def new(
    context: typer.Context,
    dest: Annotated[
        str | None,
        typer.Argument(
            metavar="DEST",
            help="New or empty folder. '.' is the current folder. Asked for at a terminal.",
            show_default=False,
            parser=str,
        ),
    ] = None,
    defaults: Annotated[
        bool, typer.Option("-y", "--defaults", help="Take the default of every open question.")
    ] = False,
    answers: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Take answers from a YAML file, such as a project's .copier-answers.yml.",
        ),
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(
            "-d",
            "--data",
            metavar="NAME=ANSWER",
            help="Answer any question by its name, such as one of another template.",
            parser=str,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List the files with their sizes. Write nothing.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Add missing files to a folder with content. Ask about each file that differs.",
        ),
    ] = False,
    existing: Annotated[
        Existing | None,
        typer.Option(
            help="Imply --force, and answer for all files: keep those that differ, overwrite "
            "them, or save the new ones as NAME.new. Default without a terminal: keep.",
        ),
    ] = None,
    start: Annotated[
        Start | None, typer.Option(help="Begin with the demo's pages (default), or with none.")
    ] = None,
    no_git: Annotated[
        bool, typer.Option("--no-git", help="Make no git repository and no commit.")
    ] = False,
    run: Annotated[
        bool, typer.Option("--run", help="Make the environment and serve the app until Ctrl-C.")
    ] = False,
    template: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="Another template, such as a fork: a folder, a git address, gh:OWNER/NAME.",
        ),
    ] = None,
    ref: Annotated[
        str | None,
        typer.Option(metavar="REF", help="Its tag, branch or commit. Default: the newest."),
    ] = None,
    trust: Annotated[
        bool, typer.Option("--trust", help="Let it run its own commands on this machine.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write a new app and commit it to git.

    Asks at a terminal for all answers that neither the flags nor the answers file give. These
    sources are read in order: a flag, the answers file, your preferences (dashgen config), git,
    the template's default.

    \b
    Examples:
      dashgen new shop                 ask, then write shop/
      dashgen new . -y                 into this folder
      dashgen new a --storage redis    choose one thing
      dashgen new shop -y --run        and serve it at once
      dashgen new shop -y --dry-run    only list the files
      dashgen new sales --from sales.csv --run
    """
    from dashgen.commands.new import new as write
    from dashgen.commands.run import preferred_port

    output = Output(as_json, quiet)
    if run and (as_json or dry_run):
        raise _clash("--json" if as_json else "--dry-run", "--run")
    if dest is None:
        dest = _asked_destination(output)
    port = preferred_port() if run else None
    flags = _with_data(_started(stated(context), start), data or ())
    page: DataPage | None = None
    if file := stated_file(context):
        others = {"--start": start, "--pages": "pages" in flags, "--template": template}
        for option, said in others.items():
            if said:
                raise _clash("--from", option)
        from dashgen.commands.data import name_of

        entry = {"name": name_of(file)}
        ask = output.can_ask and not defaults
        page = data_page(context, output, file, Path(dest), entry, ask=ask, dry_run=dry_run)
        flags["pages"] = [dict(page.entry)]
        # A look at a file needs no further answers.
        defaults = defaults or (dry_run and not output.can_ask)
    asker = None
    force = force or existing is not None
    if output.can_ask and (not defaults or (force and not existing)):
        from dashgen.cli.prompts import Terminal

        asker = Terminal()

    def announce(project: "NewProject") -> None:
        output.result(
            {"dry_run": dry_run, **_as_data(project)}
            | ({"data": page.description.as_data()} if page else {}),
            lambda: _as_listing(project) if dry_run else _as_text(project),
        )

    try:
        project = write(
            dest,
            answers=flags,
            answers_file=answers,
            defaults=defaults,
            asker=asker,
            use_git=not no_git,
            force=force,
            existing=existing,
            dry_run=dry_run,
            template=template,
            ref=ref,
            trust=trust,
            quiet=quiet,
            files=page.files if page else None,
            announce=announce,
        )
    except KeyboardInterrupt as error:
        error.add_note("cancelled, nothing written")
        raise
    if project.warning:
        output.warn(project.warning)
    if run:
        _serve(output, project.path, port)


def _serve(output: Output, project: Path, port: int | None) -> None:
    from dashgen.commands.run import run

    output.step()
    try:
        run(project, output.step, port)
    except KeyboardInterrupt as error:
        error.add_note("stopped before the app was started, but the project is written")
        raise


def _clash(one: str, other: str) -> CommandLineError:
    return CommandLineError(f"{one} and {other} exclude each other", "leave one of them out")


def _asked_destination(output: Output) -> str:
    if not output.can_ask:
        raise CommandLineError("missing argument 'DEST'", "see 'dashgen new --help'")
    from dashgen.cli.prompts import ask_destination

    return ask_destination()


def _started(flags: dict[str, Any], start: Start | None) -> dict[str, Any]:
    """Add the pages of ``--start``. Pages can be stated only once."""
    if start and "pages" in flags:
        raise _clash("--start", "--pages")
    return {**flags, "pages": []} if start is Start.EMPTY else flags


def _with_data(flags: dict[str, Any], data: Sequence[str]) -> dict[str, Any]:
    """Return the answers of the flags, and those that ``--data`` gives by name."""
    for pair in data:
        name, equals, value = pair.partition("=")
        if not equals:
            raise CommandLineError(f"--data {pair!r} has no answer", "write --data NAME=ANSWER")
        flags.setdefault(name, value)
    return flags


def _as_data(project: "NewProject") -> dict[str, Any]:
    return {
        "path": str(project.path),
        "files": project.files,
        "sizes": project.sizes,
        "written": project.written,
        "existing": {path: decision.value for path, decision in project.existing.items()},
        "answers": project.answers,
        "commit": project.commit,
        "uncommitted": project.uncommitted,
        "ignored": project.left_out,
        "tasks_left_out": project.untried,
    }


def _as_listing(project: "NewProject") -> str:
    """Say what would be written."""
    total = sum(project.sizes[path] for path in project.written)
    lines = []
    for path, size in project.sizes.items():
        remark = ""
        if path in project.existing:
            remark = f"  (there already: {OUTCOMES[project.existing[path]]})"
        elif path not in project.written:
            remark = "  (there already, the same)"
        lines.append(f"{size:>9,}  {path}{remark}")
    count = len(project.written)
    return "\n".join(
        [
            f"Would write {project.path} ({count} files, {total:,} bytes)\n",
            *lines,
            *["\nThe template's tasks were not run. They may write more."] * project.untried,
            "\nNothing was written.",
        ]
    )


def _as_text(project: "NewProject") -> str:
    """Return the place of the project, its choices and the next steps."""
    from dashgen.template.answers import HIDDEN

    answers = project.answers | dict.fromkeys(project.secrets, HIDDEN)
    width = max(map(len, answers), default=0)
    commit = f", commit {project.commit[:7]}" if project.commit else ""
    lines = [
        f"{styled('Wrote', 'good')} {project.path} ({len(project.written)} files{commit})\n",
        *(
            f"  {styled(f'{name:<{width}}', 'term')}  {answer_text(value)}".rstrip()
            for name, value in answers.items()
        ),
    ]
    if project.existing:
        lines += ["\nThere already:\n"]
        lines += [f"  {path}: {OUTCOMES[kind]}" for path, kind in project.existing.items()]
    if project.uncommitted:
        lines += [f"\nNot committed: {project.uncommitted}."]
    if project.left_out:
        lines += ["\nIgnored by git, so not in the commit:\n"]
        lines += [f"  {path}" for path in project.left_out]
    folder = _near(project.path)
    steps = [("", f"cd {folder}")] if folder != "." else []
    steps += first_steps(project) if project.own else []
    if steps:
        lines += ["\nNext:\n"]
    for why, command in steps:
        lines += [f"  {styled(f'# {why}', 'faint')}"] * bool(why)
        lines += [f"  {styled(command, 'bold')}"] * bool(command)
    lines += [f"\n{project.message}"] * bool(project.message)
    return "\n".join(lines)


def _near(path: Path) -> str:
    """Return the path as one would type it from here, quoted where a shell needs it."""
    here = Path.cwd()
    return typed(str(path.relative_to(here) if path.is_relative_to(here) else path))
