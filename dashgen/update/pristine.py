"""What a template version gives for answers, untouched."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dashgen import versions
from dashgen.answers import Answer, Answers, Given, resolve
from dashgen.history import EXECUTABLE, FILE, File, History
from dashgen.questions import Question, load
from dashgen.source import template_root
from dashgen.update.record import ANSWERS_FILE


@dataclass(frozen=True)
class Version:
    """A template version that can be rendered."""

    tag: str
    root: Path
    recorded_source: str

    @property
    def questions(self) -> tuple[Question, ...]:
        """Return its questions."""
        return load(self.root)

    def answers(
        self, name: str, recorded: Mapping[str, str], stated: Mapping[str, Answer]
    ) -> Answers:
        """Return an answer to each of its questions; others that are recorded are dropped.

        Args:
            name: The name of the project's folder.
            recorded: What the project has answered, perhaps to another version.
            stated: What goes before that.

        Raises:
            InvalidAnswerError: It does not accept one of them.
        """
        asked = {question.name for question in self.questions if question.visible}
        given = {
            key: Given(value, f"{ANSWERS_FILE}: {key}")
            for key, value in recorded.items()
            if key in asked
        }
        given |= {key: Given(value, f"--{key}") for key, value in stated.items()}
        return resolve(self.questions, given, {"name": Given(name, "the folder's name")})

    def render(self, answers: Answers) -> dict[str, File]:
        """Return the files for answers, by path.

        Raises:
            RenderError: The template did not render.
        """
        # Jinja takes its time to import, which an error must not cost.
        from dashgen.direct import render

        record = {"_commit": self.tag, "_src_path": self.recorded_source}
        with tempfile.TemporaryDirectory(prefix="dashgen-") as folder:
            project = Path(folder, "project")
            project.mkdir()
            render(self.root, project, answers, record)
            return {
                path.relative_to(project).as_posix(): File(
                    path.read_bytes(), EXECUTABLE if path.stat().st_mode & 0o100 else FILE
                )
                for path in project.rglob("*")
                if path.is_file()
            }


@contextmanager
def unpacked(history: History, tag: str, recorded_source: str) -> Iterator[Version]:
    """Give a version of a history, for the time of the block."""
    if (tag, recorded_source) == (versions.template_version(), versions.RECORDED_SOURCE):
        yield Version(tag, template_root(), recorded_source)
        return
    with tempfile.TemporaryDirectory(prefix="dashgen-template-") as name:
        root = Path(name)
        for path, file in history.files(tag).items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.content)
            target.chmod(file.mode & 0o777)
        yield Version(tag, root, recorded_source)
