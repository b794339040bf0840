"""Asking at a terminal."""

import difflib
import json
import shutil
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import questionary
import yaml
from prompt_toolkit.application import Application
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent, merge_key_bindings
from prompt_toolkit.keys import Keys
from prompt_toolkit.styles import Style, merge_styles

from dashgen.cli.console import answer_text, fitted, has_colour, styled
from dashgen.project.staging import Existing, unused_name
from dashgen.template.answers import HIDDEN, Answer, Answers, Check, truth
from dashgen.template.questions import Question

# If a choice and its meaning do not fit on one line, only one meaning is shown.
WIDE = 60
POINTER = ">"
MARK = "?"
CREATE, CHANGE, CANCEL = "create", "change", "cancel"
RECOMMENDED, EACH = "recommended", "each"
# The questions for everybody, before the choice of recommended settings.
FIRST = ("name", "start")

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
# The style of a selected text. In a list the pointer shows the selection.
TYPED = Style.from_dict({"selected": "reverse"})


class Offer(NamedTuple):
    """A value of a list to choose from."""

    value: str
    label: str
    meaning: str = ""
    usual: bool = False
    """Whether it is marked as the default."""


class Terminal:
    """The person at the terminal. Ctrl-C and Ctrl-D give up."""

    def __init__(self) -> None:
        self.expect([])

    def expect(self, names: Sequence[str]) -> None:
        """Take note of the questions that are open, most of which have recommended answers."""
        self.left = [name for name in names if name not in FIRST]
        self.total = len(self.left)
        # Whether the remaining questions take their defaults, or None before that is asked.
        self.recommended: bool | None = None if self.total > 1 else False

    def ask(self, question: Question, default: Answer, check: Check) -> Answer:
        """Ask one question until its answer passes."""
        if question.name in FIRST or question.name not in self.left:
            return _ask(question, question.help, default, check)
        if self.recommended is None:
            self.recommended = _wants_recommended()
        number = self.total - len(self.left) + 1
        self.left.remove(question.name)
        if self.recommended and not check(default):
            return default
        alone = self.recommended or self.total == 1
        title = question.help if alone else f"{question.help} ({number}/{self.total})"
        return _ask(question, title, default, check)

    def review(self, questions: Sequence[Question], answers: Answers) -> str | None:
        """Show all answers and return the name of the one to change, or None."""
        self.left = []
        print(f"\n{summary(questions, answers)}\n", flush=True)
        offers = [
            Offer(CREATE, "Create the project"),
            Offer(CHANGE, "Change an answer"),
            Offer(CANCEL, "Cancel", "nothing is written"),
        ]
        wish = _select("All right?", offers)
        if wish == CANCEL:
            raise KeyboardInterrupt
        if wish == CREATE:
            return None
        shown = _shown(questions, answers)
        stated = [Offer(name, name, answer_text(shown[name])) for name in answers]
        return _select("Which answer?", stated)

    def settle(self, path: str, present: Path, new: Path) -> Existing:
        """Ask what to do with an existing file, and show the difference on request."""
        offers = [
            Offer(Existing.KEEP.value, "Keep", "the file stays as it is", usual=True),
            Offer(Existing.OVERWRITE.value, "Overwrite", "your version is lost"),
            Offer("difference", "Show the difference", "and ask again"),
            Offer(Existing.BESIDE.value, "Save beside", f"as {unused_name(present).name}"),
        ]
        while (wish := _select(f"{path} exists already", offers)) == "difference":
            print(difference(path, present, new), flush=True)
        return Existing(wish)


def ask_destination() -> str:
    """Ask for the folder of a new app until one is named."""
    title = "In which new folder should the app be?"
    while not (folder := _answer(_text(title, ""), title).strip()):
        print(f"  {styled('that', 'bad')} is empty", flush=True)
    return str(folder)


def ask_text(title: str, check: Callable[[str], str] = lambda _: "") -> str:
    """Ask for a text until the check finds no fault."""
    text = ""
    while True:
        text = str(_answer(_text(title, text), title))
        if not (complaint := check(text)):
            return text
        print(fitted(f"  {styled(complaint, 'bad')}", sys.stdout), flush=True)


def ask_choice(title: str, offered: Sequence[str] | Mapping[str, str]) -> str:
    """Ask for one of some values, which may have meanings."""
    meanings = offered if isinstance(offered, Mapping) else dict.fromkeys(offered, "")
    return _select(title, [Offer(value, value, words) for value, words in meanings.items()])


def confirm(title: str) -> bool:
    """Ask for yes or no, with yes as the default."""
    return bool(_answer(questionary.confirm(_wrapped(title), **_look()), title))


def _wants_recommended() -> bool:
    title = "Use the recommended settings?"
    offers = [
        Offer(RECOMMENDED, "Recommended", "You can still change each of them.", usual=True),
        Offer(EACH, "Choose each", "Storage, background jobs, layout and more."),
    ]
    return _select(title, offers) == RECOMMENDED


def _ask(question: Question, title: str, default: Answer, check: Check) -> Answer:
    if question.choices and question.multiselect:
        return _ask_several(question, title, default, check)
    if question.choices:
        usual = None if question.required else str(question.default)
        offers = [
            Offer(choice.value, choice.value, choice.meaning, choice.value == usual)
            for choice in question.choices
        ]
        return _select(title, offers, str(default), question.secret)
    if question.type == "bool":
        prompt = questionary.confirm(_wrapped(title), default=truth(default), **_look())
        return bool(_answer(prompt, title, secret=question.secret))
    text = _typed(question, default)
    while True:
        prompt = _text(title, text, question.secret)
        text = str(_answer(prompt, title, secret=question.secret))
        if _passes(text, check):
            return text


def _ask_several(question: Question, title: str, default: Answer, check: Check) -> Answer:
    while True:
        chosen = list(map(str, default if isinstance(default, list) else []))
        choices = [
            questionary.Choice(
                f"{c.value}  {c.meaning}".rstrip(), c.value, checked=c.value in chosen
            )
            for c in question.choices
        ]
        prompt = questionary.checkbox(
            _wrapped(title), choices, instruction="(space selects)", pointer=POINTER, **_look()
        )
        default = list(_answer(prompt, title, secret=question.secret))
        if _passes(default, check):
            return default


def _passes(answer: Answer, check: Check) -> bool:
    """Say whether an answer passes, and print the complaint below the prompt.

    The toolbar for it holds no more than one line.
    """
    if complaint := check(answer):
        print(fitted(f"  {styled('that', 'bad')} {complaint}", sys.stdout), flush=True)
    return not complaint


def _typed(question: Question, value: Answer) -> str:
    """Return a default as it is typed. A list or a mapping is YAML or JSON of one line."""
    if question.required and value == question.default:
        return ""
    if not question.structured:
        return str(value)
    if question.type == "json" and not question.multiselect:
        return json.dumps(value, ensure_ascii=False)
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=sys.maxsize)
    return text.removesuffix("...\n").strip()


def _text(title: str, default: str, secret: bool = False) -> questionary.Question:
    """Return a prompt whose default is selected, so that typing replaces it."""
    keys = KeyBindings()

    @keys.add(Keys.BracketedPaste)
    def paste(event: KeyPressEvent) -> None:
        if event.current_buffer.selection_state:
            event.current_buffer.cut_selection()
        event.current_buffer.insert_text(event.data.replace("\r\n", "\n").replace("\r", "\n"))

    # A password's prompt is that of a text with asterisks.
    ask = questionary.password if secret else questionary.text
    prompt = ask(_wrapped(title), default=default, key_bindings=keys, **_look(TYPED))

    def select_all() -> None:
        buffer = prompt.application.current_buffer
        buffer.cursor_position = 0
        buffer.start_selection()
        if buffer.selection_state:
            buffer.selection_state.enter_shift_mode()
        buffer.cursor_position = len(buffer.text)

    if default:
        prompt.application.pre_run_callables.append(select_all)
    return prompt


def _shown(questions: Sequence[Question], answers: Answers) -> Answers:
    secrets = {question.name for question in questions if question.secret}
    return {name: HIDDEN if name in secrets else value for name, value in answers.items()}


def summary(questions: Sequence[Question], answers: Answers) -> str:
    """Return one line for each answer, with its meaning if that fits."""
    by_name = {question.name: question for question in questions}
    column = max(map(len, answers))
    width = shutil.get_terminal_size().columns
    lines = []
    for name, value in _shown(questions, answers).items():
        meaning = next((c.meaning for c in by_name[name].choices if c.value == value), "")
        text = answer_text(value)
        room = width - column - len(text) - 8
        remark = f"  {styled(meaning, 'faint')}" if meaning and len(meaning) <= room else ""
        lines.append(f"  {styled(f'{name:<{column}}', 'term')}  {text}{remark}".rstrip())
    return "\n".join(lines)


def difference(path: str, present: Path, new: Path) -> str:
    """Return the changes of a file in the format of ``diff -u``."""
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


def _select(
    title: str, offers: Sequence[Offer], default: str | None = None, secret: bool = False
) -> str:
    """Offer values, and return the choice. The pointer stands at the default, or at the first."""
    column = max(len(offer.label) for offer in offers)
    # The pointer and a margin go before it.
    room = shutil.get_terminal_size().columns - 4
    wide = room >= WIDE
    choices = []
    for value, label, meaning, usual in offers:
        mark = " (default)" if usual else ""
        text = f"{label:<{column}}  {meaning}{mark}".rstrip() if wide else f"{label}{mark}"
        choices.append(
            questionary.Choice(
                text if len(text) <= room else f"{text[:room].rpartition(' ')[0]} …",
                value,
                description=None if wide or not meaning else _below(meaning, room),
            )
        )
    prompt = questionary.select(
        _wrapped(title),
        choices=choices,
        default=offers[0].value if default is None else default,
        pointer=POINTER,
        instruction="(arrow keys)" if wide else " ",
        **_look(),
    )
    labels = {offer.value: offer.label for offer in offers}
    return str(_answer(prompt, title, labels, secret))


def _below(meaning: str, room: int) -> str:
    """Return the meaning as lines of their own, below the word that goes before them."""
    return "\n" + textwrap.fill(meaning, room, initial_indent="    ", subsequent_indent="    ")


def _wrapped(title: str) -> str:
    """Return a title that a narrow terminal does not break within a word."""
    # Of the mark at its beginning and the hint behind it, the shortest words are left room for.
    return textwrap.fill(title, max(shutil.get_terminal_size().columns - 9, 20))


def _look(typed: Style | None = None) -> dict[str, Any]:
    look = LOOK if has_colour(sys.stdout) else PLAIN
    return {"qmark": MARK, "style": merge_styles([look, typed]) if typed else look}


def _answer(
    prompt: questionary.Question,
    title: str,
    labels: Mapping[str, str] | None = None,
    secret: bool = False,
) -> Any:
    """Ask, and leave one line that says what was asked and answered, but no secret."""
    application: Application[Any] = prompt.application
    application.erase_when_done = True
    application.key_bindings = merge_key_bindings(
        [application.key_bindings or KeyBindings(), _GIVING_UP]
    )
    answer = prompt.unsafe_ask()
    said = HIDDEN if secret else labels[answer] if labels else answer_text(answer)
    line = f"{styled(MARK, 'term')} {title} {styled(said, 'term')}".rstrip()
    print(fitted(line, sys.stdout), flush=True)
    return answer


_GIVING_UP = KeyBindings()


@_GIVING_UP.add("c-d", eager=True)
def _give_up(event: KeyPressEvent) -> None:
    """Let Ctrl-D act like Ctrl-C at every prompt, even after typing."""
    event.app.exit(exception=KeyboardInterrupt)
