"""Real wheels of three releases, as people install them one after another."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import uv
import yaml

from dashgen.project.record import ANSWERS_FILE
from dashgen.releases import build as builds
from dashgen.releases.bundle import Bundle
from tests.cli.helpers import CHECKOUT, copy_of_checkout, git

from .lab import Tree, commit, files_of
from .releases import NEWEST, RELEASES

BUILD_FILES = ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore")


@dataclass(frozen=True)
class Machine:
    """A dashgen that is installed, and a home folder."""

    site: Path
    home: Path

    def run(self, cwd: Path, *words: str, module: str = "dashgen") -> str:
        """Run a command and return what it prints."""
        done = self._ended(cwd, module, words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refusal(self, cwd: Path, *words: str) -> str:
        """Run a command that must fail, and return the one line in which it says why."""
        done = self._ended(cwd, "dashgen", words)
        assert done.returncode == 1, done.stdout + done.stderr
        (line,) = done.stderr.splitlines()
        return line

    def _ended(
        self, cwd: Path, module: str, words: Sequence[str]
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", module, *words],
            cwd=cwd,
            env=os.environ | {"PYTHONPATH": str(self.site), "HOME": str(self.home)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@dataclass(frozen=True)
class Released:
    """What there is of three releases."""

    repository: Path
    wheels: dict[str, Path]
    sites: dict[str, Path]


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Released]:
    """Make a repository with three releases, and build and install a wheel of each."""
    folder = tmp_path_factory.mktemp("released")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{name}_NAME", "Ada")
            patch.setenv(f"GIT_{name}_EMAIL", "ada@example.org")
        repository = copy_of_checkout(folder / "repository")
        subprocess.run(["cp", *(CHECKOUT / name for name in BUILD_FILES), repository], check=True)
        git(repository, "init", "--quiet")
        plain = (repository / "copier.yml").read_text()
        wheels, sites = {}, {}
        for tag, files in RELEASES.items():
            (repository / "copier.yml").write_text(plain)
            for path in {path for changes in RELEASES.values() for path in changes}:
                if path in files:
                    (repository / path).parent.mkdir(exist_ok=True)
                    (repository / path).write_text(files[path])
                elif path != "copier.yml":
                    (repository / path).unlink(missing_ok=True)
            # Without the compiled modules that builds leave, which `commit` would take along.
            git(repository, "add", "--all")
            git(repository, "commit", "--quiet", "--message", tag)
            git(repository, "tag", "-a", tag, "-m", tag)
            wheels[tag] = build(repository, folder / f"dist-{tag}")
            sites[tag] = install(wheels[tag], folder / f"site-{tag}")
        yield Released(repository, wheels, sites)


def build(source: Path, folder: Path, *options: str) -> Path:
    tool = uv.find_uv_bin()
    words: list[str | Path] = [
        tool,
        "build",
        "--python",
        sys.executable,
        "--out-dir",
        folder,
        *options,
        source,
    ]
    if not options:
        words.append("--wheel")
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path | str, site: Path) -> Path:
    words: list[str | Path] = [
        uv.find_uv_bin(),
        "pip",
        "install",
        "--no-deps",
        "--target",
        site,
        wheel,
    ]
    environment = os.environ | {"VIRTUAL_ENV": sys.prefix}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return site


def packed(site: Path) -> Bundle:
    return Bundle.read(site / "dashgen/_history/template.bundle")


def new_project(machine: Machine, folder: Path) -> Path:
    machine.run(folder, "new", "shop", "--defaults", "--no-git")
    git(folder / "shop", "init", "--quiet")
    commit(folder / "shop")
    return folder / "shop"


def without_record(tree: Tree) -> Tree:
    return {path: file for path, file in tree.items() if path != ANSWERS_FILE}


def record(project: Path) -> dict[str, str]:
    content: dict[str, str] = yaml.safe_load((project / ANSWERS_FILE).read_text())
    return content


@pytest.mark.parametrize("old", list(RELEASES)[:-1])
@pytest.mark.parametrize("place", ["the machine that made it", "a new machine", "plain copier"])
def test_a_project_of_an_older_release_becomes_one_of_the_newest(
    old: str, place: str, released: Released, home: Path, work: Path, tmp_path: Path
) -> None:
    shop = new_project(Machine(released.sites[old], home), work)
    assert record(shop)["_commit"] == old
    guide = shop / "notes/guide.md"
    guide.write_bytes(b"mine\n" + guide.read_bytes())
    commit(shop)

    (tmp_path / "other").mkdir()
    if place == "a new machine":
        home = tmp_path / "other"
    newest = Machine(released.sites[NEWEST], home)
    if place == "plain copier":
        # Whatever the newest dashgen writes brings its versions along.
        (tmp_path / "aside").mkdir()
        newest.run(tmp_path / "aside", "new", "other", "--defaults", "--no-git")
        newest.run(shop, "update", "--defaults", module="copier")
    else:
        newest.run(shop, "update", "-y")

    expected = new_project(newest, tmp_path / "other")
    assert record(shop) == record(expected)
    assert record(shop)["_commit"] == NEWEST
    files, fresh = files_of(shop), files_of(expected)
    assert files["notes/guide.md"].content == b"mine\n" + fresh["notes/guide.md"].content
    del files["notes/guide.md"], fresh["notes/guide.md"]
    assert without_record(files) == without_record(fresh)


def test_every_wheel_holds_the_releases_until_then_with_the_same_hashes(
    released: Released,
) -> None:
    histories = {tag: packed(site) for tag, site in released.sites.items()}
    for number, (tag, history) in enumerate(histories.items(), start=1):
        assert list(history.tags) == list(RELEASES)[:number]
        assert history.current == tag
        assert history.tags.items() <= histories[NEWEST].tags.items()


def test_a_wheel_from_a_source_distribution_or_a_git_address_is_the_same(
    released: Released, tmp_path: Path
) -> None:
    direct = packed(released.sites[NEWEST]).to_bytes()
    # Without a choice of what to build, uv builds the wheel from the source distribution.
    wheel = build(released.repository, tmp_path / "dist", "--sdist", "--wheel")
    assert zipfile.ZipFile(wheel).read("dashgen/_history/template.bundle") == direct
    address = f"git+file://{released.repository}@{NEWEST}"
    site = install(f"dashgen-cli @ {address}", tmp_path / "site")
    assert packed(site).current == NEWEST


def test_a_build_between_releases_names_its_content(released: Released, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(released.repository), str(clone))
    style = clone / "template/project/notes/guide.md"
    style.write_text("another guide\n")
    history = packed(install(build(clone, tmp_path / "dist"), tmp_path / "site"))
    assert set(RELEASES) < set(history.tags)
    assert history.current not in RELEASES
    assert history.files(history.current)["template/project/notes/guide.md"].content == (
        b"another guide\n"
    )
    assert history.current.partition("+t")[2] == history.tree(history.current)[:10]


def test_a_project_newer_than_the_installed_dashgen(
    released: Released, home: Path, work: Path
) -> None:
    shop = new_project(Machine(released.sites[NEWEST], home), work)
    before = files_of(shop)
    older = Machine(released.sites["v0.1.0"], home)
    for machine in (older, Machine(older.site, work)):
        line = machine.refusal(shop, "update")
        assert "has template v0.3.0, newer than this dashgen's v0.1.0" in line
    assert "template v0.3.0, newer than this dashgen's v0.1.0" in older.run(shop, "status")
    assert files_of(shop) == before


def test_an_older_dashgen_leaves_the_newer_versions_in_the_home_folder(
    released: Released, home: Path, work: Path
) -> None:
    for tag in (NEWEST, "v0.1.0"):
        Machine(released.sites[tag], home).run(work, "new", tag, "--defaults", "--no-git")
    bundle = home / ".local/share/dashgen/template.bundle"
    assert bundle.read_bytes() == packed(released.sites[NEWEST]).to_bytes()
    assert git(work, "ls-remote", "--tags", str(bundle)).count("refs/tags/v") == len(RELEASES)


def test_a_damaged_history_in_the_wheel(
    released: Released, home: Path, work: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    subprocess.run(["cp", "-r", released.sites["v0.1.0"], site], check=True)
    machine = Machine(site, home)
    shop = new_project(machine, work)
    bundle = site / "dashgen/_history/template.bundle"
    bundle.write_bytes(bundle.read_bytes()[:-100])
    line = machine.refusal(shop, "update")
    assert "the template history of dashgen 0.1.0 is damaged" in line
    assert "install dashgen-cli again" in line


def test_an_older_release_builds_the_same_again(released: Released, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--branch", "v0.1.0", str(released.repository), "clone")
    history = builds.build(tmp_path / "clone", "0.1.0")
    assert history.to_bytes() == packed(released.sites["v0.1.0"]).to_bytes()
