"""What a project is made from: dashgen's own template, or another one that the user names."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dashgen.answers import Answers
from dashgen.questions import Question, load
from dashgen.source import template_root


@dataclass(frozen=True)
class Template:
    """A template that is ready to be asked about and rendered.

    Args:
        questions: All of them, hidden ones included.
        render: Fills a folder, given an answer to every visible question.
        own: Whether it is dashgen's own.
    """

    questions: tuple[Question, ...]
    render: Callable[[Path, Answers], None]
    own: bool = False


def own_template() -> Template:
    """Return dashgen's own template."""

    def render(folder: Path, answers: Answers) -> None:
        # Jinja takes its time to import, which an error must not cost.
        from dashgen import direct

        direct.render(template_root(), folder, answers)

    return Template(load(), render, own=True)
