"""The history in the home folder: what Copier takes for a repository, whoever writes it."""

import multiprocessing
from pathlib import Path

import pytest

from dashgen.commands.new import new
from dashgen.commands.update import update
from dashgen.files import File
from dashgen.releases import installed
from dashgen.releases.bundle import Bundle, DamagedBundleError
from tests.cli.helpers import git
from tests.support.projects import AXES, choices

BUNDLE = ".local/share/dashgen/template.bundle"


def history(*tags: str) -> Bundle:
    made = Bundle()
    for tag in tags:
        made.add(tag, {"copier.yml": File(tag.encode()), "template/a": File(b"a", 0o100755)})
    return made


def put(home: Path, content: Bundle) -> Path:
    bundle = home / BUNDLE
    bundle.parent.mkdir(parents=True)
    bundle.write_bytes(content.to_bytes())
    return bundle


def test_git_takes_the_bundle_for_a_repository(tmp_path: Path) -> None:
    own = installed.own()
    bundle = tmp_path / "a.bundle"
    bundle.write_bytes(own.to_bytes())
    git(tmp_path, "clone", "--quiet", str(bundle), "clone")
    git(tmp_path / "clone", "fsck", "--strict")
    assert git(tmp_path / "clone", "describe", "--tags") == own.current
    assert git(tmp_path / "clone", "rev-parse", "HEAD^{tree}") == own.tree(own.current)
    assert Bundle.read(bundle).to_bytes() == bundle.read_bytes()


@pytest.mark.parametrize("size", [0, 10, 60, 300, -1])
def test_a_bundle_that_is_cut_off_or_changed_is_noticed(size: int, tmp_path: Path) -> None:
    bundle = tmp_path / "a.bundle"
    whole = history("v1.0").to_bytes()
    bundle.write_bytes(whole[:size])
    with pytest.raises(DamagedBundleError):
        Bundle.read(bundle)
    middle = len(whole) // 2
    bundle.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    with pytest.raises(DamagedBundleError):
        Bundle.read(bundle)


def test_other_versions_stay_and_the_newest_is_current(home: Path) -> None:
    bundle = put(home, history("v9.0", "v0.0.1"))
    assert installed.share() == ""
    merged = Bundle.read(bundle)
    assert set(merged.tags) == {"v9.0", "v0.0.1", *installed.own().tags}
    assert merged.current == "v9.0"
    written = bundle.stat().st_mtime_ns
    assert installed.share() == ""
    assert bundle.stat().st_mtime_ns == written


def test_the_same_tag_with_another_content_is_that_of_the_dashgen_that_runs(home: Path) -> None:
    bundle = put(home, history(installed.own_tag()))
    installed.share()
    assert Bundle.read(bundle).tags == installed.own().tags


def test_a_damaged_bundle_is_written_anew_and_named(home: Path) -> None:
    bundle = put(home, history("v1.0"))
    bundle.write_bytes(b"?")
    assert "was damaged" in installed.share()
    assert Bundle.read(bundle).tags == installed.own().tags


@pytest.mark.parametrize("obstacle", ["a file", "no home"])
def test_without_a_home_folder_projects_are_made_and_updated(
    obstacle: str, home: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may write anywhere, so a file stands where the folder should be.
    (home / ".local").write_text("")
    if obstacle == "no home":
        monkeypatch.setenv("HOME", "/proc/nobody")
    made = new("shop", defaults=True)
    assert "cannot be written" in made.warning
    (axis, *_) = AXES
    done = update(made.path, answers={axis: choices(axis)[1]})
    assert done.written
    assert "cannot be written" in done.warning


def refresh(tag: str) -> None:
    own = history(tag)
    installed.own = installed.index = lambda: own  # type: ignore[assignment]
    installed.share()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_many_at_once_lose_nothing(home: Path) -> None:
    tags = [f"v0.{number}" for number in range(8)]
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=refresh, args=(tag,)) for tag in tags]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert {process.exitcode for process in processes} == {0}
    assert set(Bundle.read(home / BUNDLE).tags) == set(tags)
    assert sorted(path.name for path in (home / BUNDLE).parent.iterdir()) == [
        "template.bundle",
        "template.lock",
    ]
