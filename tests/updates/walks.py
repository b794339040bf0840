"""The lab: a project goes from release to release, and tries a switch on every axis at each.

Each step is done from the same project by dashgen and by Copier. The project goes on with what
dashgen made of it. Where that has a conflict, the template's side is taken first.
"""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dashgen.commands.update import update
from dashgen.errors import ExitCode
from tests.cli.helpers import git
from tests.support.projects import AXES

from .judge import Judge
from .kinds import KINDS, MINE
from .lab import Template, commit, project

# By release, what is switched on each axis. The last ones need no server for the project's tests.
SWITCHES: dict[str, dict[str, str]] = {
    "v0.1.0": {
        "storage": "redis",
        "background": "none",
        "layout": "tabs",
        "callbacks": "split",
    },
    "v0.2.0": {
        "storage": "postgresql",
        "background": "celery",
        "layout": "single",
        "callbacks": "patch",
    },
    "v0.3.0": {
        "storage": "local",
        "background": "none",
        "layout": "navbar",
        "callbacks": "clientside",
    },
}
FIRST, *LATER = SWITCHES
LAST = LATER[-1]
assert all([*switches] == [*AXES] for switches in SWITCHES.values())
CONFLICT = re.compile(r"^<{7} .*?\n(?:.*?^={7}\r?\n)(.*?)^>{7} .*?\n", re.MULTILINE | re.DOTALL)
ASIDE = {".rej", ".template"}


@dataclass(frozen=True)
class Step:
    """An update: to a release, or to another choice in the same release."""

    release: str
    axis: str = ""

    @property
    def answers(self) -> dict[str, str]:
        """Return what is switched."""
        return {self.axis: SWITCHES[self.release][self.axis]} if self.axis else {}

    def __str__(self) -> str:
        return " ".join([self.release, *(f"{k} {v}" for k, v in self.answers.items())])


ALL = (
    *(Step(FIRST, axis) for axis in AXES),
    *(step for tag in LATER for step in (Step(tag), *(Step(tag, axis) for axis in AXES))),
)


@dataclass(frozen=True)
class Outcome:
    """What a step came to."""

    places: int
    """In conflict."""
    wrong: str
    """Why the app does not start."""
    lost: int
    """Lines of the user."""
    seconds: float
    said: bool = False
    """Whether conflicts or lines to change were named."""
    red: str | None = None
    """What the project's own tests find; None if they were not run."""

    @property
    def boots(self) -> bool:
        """Whether the app starts."""
        return not self.wrong

    @property
    def flawless(self) -> bool:
        """Whether nothing could have been done better."""
        return not (self.places or self.wrong or self.lost or self.red)


@dataclass(frozen=True)
class Pair:
    """One step by both tools."""

    step: Step
    ours: Outcome
    copiers: Outcome
    before: str = ""
    """Why the app did not start before, after a conflict that has lost what it needs."""

    @property
    def worse(self) -> str:
        """Say what Copier does better, empty if nothing."""
        if self.ours.lost:
            return f"{self.ours.lost} lines are lost"
        if self.ours.places > self.copiers.places:
            return f"{self.ours.places} places are in conflict, by Copier {self.copiers.places}"
        if self.ours.wrong and self.copiers.boots:
            return f"the app starts after Copier only: {self.ours.wrong}"
        if self.ours.red and not self.copiers.red:
            return f"the project's tests are green after Copier only: {self.ours.red}"
        if (self.ours.wrong or self.ours.red) and not self.ours.said and not self.before:
            return f"nothing is said: {self.ours.wrong or self.ours.red}"
        return ""


Dashgen = Callable[[Path, Step, Template], bool]
"""Does a step by dashgen, and says whether something was left to the user."""


def in_this_process(shop: Path, step: Step, template: Template) -> bool:
    """Update by the function that the command calls."""
    done = update(shop, to=step.release, answers=step.answers, template=str(template.path))
    return bool(done.conflicts or done.uses)


def by_command(shop: Path, step: Step, template: Template) -> bool:
    """Update by the command."""
    words = ["update", "-y", "--json", "--to", step.release, "--template", str(template.path)]
    done = run(shop, "dashgen", *words, *(f"--{k}={v}" for k, v in step.answers.items()))
    assert done.returncode in {0, ExitCode.CONFLICTS, ExitCode.BROKEN}, done.stderr
    result = json.loads(done.stdout)
    return bool(result["conflicts"] or result["uses"])


def by_copier(shop: Path, step: Step) -> None:
    """Update by Copier."""
    version = ":current:" if step.axis else step.release
    words = ["update", "--defaults", "--quiet", "--vcs-ref", version]
    done = run(shop, "copier", *words, *(f"--data={k}={v}" for k, v in step.answers.items()))
    assert done.returncode == 0, done.stderr


def run(shop: Path, module: str, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=shop,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


class Walk:
    """The way of one project.

    Args:
        folder: An empty folder.
        kind: What its owner did.
        template: The releases.
        judge: Starts apps.
        dashgen: How dashgen is called.
        always: Whether Copier also does what dashgen did without a flaw. It cannot do better.
    """

    def __init__(
        self,
        folder: Path,
        kind: str,
        template: Template,
        judge: Judge,
        dashgen: Dashgen,
        *,
        always: bool,
    ) -> None:
        self.folder = folder
        self.template = template
        self.judge = judge
        self.dashgen = dashgen
        self.always = always
        # A project's folder gives it its name.
        (folder / "now").mkdir(parents=True)
        self.shop = project(folder / "now/shop", template.fresh(FIRST))
        KINDS[kind](self.shop)
        commit(self.shop)

    def pairs(self, steps: Mapping[Step, bool]) -> Iterator[Pair]:
        """Do steps and yield what comes of each.

        Args:
            steps: Each with whether the project's own tests are run, too.
        """
        green: dict[str, bool] = {}
        at, before = FIRST, ""
        for step, tests in steps.items():
            if tests and at not in green:
                green[at] = not self._judged("tests", self.shop)
            yield self._pair(step, tests and green[at], before)
            if not step.axis:
                at = step.release
                self._go_on()
                before = self._judged("start", self.shop)

    def _pair(self, step: Step, tests: bool, before: str) -> Pair:
        ours = self._outcome("dashgen", step, tests)
        if ours.flawless and not self.always:
            return Pair(step, ours, ours, before)
        return Pair(step, ours, self._outcome("copier", step, tests), before)

    def _outcome(self, tool: str, step: Step, tests: bool) -> Outcome:
        shop = self.folder / tool / "shop"
        shutil.rmtree(shop, ignore_errors=True)
        shutil.copytree(self.shop, shop, symlinks=True)
        git(shop, "update-index", "-q", "--refresh")
        marks = lines(shop)
        begin = time.perf_counter()
        said = False
        if tool == "dashgen":
            said = self.dashgen(shop, step, self.template)
        else:
            by_copier(shop, step)
        seconds = time.perf_counter() - begin
        places = sum(len(re.findall("^<{7} ", text(path), re.M)) for path in files(shop))
        wrong = self._judged("start", shop)
        red = None
        if tests:
            red = wrong or self._judged("tests", shop)
        return Outcome(places, wrong, len(marks - lines(shop)), seconds, said, red)

    def _judged(self, what: str, shop: Path) -> str:
        """Ask about a copy, because what runs leaves files."""
        copy = self.folder / "judged/shop"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(shop, copy, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        answer: str = getattr(self.judge, what)(copy)
        return answer

    def _go_on(self) -> None:
        """Take what dashgen made of the project, with the template's side of each conflict."""
        shutil.rmtree(self.shop)
        (self.folder / "dashgen/shop").rename(self.shop)
        for path in files(self.shop):
            if path.suffix in ASIDE:
                path.unlink()
            elif "<<<<<<< " in text(path):
                path.write_bytes(CONFLICT.sub(r"\1", text(path)).encode())
        commit(self.shop)


def files(shop: Path) -> list[Path]:
    """Return the files of a project that are on the disk."""
    paths = (path for path in shop.rglob("*") if ".git" not in path.relative_to(shop).parts)
    return [path for path in paths if path.is_file()]


def text(path: Path) -> str:
    return path.read_bytes().decode(errors="replace")


def lines(shop: Path) -> set[tuple[str, str]]:
    """Return the lines of a person's, with the names of their files."""
    contents = [(path.name, text(path)) for path in files(shop) if path.suffix not in ASIDE]
    left_out = [line[2:] for line in git(shop, "ls-files", "-t").splitlines() if line[0] == "S"]
    contents += [(Path(path).name, git(shop, "show", f":{path}")) for path in left_out]
    return {
        (name, line.strip())
        for name, content in contents
        for line in content.splitlines()
        if MINE in line
    }
