"""``dashgen update`` on the command line."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dashgen.cli.console import Output, shown, styled, typed
from dashgen.cli.parameters import Diff, DryRun, Json, Project, Quiet, Template, Try, Verbose, Yes
from dashgen.cli.questions import stated
from dashgen.errors import CommandLineError, ExitCode
from dashgen.system import in_turn
from dashgen.update.content import Style

if TYPE_CHECKING:
    from dashgen.commands.update import Update
    from dashgen.project.journal import Restored
    from dashgen.update.changes import Use
    from dashgen.update.plan import AnswerChange

STYLES = {
    "new": "good",
    "changed": "good",
    "merged": "good",
    "conflict": "bad",
    "removed": "warning",
    "kept": "warning",
    "deleted": "faint",
}


def update(
    context: typer.Context,
    path: Project = Path(),
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="VERSION", help="Move to this template version. It may be older."
        ),
    ] = None,
    dry_run: DryRun = False,
    diff: Diff = False,
    yes: Yes = False,
    conflict: Annotated[
        Style | None,
        typer.Option(
            help="inline: both versions in the file, between markers (default). rej: your version "
            "in the file, the template's changes in FILE.rej."
        ),
    ] = None,
    abort: Annotated[
        bool, typer.Option("--abort", help="Put everything back as it was before the last update.")
    ] = False,
    try_: Try = True,
    template: Template = None,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> ExitCode | None:
    """Move a project to a newer template or other choices.

    Your edits are kept. The project has to be committed to git. Nothing is committed for you.
    Without a terminal it writes only with --yes.

    \b
    Examples:
      dashgen update                   to a newer template
      dashgen update --storage redis   and another choice
      dashgen update --dry-run --diff  only show what changes
    """
    from dashgen.commands.update import update as write

    output = Output(as_json, quiet)
    answers = stated(context)
    if abort:
        if to or dry_run or diff or conflict or template or answers:
            raise CommandLineError("--abort goes with no other option", "leave the others out")
        _abort(output, path)
        return None

    move = partial(
        write,
        path,
        to=to,
        answers=answers,
        style=conflict or Style.INLINE,
        template=template,
        trying=try_,
    )
    return carried_out(output, move, dry_run=dry_run, diff=diff, yes=yes)


def carried_out(
    output: Output,
    move: "Callable[..., Update]",
    *,
    dry_run: bool,
    diff: bool,
    yes: bool,
    more: Mapping[str, Any] | None = None,
) -> ExitCode | None:
    """Show an update, write it if the user agrees, and report it.

    Args:
        output: The output of the command.
        move: The command. It gets the function that decides.
        dry_run: Write nothing.
        diff: Show the changes line by line, too.
        yes: Write without asking.
        more: Further data for a program.

    Returns:
        The exit code if it is not 0.
    """

    def confirm(update: "Update") -> bool:
        output.step(preview(update))
        if diff:
            output.step(update.diff)
        if dry_run or yes or not update.changes:
            return not dry_run
        if not output.can_ask:
            raise CommandLineError(
                "no terminal to ask whether to apply this",
                "pass --yes to apply it, or --dry-run to only see it",
            )
        from dashgen.cli.prompts import confirm

        return confirm("Apply this?")

    done = move(confirm=confirm)
    if done.warning:
        output.warn(done.warning)
    data = as_data(done) | ({"diff": done.diff} if diff else {}) | dict(more or {})
    output.result(data, lambda: summary(done, dry_run))
    if done.written and done.trial.result == "broken":
        return ExitCode.BROKEN
    return ExitCode.CONFLICTS if done.conflicts and done.written else None


def preview(update: "Update") -> str:
    """Return the planned changes, file by file."""
    if not update.changes:
        return ""
    from dashgen.commands.pages import renaming

    same = update.old == update.new
    version = update.new if same else f"{update.old} → {update.new}"
    lines = [f"{update.project}: template {version}"]
    lines += [f"  {_answer(change)}" for change in update.answers]
    lines += [f"  you renamed {old} to {new}" for old, new in update.moves.items()]
    lines += [f"  {renaming(page, folder)}" for page, folder in update.renamed_pages.items()]
    lines += [f"  {path} {advice}" for path, advice in update.leftovers]
    lines.append("")
    for change in update.changes:
        word = styled(f"{change.outcome:<8}", STYLES[change.outcome])
        lines.append(f"  {word}  {change.path}{f' ({change.note})' if change.note else ''}")
    return "\n".join([*lines, ""])


def _answer(change: "AnswerChange") -> str:
    if change.old is None:
        return f"{change.question}: {shown(change.new)} (a new question)"
    if change.new is None:
        return f"{change.question}: no longer asked, was {shown(change.old)}"
    return f"{change.question}: {shown(change.old)} → {shown(change.new)}"


def summary(update: "Update", dry_run: bool) -> str:
    """Return the changes of an update, and the next steps."""
    if not update.changes:
        return f"Nothing to do: the project has template {update.new} and these choices"
    counts = Counter(change.outcome for change in update.changes)
    total = ", ".join(
        f"{count} {name}{'s' if name == 'conflict' and count > 1 else ''}"
        for name, count in counts.items()
    )
    if not update.written:
        return f"{'Would be' if dry_run else 'Cancelled. Would have been'}: {total}"
    lines = [f"Updated: {total}. Nothing is committed."]
    for name, paths in update.kept_pages.items():
        lines.append(f"\nThe page {name} was edited. It stays, and is yours from now on.")
        lines.append(f"To delete it: git rm -r {' '.join(map(typed, paths))}")
    for answer in update.answers:
        if answer.data:
            lines.append(f"\nYour data in {shown(answer.old)}: {answer.data}.")
    if update.conflicts:
        lines.append("\nConflicts, for you to resolve:\n")
        lines += [f"  {change.path} ({change.note})" for change in update.conflicts]
    if update.uses:
        lines.append("\nThese lines of yours use names that have changed:\n")
        lines += [f"  {use.path}:{use.line}: {_renamed(use)}" for use in update.uses]
    if words := _trial(update):
        lines.append(f"\n{words}")
    lines += ["\nNext:\n", *(f"  {step}" for step in _next(update))]
    lines.append("\ndashgen update --abort puts everything back as it was.")
    return "\n".join(lines)


def _renamed(use: "Use") -> str:
    return f"{use.was} is {use.now}" if use.now else f"{use.was} is no longer there"


def _trial(update: "Update") -> str:
    result, reason = update.trial.result.value, update.trial.reason
    if result == "broken":
        return styled(f"The app does not start any more: {reason}", "bad")
    if result == "faulty":
        return f"The app does not start, as before the update: {reason}"
    if result == "starts":
        return "The app starts and shows its first page."
    return f"The app was not tried: {reason}" if reason else ""


def _next(update: "Update") -> list[str]:
    last = [in_turn("uv sync && uv run pytest"), in_turn("git add --all && git commit")]
    if not update.conflicts:
        return ["git diff", *last]
    inline = [change.path for change in update.conflicts if change.stages]
    apart = [change for change in update.conflicts if not change.stages]
    aside = [p for c in apart for p, file in c.writes.items() if file and p != c.path]
    first = []
    if inline:
        first += [f"resolve {', '.join(inline)} in an editor, or with git mergetool"]
        first += [f"git add {' '.join(map(typed, inline))}"]
    if aside:
        first.append(f"copy the changes that you want from {', '.join(aside)}, then delete that")
    return [*first, *last]


def as_data(update: "Update") -> dict[str, Any]:
    """Return an update as a program reads it."""
    return {
        "path": str(update.project),
        "from": update.old,
        "to": update.new,
        "written": update.written,
        "answers": [
            {"question": c.question, "from": c.old, "to": c.new, "data": c.data}
            for c in update.answers
        ],
        "files": [{"path": c.path, "outcome": c.outcome, "note": c.note} for c in update.changes],
        "conflicts": [change.path for change in update.conflicts],
        "app": {"result": update.trial.result, "reason": update.trial.reason},
        "uses": [use._asdict() for use in update.uses],
        "moves": dict(update.moves),
        "renamed_pages": dict(update.renamed_pages),
        "kept_pages": {name: list(paths) for name, paths in update.kept_pages.items()},
        "leftovers": [left.path for left in update.leftovers],
    }


def _abort(output: Output, path: Path) -> None:
    from dashgen.commands.update import abort

    restored = abort(path)
    edits = {name: str(copy) for name, copy in restored.edits.items()}
    output.result({"restored": restored.files, "edits": edits}, lambda: _restored(restored))


def _restored(restored: "Restored") -> str:
    lines = [f"Put back {len(restored.files)} files as they were before the update"]
    if restored.edits:
        lines.append("\nYour later edits are kept:\n")
        lines += [f"  {path}: {copy}" for path, copy in restored.edits.items()]
    return "\n".join(lines)
