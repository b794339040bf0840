"""Another template: only where it is named, and never with commands of its own unless trusted."""

import json
from pathlib import Path

import pytest
import yaml

from dashgen.cli.app import main
from dashgen.commands.new import new

from .helpers import dashgen, git, listing, tree

QUESTIONS = """
name:
  type: str
  help: Its name
size:
  type: int
  help: How large
  default: 3
  validator: "{% if size > 9 %}is too large{% endif %}"
colour:
  type: str
  help: Which colour
  choices: [[Dark red, red], [Navy, blue]]
  default: blue
many:
  when: "{{ size == 4 }}"
  choices: [a, b]
  multiselect: true
  default: []
"""
TASKS = '_tasks: ["touch task-was-here"]\n'


@pytest.fixture
def fork(tmp_path: Path) -> Path:
    """Return a small template with two versions, which is not dashgen's."""
    folder = tmp_path / "fork"
    folder.mkdir()
    (folder / "copier.yml").write_text(QUESTIONS)
    (folder / "{{ _copier_conf.answers_file }}.jinja").write_text("{{ _copier_answers|to_yaml }}")
    (folder / "a.txt.jinja").write_text("{{ name }} {{ size }} {{ colour }}\n")
    git(folder, "init", "--quiet")
    for version in ("v1.0.0", "v2.0.0"):
        (folder / "version.txt").write_text(version)
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", version)
        git(folder, "tag", version)
    return folder


def test_its_own_questions_are_answered_by_name(work: Path, fork: Path) -> None:
    words = ["--template", str(fork), "-y", "--data", "size=5", "-d", "colour=red"]
    assert main(["new", "shop", *words, "--name", "A: b"]) == 0
    assert (work / "shop/a.txt").read_text() == "A: b 5 red\n"
    assert (work / "shop/version.txt").read_text() == "v2.0.0"
    recorded = yaml.safe_load((work / "shop/.copier-answers.yml").read_text())
    assert (recorded["_src_path"], recorded["_commit"]) == (str(fork), "v2.0.0")
    assert git(work / "shop", "status", "--porcelain") == ""


def test_a_version_can_be_named(work: Path, fork: Path) -> None:
    project = new("shop", template=str(fork), ref="v1.0.0", defaults=True, dry_run=True)
    assert project.answers == {"name": "shop", "size": 3, "colour": "blue"}
    assert listing(work) == []
    new("shop", template=str(fork), ref="v1.0.0", defaults=True)
    assert (work / "shop/version.txt").read_text() == "v1.0.0"


def test_a_fork_of_dashgens_own_template_gives_the_same_files(work: Path, tmp_path: Path) -> None:
    from .test_copier import as_repository

    repository = tmp_path / "own"
    repository.mkdir()
    as_repository(repository)
    new("ours/shop", defaults=True)
    new("theirs/shop", template=str(repository), defaults=True)
    ours, theirs = tree(work / "ours/shop"), tree(work / "theirs/shop")
    assert ours.pop(".copier-answers.yml") != theirs.pop(".copier-answers.yml")
    assert ours == theirs


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        (TASKS, "tasks"),
        ('_migrations: ["touch task-was-here"]\n', "migrations"),
        ("_jinja_extensions: [jinja2.ext.do]\n", "Jinja extensions"),
    ],
    ids=["tasks", "migrations", "extensions"],
)
def test_what_wants_to_run_something_is_refused(
    work: Path, fork: Path, capsys: pytest.CaptureFixture[str], setting: str, says: str
) -> None:
    (fork / "copier.yml").write_text(setting + QUESTIONS)
    git(fork, "commit", "--quiet", "--all", "--message", "run")
    words = ["new", "shop", "-y", "--template", str(fork), "--ref", "HEAD"]
    assert main(words) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert f"it wants to run {says}; read them, and pass --trust" in line
    assert listing(work) == []

    assert main([*words, "--trust"]) == 0
    assert (work / "shop/task-was-here").exists() == (setting == TASKS)


@pytest.mark.parametrize(
    ("words", "heard"),
    [(["--json"], "hello\n"), (["-q"], ""), ([], "hello\n")],
    ids=["json", "quiet", "plain"],
)
def test_the_output_of_tasks_is_not_the_result(
    work: Path, fork: Path, words: list[str], heard: str
) -> None:
    (fork / "copier.yml").write_text('_tasks: ["echo hello"]\n' + QUESTIONS)
    git(fork, "commit", "--quiet", "--all", "--message", "run")
    new = ("new", "shop", "-y", "--template", str(fork), "--ref", "HEAD", "--trust", *words)
    done = dashgen(*new, cwd=work)
    assert (done.returncode, done.stderr) == (0, heard)
    assert "hello" not in done.stdout
    assert "--json" not in words or json.loads(done.stdout)["commit"]

    (fork / "copier.yml").write_text('_tasks: ["echo hello; exit 3"]\n' + QUESTIONS)
    git(fork, "commit", "--quiet", "--all", "--message", "fail")
    done = dashgen("new", "other", *new[2:], cwd=work)
    assert done.returncode == 1
    assert done.stderr.startswith("hello\n")
    assert not (work / "other").exists()


# With a name: a machine of CI has none.
COMMIT = " && git add -A && git -c user.name=Ada -c user.email=ada@example.org commit -qm mine"


@pytest.mark.parametrize("more", ["", COMMIT])
def test_a_repository_that_a_task_makes_is_replaced(work: Path, fork: Path, more: str) -> None:
    (fork / "copier.yml").write_text(f"_tasks: ['git init -q{more}']\n{QUESTIONS}")
    git(fork, "commit", "--quiet", "--all", "--message", "run")
    words = ["-y", "--template", str(fork), "--ref", "HEAD", "--trust"]
    assert main(["new", "shop", *words]) == 0
    assert git(work / "shop", "log", "--format=%s").startswith("Begin with dashgen")
    assert git(work / "shop", "status", "--porcelain") == ""
    assert main(["new", "other", "--no-git", *words]) == 0
    assert not (work / "other/.git").exists()


def test_a_dry_run_runs_no_task(
    work: Path, fork: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (fork / "copier.yml").write_text(f"_tasks: ['touch {tmp_path}/ran']\n" + QUESTIONS)
    git(fork, "commit", "--quiet", "--all", "--message", "run")
    words = ["new", "shop", "-y", "--template", str(fork), "--ref", "HEAD", "--trust", "--dry-run"]
    assert main(words) == 0
    assert "tasks were not run" in capsys.readouterr().out
    assert not (tmp_path / "ran").exists()
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tasks_left_out"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--data", "size=many"], "--data size 'many': must be a whole number"),
        (["--data", "size=10"], "--data size '10': is too large"),
        (["--data", "colour=green"], "choose from red, blue"),
        (["--data", "colour"], "has no answer"),
        (["--data", "size=4", "-d", "many=a"], "--data many 'a': must be a list; write many=[a]"),
        (["--storage", "redis"], "there is no question 'storage'"),
        (["--ref", "v9"], "v9"),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else "",
)
def test_a_wrong_word_is_one_line(
    work: Path, fork: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    assert main(["new", "shop", "-y", "--template", str(fork), *words]) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert says in line
    assert listing(work) == []


@pytest.mark.parametrize(
    "question",
    [
        "{type: str}",
        "{type: str, choices: [a, b]}",
        "{type: str, choices: [a, b], multiselect: true}",
        "{type: int, validator: '{% if kind < 1 %}is too small{% endif %}'}",
        "{type: bool}",
        "{type: yaml}",
        "{type: json}",
        "{when: '{{ size == 3 }}'}",
        "{default: '{{ UNSET }}'}",
        "{type: int, default: '{% if size == 3 %}{{ UNSET }}{% endif %}'}",
    ],
)
def test_a_question_without_a_default_has_to_be_answered(
    work: Path, fork: Path, capsys: pytest.CaptureFixture[str], question: str
) -> None:
    words = ["shop", "--template", str(fork)]
    assert main(["new", *words, "-y"]) == 0
    (fork / "copier.yml").write_text(f"{QUESTIONS}\nkind: {question}\n")
    git(fork, "commit", "--quiet", "--all", "--message", "required")
    git(fork, "tag", "v3.0.0")
    capsys.readouterr()
    assert main(["update", *words, "-y"]) == 2
    problem = "error: kind: this question has no default;"
    assert capsys.readouterr().err == f"{problem} use copier update, which asks for it\n"
    words[0] = "other"
    assert main(["new", *words, "-y"]) == 2
    assert capsys.readouterr().err == f"{problem} pass --data kind=…\n"
    assert main(["new", *words, "--name", "Other"]) == 2
    assert "ask for --data size=…, --data colour=…, --data kind=…;" in capsys.readouterr().err


def test_a_wrong_default_names_the_option_that_is_there(
    work: Path, fork: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, option in (("kind", "--data kind=…"), ("storage", "--storage")):
        (fork / "copier.yml").write_text(f"{name}: {{type: int, default: many}}\n")
        git(fork, "commit", "--quiet", "--all", "--message", name)
        assert main(["new", "shop", "-y", "--template", str(fork), "--ref", "HEAD"]) == 2
        assert capsys.readouterr().err.endswith(f"must be a whole number; set it with {option}\n")


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"copier.yml": "a: b\nc: [1, }\n"}, "copier.yml cannot be read: line 2: "),
        ({"copier.yml": "---\n!include q.yml\n", "q.yml": "a: b\nc: '\n"}, "q.yml cannot be"),
        ({"copier.yml": "a: b\n", "copier.yaml": "a: b\n"}, "has copier.yml and copier.yaml"),
        ({"copier.yml": "_min_copier_version: '99'\n"}, "name an older release of the template"),
        ({"copier.yml": "_tasks: ['exit 3']\n"}, "read its output above"),
        ({"copier.yml": "_jinja_extensions: [no.such]\n"}, "No module named 'no'"),
    ],
    ids=["YAML", "included YAML", "two files", "newer Copier", "a task that fails", "an extension"],
)
@pytest.mark.parametrize("words", [[], ["--json"]], ids=["plain", "json"])
def test_a_template_that_cannot_be_used_is_one_line(
    work: Path, tmp_path: Path, files: dict[str, str], says: str, words: list[str]
) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(content)
    done = dashgen("new", "shop", "-y", "--trust", "--template", str(folder), *words, cwd=work)
    printed, empty = (done.stdout, done.stderr) if words else (done.stderr, done.stdout)
    assert (done.returncode in {1, 2}, printed.count("\n"), empty) == (True, 1, "")
    assert says in printed
    assert not words or json.loads(printed)["error"]["hint"]


def test_its_message_is_the_last_word(
    work: Path, fork: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    message = "Size {{ size }} in {{ _copier_conf.dst_path }}"
    (fork / "copier.yml").write_text(f"_message_after_copy: '{message}'\n{QUESTIONS}")
    git(fork, "commit", "--quiet", "--all", "--message", "say")
    git(fork, "tag", "v3.0.0")
    words = ["-y", "--template", str(fork)]
    assert main(["new", "shop", *words]) == 0
    assert capsys.readouterr().out.endswith(f"\n\nSize 3 in {work}/shop\n")
    for silent in ("-q", "--json", "--dry-run"):
        assert main(["new", "other", *words, silent]) == 0
        assert "Size 3" not in capsys.readouterr().out
        if silent != "--dry-run":
            (work / "other").rename(work / silent)


def test_its_own_exclusions_do_not_let_in_its_repository(work: Path, fork: Path) -> None:
    (fork / "copier.yml").write_text(f"_exclude: [version.txt, copier.yml]\n{QUESTIONS}")
    git(fork, "commit", "--quiet", "--all", "--message", "exclude")
    git(fork, "tag", "v3.0.0")
    assert main(["new", "shop", "-y", "--template", str(fork)]) == 0
    assert sorted(tree(work / "shop")) == [".copier-answers.yml", "a.txt"]


def test_a_plain_folder_has_no_releases(
    work: Path, fork: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (fork / ".git").rename(fork.with_name("history"))
    assert main(["new", "shop", "-y", "--template", str(fork), "--ref", "v1"]) == 2
    line = capsys.readouterr().err
    assert line == f"error: --template {fork}: a plain folder has no v1; leave out --ref\n"
    assert listing(work) == []


@pytest.mark.parametrize(
    ("question", "answer", "recorded"),
    [
        ("{type: str, multiselect: true, choices: [a, b]}", "[b]", ["b"]),
        ("{type: yaml, default: {}}", "{a: [1, no]}", {"a": [1, False]}),
        ("{type: json, default: '[]'}", '[{"a": null}]', [{"a": None}]),
    ],
    ids=["several choices", "yaml", "json"],
)
def test_a_question_whose_answer_is_no_single_word(
    work: Path, fork: Path, question: str, answer: str, recorded: object
) -> None:
    (fork / "copier.yml").write_text(f"many: {question}\n")
    (fork / "a.txt.jinja").write_text("{{ many }}\n")
    git(fork, "commit", "--quiet", "--all", "--message", "many")
    words = ["new", "shop", "-y", "--template", str(fork), "--ref", "HEAD"]
    assert main([*words, "--data", f"many={answer}"]) == 0
    assert yaml.safe_load((work / "shop/.copier-answers.yml").read_text())["many"] == recorded


@pytest.mark.parametrize(
    "questions",
    ["tok: {type: str, secret: true, default: old}", "tok: old\n_secret_questions: [tok]"],
    ids=["of the question", "of the template"],
)
def test_a_secret_is_shown_nowhere(
    work: Path, fork: Path, capsys: pytest.CaptureFixture[str], questions: str
) -> None:
    validator = "{% if tok == 'hunter' %}is {{ short }}{% endif %}"
    (fork / "copier.yml").write_text(f"short: short\n{questions}\nname: x\n")
    (fork / "a.txt.jinja").write_text("{{ tok }}\n")
    git(fork, "commit", "--quiet", "--all", "--message", "secret")
    git(fork, "tag", "v3.0.0")
    words = ["-y", "--template", str(fork), "--data", "tok=hunter2"]
    assert main(["new", "shop", *words]) == 0
    assert (work / "shop/a.txt").read_text() == "hunter2\n"
    said = capsys.readouterr()
    assert "tok    •••" in said.out
    assert main(["new", "other", *words, "--json"]) == 0
    said_as_data = json.loads(capsys.readouterr().out)
    assert said_as_data["answers"] == {"short": "short", "name": "other"}
    recorded = (work / "shop/.copier-answers.yml").read_text()
    assert "hunter2" not in f"{said}{said_as_data}{recorded}"

    (fork / "copier.yml").write_text(
        f"short: short\nname: x\ntok: {{secret: true, default: new, validator: {validator!r}}}\n"
    )
    git(fork, "commit", "--quiet", "--all", "--message", "another default")
    git(fork, "tag", "v4.0.0")
    for command in (["status"], ["update", "--dry-run"], ["update", "--dry-run", "--json"]):
        assert main([command[0], "shop", "--template", str(fork), *command[1:]]) == 0
        assert "tok" not in capsys.readouterr().out.replace("{{ tok }}", "")
    assert main(["new", "third", *words[:-1], "tok=hunter"]) == 2
    assert "tok •••: is short" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a: {secret: true}", "the secret question 'a' has no default"),
        ("_secret_questions: 3\na: b", ""),
        ("a: {choices: [[one]]}", "choices of 'a'"),
        ("a: {choices: 3}", "choices of 'a'"),
        ("a: {choices: null}", "choices of 'a'"),
        ("a: {type: [str]}", "type of 'a'"),
        ("a: {help: 3}", "help of 'a'"),
        ("a: {validator: null}", "validator of 'a'"),
        ("a: {when: '{{ nowhere }}'}", "question 'a': 'nowhere' is undefined"),
        ("a: {default: '{{ 1 | nothing }}'}", "question 'a': No filter named 'nothing'"),
        ("a: {default: '{% if %}'}", "question 'a'"),
        ("a: {default: '{{ 1 / 0 }}'}", "question 'a': division by zero"),
        ("a: {validator: '{{ a.b.c }}', default: b}", "question 'a'"),
        ("a: {when: false, default: '{{ none + 1 }}'}", "question 'a'"),
        ("a: {type: yaml, default: '['}", "question 'a'"),
        ("a: {type: int, default: null}", "must be a whole number"),
        ("a: {type: int, default: .inf}", "must be a whole number"),
        ("_subdirectory: 3\na: b", ""),
        ("_exclude: 3\na: b", ""),
    ],
)
def test_a_template_with_an_odd_question_is_one_line(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, says: str
) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "copier.yml").write_text(content)
    assert main(["new", "shop", "-y", "--template", str(folder)]) in (1, 2)
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert says in line
    assert "unexpected" not in line
    assert listing(work) == []


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("{choices: [], default: ''}", True),
        ("{when: '{{ name }}', default: ''}", True),
        ("{when: '{{ none }}'}", False),
        ("{when: '{{ name | length }}', default: ''}", True),
    ],
)
def test_a_question_is_asked_as_copier_asks_it(
    work: Path, tmp_path: Path, question: str, asked: bool
) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "copier.yml").write_text(f"name: x\na: {question}\n")
    (folder / "a.txt").touch()
    answers = new("shop", template=str(folder), defaults=True).answers
    assert answers == {"name": "shop"} | ({"a": ""} if asked else {})


def test_a_folder_needs_no_git(work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "copier.yml").write_text("a: b\n")
    (folder / "a.txt.jinja").write_text("{{ a }}\n")
    monkeypatch.setenv("PATH", str(work))
    assert main(["new", "shop", "-y", "--no-git", "--template", str(folder)]) == 0
    assert (work / "shop/a.txt").read_text() == "b\n"


@pytest.mark.parametrize(
    "questions", ["", "pages: 3", "pages: [{kind: form}, {name: [a]}]", "pages: {default: {a: b}}"]
)
def test_a_project_of_other_answers_has_a_status(
    work: Path, fork: Path, capsys: pytest.CaptureFixture[str], questions: str
) -> None:
    (fork / "copier.yml").write_text(f"{questions}\n_min_copier_version: '9'\n")
    git(fork, "rm", "--quiet", "a.txt.jinja")
    git(fork, "commit", "--quiet", "--all", "--message", "other")
    git(fork, "tag", "v3.0.0")
    assert main(["new", "shop", "-y", "--template", str(fork)]) == 0
    assert main(["status", "shop", "--template", str(fork)]) == 0
    assert "No file differs" in capsys.readouterr().out


@pytest.mark.parametrize("source", ["~nobody-has-this-name/x", "~nobody-has-this-name"])
def test_a_home_folder_of_nobody_is_one_line(
    work: Path, capsys: pytest.CaptureFixture[str], source: str
) -> None:
    assert main(["new", "shop", "-y", "--template", source]) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert "unexpected" not in line
