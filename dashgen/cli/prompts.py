"""Asking at a terminal."""

import difflib
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import questionary
from prompt_toolkit.styles import Style

from dashgen.cli.console import answer_text, has_colour, styled
from dashgen.project.staging import Existing, unused_name
from dashgen.template.answers import Answer, Answers, Check, truth
from dashgen.template.questions import Question

# Where a choice and its meaning do not fit on one line, the meaning of one at a time is shown.
WIDE = 60
POINTER = ">"
MARK = "?"
CREATE, CHANGE, CANCEL = "create", "change", "cancel"

LOOK = Style.from_dict(
    {
        "qmark": "ansicyan bold",
        "question": "bold",
        "answer": "ansicyan",
        "pointer": "ansicyan bold",
        "highlighted": "ansicyan",
        "selected": "noreverse",
        "instruction": "ansibrightblack",
        "description": "ansibrightblack",
    }
)
PLAIN = Style.from_dict({"selected": "noreverse"})


class Terminal:
    """The person at the terminal; Ctrl-C and Ctrl-D give up."""

    def ask(self, question: Question, default: Answer, check: Check) -> Answer:
        """Ask one question until its answer passes the check; a list is not asked for."""
        if question.structured:
            return default
        if question.choices:
            offers = [
                (choice.value, choice.value, choice.meaning, choice.value == str(question.default))
                for choice in question.choices
            ]
            return _select(question.help, offers, str(default))
        if question.type == "bool":
            prompt = questionary.confirm(question.help, default=truth(default), **_look())
            return bool(_answer(prompt, question.help))
        text = str(default)
        while True:
            prompt = questionary.text(question.help, default=text, **_look())
            text = str(_answer(prompt, question.help))
            # Below the prompt, because the toolbar for it holds no more than one line.
            if not (complaint := check(text)):
                return text
            print(f"  {styled('that', 'bad')} {complaint}", flush=True)

    def review(self, questions: Sequence[Question], answers: Answers) -> str | None:
        """Show all answers; return the name of the one to change, None if all are right."""
        print(f"\n{summary(questions, answers)}\n", flush=True)
        offers = [
            (CREATE, "Create the project", "", False),
            (CHANGE, "Change an answer", "", False),
            (CANCEL, "Cancel", "nothing is written", False),
        ]
        wish = _select("All right?", offers, CREATE)
        if wish == CANCEL:
            raise KeyboardInterrupt
        if wish == CREATE:
            return None
        stated = [(name, name, answer_text(answers[name]), False) for name in answers]
        return _select("Which answer?", stated, next(iter(answers)))

    def settle(self, path: str, present: Path, new: Path) -> Existing:
        """Ask what becomes of a file that is there already, and show the difference on request."""
        offers = [
            (Existing.KEEP.value, "Keep", "the file stays as it is", True),
            (Existing.OVERWRITE.value, "Overwrite", "what is there is lost", False),
            ("difference", "Show the difference", "and ask again", False),
            (Existing.BESIDE.value, "Save beside", f"as {unused_name(present).name}", False),
        ]
        while (wish := _select(f"{path} is there already", offers, "keep")) == "difference":
            print(difference(path, present, new), flush=True)
        return Existing(wish)


def summary(questions: Sequence[Question], answers: Answers) -> str:
    """Return one line an answer, with what it means where that fits."""
    by_name = {question.name: question for question in questions}
    column = max(map(len, answers))
    width = shutil.get_terminal_size().columns
    lines = []
    for name, value in answers.items():
        meaning = next((c.meaning for c in by_name[name].choices if c.value == value), "")
        text = answer_text(value)
        room = width - column - len(text) - 8
        remark = f"  {styled(meaning, 'faint')}" if meaning and len(meaning) <= room else ""
        lines.append(f"  {styled(f'{name:<{column}}', 'term')}  {text}{remark}".rstrip())
    return "\n".join(lines)


def difference(path: str, present: Path, new: Path) -> str:
    """Return what would change in a file, as ``diff -u`` says it."""
    try:
        old_lines, new_lines = (p.read_text("utf-8").splitlines() for p in (present, new))
    except (OSError, UnicodeDecodeError):
        return f"  {path} is not text"
    lines = difflib.unified_diff(
        old_lines, new_lines, f"{path} (yours)", f"{path} (new)", "", "", 3, ""
    )
    colours = {"+": "good", "-": "bad", "@": "term"}
    return "\n".join(
        styled(line, colours[line[0]]) if line[:1] in colours else line for line in lines
    )


def _select(title: str, offers: Sequence[tuple[str, str, str, bool]], default: str) -> str:
    """Offer (value, label, meaning, whether that is the usual one); return the chosen value."""
    column = max(len(label) for _, label, _, _ in offers)
    # The pointer and a margin go before it.
    room = shutil.get_terminal_size().columns - 4
    wide = room >= WIDE
    choices = []
    for value, label, meaning, usual in offers:
        mark = " (default)" if usual else ""
        text = f"{label:<{column}}  {meaning}{mark}".rstrip() if wide else f"{label}{mark}"
        choices.append(
            questionary.Choice(
                text if len(text) <= room else f"{text[: room - 1]}…",
                value,
                description=None if wide or not meaning else _below(meaning, room),
            )
        )
    prompt = questionary.select(
        title,
        choices=choices,
        default=default,
        pointer=POINTER,
        instruction="(arrow keys)" if wide else " ",
        **_look(),
    )
    return str(_answer(prompt, title, {value: label for value, label, _, _ in offers}))


def _below(meaning: str, room: int) -> str:
    """Return the meaning as lines of their own, below the word that goes before them."""
    return "\n" + textwrap.fill(meaning, room, initial_indent="    ", subsequent_indent="    ")


def _look() -> dict[str, Any]:
    return {"qmark": MARK, "style": LOOK if has_colour(sys.stdout) else PLAIN}


def _answer(
    prompt: questionary.Question, title: str, labels: Mapping[str, str] | None = None
) -> Any:
    """Ask, and leave one line that says what was asked and answered."""
    prompt.application.erase_when_done = True
    try:
        answer = prompt.unsafe_ask()
    except EOFError as error:
        raise KeyboardInterrupt from error
    said = (labels or {}).get(answer, answer_text(answer))
    print(f"{styled(MARK, 'term')} {title} {styled(said, 'term')}".rstrip(), flush=True)
    return answer
