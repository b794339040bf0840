"""``dashgen update``, ``dashgen status`` and ``dashgen diff`` on the command line."""

import sys
from pathlib import Path
from typing import Any

from dashgen.cli.command import Argument, Command, Option
from dashgen.cli.console import Output, has_colour, styled
from dashgen.cli.questions import question_options
from dashgen.errors import CommandLineError, ExitCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dashgen.commands.status import Status
    from dashgen.commands.update import AnswerChange, Update
    from dashgen.update.journal import Restored

STYLES = {
    "new": "good",
    "changed": "good",
    "merged": "good",
    "conflict": "bad",
    "removed": "warning",
    "kept": "warning",
    "deleted": "faint",
}
CONFLICT_STYLES = (
    ("inline", "both versions in the file, between markers (default)"),
    ("rej", "your version in the file, the template's changes in FILE.rej"),
)
PROJECT = Argument("path", "The project's folder; this one where left out.", default=".")
TEMPLATE = Option(
    ("--template",),
    "Take the template's versions from a bundle or a git repository.",
    "SRC",
    "Template",
)


# update


def _update(
    output: Output,
    *,
    path: str,
    to: str | None,
    dry_run: bool,
    yes: bool,
    conflict: str | None,
    abort: bool,
    template: str | None,
    **stated: Any,
) -> ExitCode | None:
    # Imported here, so that --help stays fast.
    from dashgen.commands.update import update as move
    from dashgen.update.content import Style

    answers = {name: value for name, value in stated.items() if value is not None}
    if abort:
        if to or dry_run or conflict or template or answers:
            raise CommandLineError("--abort goes with no other option", "leave the others out")
        _abort(output, path)
        return None
    if conflict not in {None, *Style}:
        raise CommandLineError(
            f"--conflict {conflict!r} is not a choice", f"choose from {', '.join(Style)}"
        )

    def confirm(update: "Update") -> bool:
        output.step(_preview(update))
        return not dry_run and (yes or not output.can_ask or _agreed())

    done = move(
        Path(path),
        to=to,
        answers=answers,
        style=Style(conflict or Style.INLINE),
        template=template,
        confirm=confirm,
    )
    if done.warning:
        output.warn(done.warning)
    output.result(_update_as_data(done), lambda: _summary(done, dry_run))
    return ExitCode.CONFLICTS if done.conflicts and done.written else None


def _agreed() -> bool:
    import questionary

    return bool(questionary.confirm("Apply this?", default=True).unsafe_ask())


def _preview(update: "Update") -> str:
    if not update.changes:
        return ""
    lines = [f"{update.project}: template {_from_to(update.old, update.new)}"]
    lines += [f"  {_answer(change)}" for change in update.answers]
    lines.append("")
    for change in update.changes:
        word = styled(f"{change.outcome:<8}", STYLES[change.outcome])
        lines.append(f"  {word}  {change.path}{f' ({change.note})' if change.note else ''}")
    return "\n".join([*lines, ""])


def _from_to(old: str, new: str) -> str:
    return new if old == new else f"{old} → {new}"


def _answer(change: "AnswerChange") -> str:
    if change.old is None:
        return f"{change.question}: {_shown(change.new)} (a new question)"
    if change.new is None:
        return f"{change.question}: no longer asked, was {_shown(change.old)}"
    return f"{change.question}: {_shown(change.old)} → {_shown(change.new)}"


def _shown(answer: Any) -> str:
    return {True: "yes", False: "no", "": "empty"}.get(answer, str(answer))


def _summary(update: "Update", dry_run: bool) -> str:
    if not update.changes:
        return f"Nothing to do: the project has template {update.new} and these choices"
    counts: dict[str, int] = {}
    for change in update.changes:
        counts[change.outcome] = counts.get(change.outcome, 0) + 1
    total = ", ".join(
        f"{count} {name}{'s' if name == 'conflict' and count > 1 else ''}"
        for name, count in counts.items()
    )
    if not update.written:
        return f"{'Would be' if dry_run else 'Cancelled; would have been'}: {total}"
    lines = [f"Updated: {total}. Nothing is committed."]
    for answer in update.answers:
        if answer.data:
            lines.append(f"\nYour data, so far in {_shown(answer.old)}: {answer.data}.")
    if update.conflicts:
        lines.append("\nConflicts, for you to resolve:\n")
        lines += [f"  {change.path} ({change.note})" for change in update.conflicts]
    steps = ("git diff", "uv sync && uv run pytest", "git add --all && git commit")
    lines += ["\nNext:\n", *(f"  {step}" for step in steps)]
    lines.append("\ndashgen update --abort puts everything back as it was.")
    return "\n".join(lines)


def _update_as_data(update: "Update") -> dict[str, Any]:
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
    }


def _abort(output: Output, path: str) -> None:
    from dashgen.commands.update import abort

    restored = abort(Path(path))
    edits = {name: str(copy) for name, copy in restored.edits.items()}
    output.result({"restored": restored.files, "edits": edits}, lambda: _restored(restored))


def _restored(restored: "Restored") -> str:
    lines = [f"Put back {len(restored.files)} files as they were before the update"]
    if restored.edits:
        lines.append("\nWhat you edited since then is kept:\n")
        lines += [f"  {path}: {copy}" for path, copy in restored.edits.items()]
    return "\n".join(lines)


update = Command(
    name="update",
    summary="Move a project to this dashgen's template, or to other choices; keeps your edits.",
    run=_update,
    arguments=(PROJECT,),
    options=(
        Option(("--to",), "Move to this template version; also back to an older one.", "VERSION"),
        Option(("-n", "--dry-run"), "Show what would be done and write nothing."),
        Option(("-y", "--yes"), "Do not ask before writing."),
        Option(("--conflict",), "How conflicts are left.", "STYLE", offers=CONFLICT_STYLES),
        Option(("--abort",), "Put everything back as it was before the last update."),
        *question_options(),
        TEMPLATE,
    ),
    details=(
        "The project has to be committed to git. Nothing is committed for you. Without a terminal "
        "it does not ask."
    ),
    examples=(
        ("dashgen update", "to this dashgen's template"),
        ("dashgen update --storage redis", "and to another choice"),
        ("dashgen update --dry-run", "only show what it would do"),
    ),
)


# status


def _status(output: Output, *, path: str, check: bool, template: str | None) -> ExitCode | None:
    from dashgen.commands.status import status as ask

    found = ask(Path(path), template=template)
    output.result(_status_as_data(found), lambda: _status_as_text(found))
    if not check:
        return None
    if found.outdated or found.unfinished:
        return ExitCode.OUTDATED
    return ExitCode.DIFFERS if found.modified or found.deleted else None


def _status_as_data(status: "Status") -> dict[str, Any]:
    return {
        "path": str(status.project),
        "version": status.version,
        "newest": status.newest,
        "outdated": status.outdated,
        "unfinished": status.unfinished,
        "answers": dict(status.answers),
        "modified": status.modified,
        "deleted": status.deleted,
    }


def _status_as_text(status: "Status") -> str:
    width = max(map(len, status.answers))
    news = f"; {status.newest} is there: dashgen update" if status.outdated else ", the newest here"
    lines = [f"{status.project}: template {status.version}{news}", ""]
    lines += [f"  {name:<{width}}  {_shown(value)}" for name, value in status.answers.items()]
    if status.unfinished:
        lines += ["", "An update was cut off: dashgen update --abort puts everything back."]
    if not status.modified and not status.deleted:
        return "\n".join([*lines, "", "No file differs from the template."])
    lines += ["", "These differ from the template:", ""]
    lines += [f"  modified  {path}" for path in status.modified]
    lines += [f"  deleted   {path}" for path in status.deleted]
    return "\n".join(lines)


status = Command(
    name="status",
    summary="Say which template a project has, what was chosen, and what differs.",
    run=_status,
    arguments=(PROJECT,),
    options=(
        Option(
            ("--check",),
            f"Exit with {int(ExitCode.OUTDATED)} where a newer template is there, and otherwise "
            f"with {int(ExitCode.DIFFERS)} where files differ from the template.",
        ),
        TEMPLATE,
    ),
    examples=(
        ("dashgen status", "this project"),
        ("dashgen status --check", "for continuous integration"),
    ),
)


# diff


def _diff(output: Output, *, path: str, template: str | None) -> None:
    from dashgen.commands.status import diff as compare

    color = not output.as_json and has_colour(sys.stdout)
    text = compare(Path(path), template=template, color=color)
    output.result({"diff": text}, lambda: text.rstrip("\n"))


diff = Command(
    name="diff",
    summary="Show what a project has changed of what the template gave it.",
    run=_diff,
    arguments=(PROJECT,),
    options=(TEMPLATE,),
    details="As git shows a difference: from the template's files to the project's.",
    examples=(("dashgen diff", "this project"), ("dashgen diff shop", "another one")),
)
