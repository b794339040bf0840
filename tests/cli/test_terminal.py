"""The prompts at a real terminal, answered by keyboard."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte
import pytest

from dashgen.commands.new import new
from dashgen.releases import installed
from dashgen.template.questions import Question

from .helpers import DASHGEN, listing, tree

DOWN, INTERRUPT, END_OF_FILE = "\x1b[B", "\x03", "\x04"
MODE = "Use the recommended settings?"
CHOICES = {
    question.name: str(question.values[-1])
    for question in installed.own_template().visible
    if question.choices
}
LAYOUT = next(
    question for question in installed.own_template().visible if question.name == "layout"
)
CHANGED = str(LAYOUT.default)
# A list, such as that of the pages, is not asked for.
ASKED = [q for q in installed.own_template().visible if not q.structured]
TEXTS = {"name": "Sales", "package": "sales", "description": "What was sold", "author": "Grace"}


def unbroken(text: str) -> str:
    """Return a text as it is wherever its lines are broken."""
    return "".join(text.split())


class Terminal:
    """A dashgen at a terminal, and what that shows."""

    def __init__(self, *arguments: str, width: int = 80) -> None:
        self.screen = pyte.Screen(width, 60)
        self.stream = pyte.Stream(self.screen)
        self.child = pexpect.spawn(
            DASHGEN[0],
            [*DASHGEN[1:], *arguments],
            encoding="utf-8",
            dimensions=(60, width),
            # Asking for the cursor's position needs a terminal that answers.
            # xdist states a width of its own, which is not the terminal's.
            env={key: value for key, value in os.environ.items() if key != "COLUMNS"}
            | {"PROMPT_TOOLKIT_NO_CPR": "1", "TERM": "xterm"},
        )

    def until(self, what: Callable[[], bool], wanted: str) -> None:
        """Read until something is so; fail if the command ends, or half a minute passes, before."""
        deadline, ended = time.monotonic() + 30, False
        while not what():
            assert not ended, f"ended before {wanted} in\n{self.text()}"
            assert time.monotonic() < deadline, f"no {wanted} in\n{self.text()}"
            ended = self.reads()

    def sees(self, words: str) -> None:
        """Wait until words are on the screen, wherever lines are broken."""
        self.until(lambda: self.shows(words), repr(words))

    def shows(self, words: str) -> bool:
        """Say whether words are on the screen now."""
        return unbroken(words) in unbroken(self.text())

    def text(self) -> str:
        """Return what is on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def reads(self) -> bool:
        """Take in what the command has printed; return whether it has ended."""
        try:
            self.stream.feed(self.child.read_nonblocking(4096, timeout=0.2))
        except pexpect.TIMEOUT:
            pass
        except pexpect.EOF:
            return True
        return False

    def types(self, keys: str) -> None:
        """Press keys."""
        self.child.send(keys)

    def picks(self, title: str, wanted: str) -> None:
        """Choose from a list; the pointer is moved until it stands where it should."""
        for _ in range(20):
            self.until(lambda: bool(self.pointed(title)), f"list of {title!r}")
            pointed = self.pointed(title)
            if pointed.startswith(wanted):
                self.presses("\r", title, pointed)
                return
            self.presses(DOWN, title, pointed)
        raise AssertionError(f"no {wanted!r} in\n{self.text()}")

    def presses(self, key: str, title: str, pointed: str) -> None:
        """Press a key by which a list is answered or its pointer leaves a choice."""
        self.types(key)
        self.until(lambda: self.pointed(title) != pointed, f"move from {pointed!r}")

    def pointed(self, title: str) -> str:
        """Return the choice at which the pointer stands, empty where that list is not open."""
        _, _, last = f"\n{self.text()}".rpartition("\n? ")
        question, pointer, choices = last.partition("\n > ")
        asked = unbroken(question).startswith(unbroken(title))
        return choices.partition("\n")[0] if pointer and asked else ""

    def answers(self, question: Question) -> None:
        """Answer a question otherwise than by its default."""
        if question.choices:
            self.picks(question.help, CHOICES[question.name])
        elif question.type == "bool":
            self.sees(question.help)
            self.types("n")
        else:
            self.sees(question.help)
            self.types(TEXTS[question.name] + "\r")

    def ends(self) -> int | None:
        """Wait for the end and return the exit code."""
        deadline = time.monotonic() + 30
        while not self.reads():
            assert time.monotonic() < deadline, self.text()
        self.child.close()
        return self.child.exitstatus


@pytest.mark.parametrize("width", [80, 40])
def test_every_question_is_asked_and_the_summary_leads_back(work: Path, width: int) -> None:
    terminal = Terminal("new", "shop", "--no-git", width=width)
    for number, question in enumerate(ASKED):
        terminal.answers(question)
        if number:
            terminal.sees(f"({number}/{len(ASKED) - 1})")
        else:
            terminal.picks(MODE, "Choose each")
    terminal.sees("storage")
    terminal.sees(CHOICES["storage"])
    terminal.picks("All right?", "Change")
    terminal.picks("Which answer?", "layout")
    terminal.picks(LAYOUT.help, CHANGED)
    terminal.picks("All right?", "Create")
    terminal.sees("Wrote")
    assert terminal.ends() == 0
    recorded = (work / "shop/.copier-answers.yml").read_text()
    for name, value in {**TEXTS, **CHOICES, "layout": CHANGED}.items():
        assert f"{name}: {value}\n" in recorded


def test_only_what_is_open_is_asked_and_cancelling_leaves_nothing(work: Path) -> None:
    flags = [word for name, value in CHOICES.items() for word in (f"--{name}", value)]
    flags += [
        f"--no-{question.name}"
        for question in installed.own_template().visible
        if question.type == "bool"
    ]
    terminal = Terminal("new", "dash", *flags, "--description", "x", "--author", "y")
    terminal.sees("What is the app called?")
    terminal.types("\r")
    terminal.sees("What should its Python package")
    assert not terminal.shows("(1/1)")
    terminal.types("json\r")
    terminal.sees("choose another")
    terminal.types("shop\r")
    terminal.picks("All right?", "Cancel")
    terminal.sees("cancelled, nothing written")
    assert terminal.ends() == 130
    assert listing(work) == []


def test_a_page_is_asked_until_its_name_passes_and_each_kind_has_its_meaning(work: Path) -> None:
    new("shop", defaults=True, answers={"pages": []})
    terminal = Terminal("add", "page", "--project", "shop", "--dry-run")
    terminal.sees("What should the page be called?")
    terminal.types("\r")
    terminal.sees("the name must be at most 24 lower-case letters")
    terminal.types("core\r")
    terminal.sees("the name is reserved")
    terminal.types("orders\r")
    terminal.sees("A background job with progress")
    terminal.picks("What kind of page?", "form")
    terminal.sees("tests/pages/test_orders.py")
    assert terminal.ends() == 0


@pytest.mark.parametrize("words", ["add page", "add page x", "remove page", "rename page x"])
def test_nothing_is_asked_about_a_page_of_no_project(work: Path, words: str) -> None:
    terminal = Terminal(*words.split())
    terminal.sees("has no .copier-answers.yml; name a project that dashgen made")
    assert terminal.ends() == 2
    assert not terminal.shows("? ")


def test_no_column_is_asked_about_for_a_page_of_no_project(work: Path) -> None:
    (work / "sales.csv").write_text("day,amount\n01/02/2024,3\n")
    terminal = Terminal("add", "page", "sales", "--from", "sales.csv")
    terminal.sees("has no .copier-answers.yml")
    assert terminal.ends() == 2
    assert not terminal.shows("? ")


def test_an_interrupt_at_a_prompt_leaves_nothing(work: Path) -> None:
    terminal = Terminal("new", "a/b/shop")
    terminal.sees("What is the app called?")
    terminal.types(INTERRUPT)
    terminal.sees("cancelled, nothing written")
    assert terminal.ends() == 130
    assert listing(work) == []


def test_who_takes_the_recommended_settings_is_asked_for_the_name_alone(work: Path) -> None:
    terminal = Terminal("new", "my-shop", "--no-git")
    terminal.sees("What is the app called? my-shop")
    # What is typed replaces what was offered.
    terminal.types("Sales\r")
    terminal.picks(MODE, "Recommended")
    terminal.picks("All right?", "Change")
    terminal.picks("Which answer?", "layout")
    terminal.picks(LAYOUT.help, CHOICES["layout"])
    # A list is shown by its names, and offered as it is typed.
    terminal.picks("All right?", "Change")
    terminal.picks("Which answer?", "pages")
    terminal.sees("[{name: explore, kind: data},")
    terminal.types("[{name: orders, kind: form}]\r")
    terminal.sees("pages orders")
    terminal.picks("All right?", "Create")
    terminal.sees("Wrote")
    assert terminal.ends() == 0
    assert (work / "my-shop/sales/pages/orders").is_dir()
    recorded = (work / "my-shop/.copier-answers.yml").read_text()
    assert "name: Sales\n" in recorded
    assert "package: sales\n" in recorded
    assert f"layout: {CHOICES['layout']}\n" in recorded
    assert "storage: sqlite\n" in recorded


def test_without_a_destination_it_is_asked_for(work: Path) -> None:
    terminal = Terminal("new", "-y", "--no-git")
    terminal.sees("In which new folder")
    terminal.types("\r")
    terminal.sees("is empty")
    terminal.types("shop\r")
    terminal.sees("Wrote")
    assert terminal.ends() == 0
    assert (work / "shop/app.py").is_file()


@pytest.mark.parametrize("before", ["a text", "a list", "yes or no"])
@pytest.mark.parametrize("key", [INTERRUPT, END_OF_FILE], ids=["Ctrl-C", "Ctrl-D"])
def test_both_keys_give_up_at_every_prompt(work: Path, before: str, key: str) -> None:
    flags = [f"--{name}={value}" for name, value in (TEXTS | CHOICES).items()]
    if before == "a text":
        flags = [flag for flag in flags if not flag.startswith("--name=")]
        wanted = "What is the app called?"
    elif before == "a list":
        flags = [flag for flag in flags if not flag.startswith("--layout=")]
        wanted = LAYOUT.help
    else:
        wanted = "GitHub"
    flags += ["--docker"] + ["--ci"] * (before != "yes or no")
    terminal = Terminal("new", "shop", *flags)
    terminal.sees(wanted)
    terminal.types(key)
    terminal.sees("cancelled, nothing written")
    assert terminal.ends() == 130
    assert listing(work) == []


def test_no_word_is_broken_at_60_columns(work: Path) -> None:
    terminal = Terminal("new", "shop", width=60)
    terminal.sees("What is the app called?")
    terminal.types("\r")
    terminal.picks(MODE, "Choose each")
    seen = set()
    for question in ASKED[1:]:
        terminal.sees(question.help)
        seen |= set(terminal.text().split())
        terminal.types("y" if question.type == "bool" else "\r")
    terminal.sees("All right?")
    seen |= set(terminal.text().split())
    terminal.types(END_OF_FILE)
    terminal.ends()
    shown = " ".join(seen)
    for question in ASKED:
        for word in (*question.help.split(), *question.values[:1]):
            assert word in seen, f"{word!r} is broken in {shown}"
    terminal = Terminal("new", "shop", "--storage", "oracle", width=60)
    assert terminal.ends() == 2
    words = set(terminal.text().split())
    *_, last_but_one, last = next(q.values for q in ASKED if q.name == "storage")
    assert {f"{last_but_one},", last, "choose", "choice;"} <= words


def test_what_is_stated_is_refused_before_the_first_prompt(work: Path) -> None:
    terminal = Terminal("new", "shop", "--author", "x" * 300)
    terminal.sees("error: --author")
    assert terminal.ends() == 2
    assert not terminal.shows(installed.own_template().visible[0].help)


def test_each_file_that_differs_is_asked_about_and_can_be_looked_at_first(work: Path) -> None:
    (work / "README.md").write_text("mine\n")
    (work / "app.py").write_text("mine\n")
    terminal = Terminal("new", ".", "-y", "--name", "Shop", "--force")
    terminal.picks("README.md exists already", "Keep")
    terminal.picks("app.py exists already", "Show the difference")
    terminal.sees("-mine")
    terminal.picks("app.py exists already", "Overwrite")
    terminal.sees("app.py: overwritten")
    assert terminal.ends() == 0
    assert (work / "README.md").read_text() == "mine\n"
    assert (work / "app.py").read_text() != "mine\n"
    assert len(tree(work)) > 30


OTHER = """
name: x
token: {secret: true, default: "", help: A token}
many: {type: str, multiselect: true, choices: {One: a, Two: b, Three: c}, default: [b], help: Many}
tree: {type: yaml, default: {a: [1, 2]}, help: A tree}
table: {type: json, default: '{"a": null}', help: A table}
size: {type: int, help: How large}
colour: {type: str, choices: [red, blue], help: Which colour}
"""


def test_every_question_of_another_template_is_asked(work: Path, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "copier.yml").write_text(OTHER)
    (folder / "a.txt.jinja").write_text(
        "{{ token }} {{ many }} {{ tree }} {{ table }} {{ size }}\n"
    )
    terminal = Terminal("new", "shop", "--no-git", "--name", "shop", "--template", str(folder))
    terminal.sees("A token")
    terminal.types("hunter2\r")
    terminal.sees("A token •••")
    terminal.sees("Many (space selects)")
    terminal.types(" \r")
    terminal.sees("Many a, b")
    terminal.sees("A tree {a: [1, 2]}")
    terminal.types("[\r")
    terminal.sees("must be YAML")
    terminal.types("{}\r")
    terminal.sees('A table {"a": null}')
    terminal.types("\r")
    terminal.sees("How large")
    terminal.types("\r")
    terminal.sees("must be a whole number")
    terminal.types("7\r")
    terminal.picks("Which colour", "blue")
    terminal.sees("token   •••")
    terminal.picks("All right?", "Create")
    terminal.sees("Wrote")
    assert terminal.ends() == 0
    assert not terminal.shows("hunter2")
    assert (work / "shop/a.txt").read_text() == "hunter2 ['a', 'b'] {} {'a': None} 7\n"
