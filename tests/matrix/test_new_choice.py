"""A choice is added by a part and an entry in its question file, and by nothing else."""

import filecmp
import shutil
from pathlib import Path

import pytest
import yaml

from tests.support.projects import AXES, choices
from tests.support.rendering import render_at, version_at

from .checks import check_files, check_no_jinja, lint
from .conftest import ROOT, Boot
from .requirements import check_requirements


def add_choice(template: Path, axis: str) -> set[Path]:
    """Add the choice `throwaway`, a twin of the default; return the files that this touches."""
    default = choices(axis)[0]
    file = template / f"template/questions/{axis}.yml"
    questions = yaml.safe_load(file.read_text())
    questions[axis]["choices"]["throwaway: only for this test"] = "throwaway"
    registry = questions[f"{axis}_registry"]["default"]
    registry["throwaway"] = {**registry[default], "part": "throwaway"}
    file.write_text(yaml.safe_dump(questions, sort_keys=False))
    parts = template / "template/parts" / axis
    (part,) = parts.glob(f"{registry[default]['part']}.py*")
    new = parts / part.name.replace(part.stem.partition(".")[0], "throwaway", 1)
    shutil.copy(part, new)
    return {file.relative_to(template), new.relative_to(template)}


@pytest.mark.parametrize("axis", AXES)
def test_a_new_choice_is_offered_rendered_and_booted(axis: str, tmp_path: Path, boot: Boot) -> None:
    template = tmp_path / "template"
    shutil.copytree(ROOT / "template", template / "template")
    shutil.copy(ROOT / "copier.yml", template)
    touched = add_choice(template, axis)
    (question,) = (asked for asked in version_at(template).template.visible if asked.name == axis)
    assert question.choices[-1].meaning == "only for this test"

    project = render_at(template, tmp_path / "myapp", {axis: "throwaway"})
    check_files(project)
    check_no_jinja(project)
    check_requirements(project)
    assert lint(project) == ""
    assert boot(project, {}) == ""

    changed = {
        path.relative_to(template)
        for path in template.rglob("*")
        if path.is_file()
        and not (
            (ROOT / path.relative_to(template)).exists()
            and filecmp.cmp(path, ROOT / path.relative_to(template), shallow=False)
        )
    }
    assert changed == touched
