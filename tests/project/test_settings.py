"""The settings of a generated project: documented one by one, and refused where they are unfit."""

import stat
from pathlib import Path

import pytest

from tests.cli import compose
from tests.support.projects import Variant, render, run, vary

SECRET = "an-example-of-a-secret-key-that-is-long"
PRODUCTION = {"APP_ENVIRONMENT": "production", "APP_SECRET_KEY": SECRET}
REFUSED = 3


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with the default choices."""
    return render(tmp_path_factory.mktemp("settings"), Variant())


REFUSALS = [
    ({**PRODUCTION, "APP_SECRET_KEY": ""}, "APP_SECRET_KEY is missing or weak"),
    ({**PRODUCTION, "APP_SECRET_KEY": "hunter2"}, "APP_SECRET_KEY is missing or weak"),
    ({**PRODUCTION, "APP_SECRET_KEY": "a" * 16}, "APP_SECRET_KEY is missing or weak"),
    ({**PRODUCTION, "APP_SECRET_KEY": "abc" * 16}, "APP_SECRET_KEY is missing or weak"),
    ({"APP_STORAGE_TTL": "0"}, "APP_STORAGE_TTL: Input should be greater than 0"),
    ({"APP_STORAGE_TTL": f"{10**21}"}, "APP_STORAGE_TTL: Input should be less than or equal"),
    ({"APP_BACKGROUND_CACHE_MB": f"{10**21}"}, "APP_BACKGROUND_CACHE_MB: Input should be less"),
    ({"APP_STORAGE_LIMIT": "-1"}, "APP_STORAGE_LIMIT: Input should be greater than 0"),
    ({"APP_STORAGE_TIMEOUT": "0"}, "APP_STORAGE_TIMEOUT: Input should be greater than 0"),
    ({"APP_BACKGROUND_SECONDS": "0"}, "APP_BACKGROUND_SECONDS: Input should be greater than 0"),
    ({**PRODUCTION, "APP_DEBUG": "true"}, "APP_DEBUG lets visitors run code"),
    ({**PRODUCTION, "APP_LOG_LEVEL": "loud"}, "APP_LOG_LEVEL: Input should be 'DEBUG', 'INFO'"),
    ({"WEB_CONCURRENCY": "0"}, "WEB_CONCURRENCY: Input should be greater than 0"),
    ({"PORT": "70000"}, "PORT: Input should be less than or equal to 65535"),
    ({"PORT": ""}, "PORT: Input should be a valid integer"),
    ({"APP_STORAGE_URL": "mysql://x"}, "APP_STORAGE_URL: not the URL of a SQLite database"),
]


@pytest.mark.parametrize(("env", "message"), REFUSALS, ids=str)
def test_what_is_unfit_ends_the_start_with_a_line_that_holds_no_secret(
    project: Path, env: dict[str, str], message: str
) -> None:
    code, said = run(project, "-c", "import app", env=env)
    assert code == REFUSED
    (line,) = said.splitlines()
    assert line.startswith(f"Settings: {message}")
    assert "hunter2" not in line
    assert SECRET not in line


def test_other_users_of_the_machine_read_nothing_of_it(tmp_path: Path) -> None:
    project = render(tmp_path, Variant())
    (project / "instance").mkdir(mode=0o755)  # as an earlier version has made it
    start = "import app; from myapp.core import storage; storage.ping()"
    assert run(project, "-c", start, env={"APP_SECRET_KEY": ""}) == (0, "")
    assert stat.S_IMODE((project / "instance").stat().st_mode) == 0o700
    for name in ("secret_key", "storage.db"):
        assert stat.S_IMODE((project / "instance" / name).stat().st_mode) == 0o600


@pytest.mark.parametrize(("places", "waiting"), [("1", 1), ("4", 1), ("10", 2)])
def test_a_visitor_has_a_fifth_of_the_places_for_jobs_and_one_at_least(
    project: Path, places: str, waiting: int
) -> None:
    start = (
        "import app; from myapp.core.background import Order, Orders; orders = Orders(); "
        "[orders.add(Order('ada', f'job {n}', [])) for n in range(5)]; print(len(orders))"
    )
    assert run(project, "-c", start, env={"APP_BACKGROUND_QUEUE": places}) == (0, f"{waiting}\n")


def test_what_other_programs_set_is_none_of_the_apps(project: Path) -> None:
    foreign = {
        "HOST": "x86_64-conda-linux-gnu",  # conda, in conda-build#4217 and plotly/dash#3069
        "DEBUG": "release",
        "ENVIRONMENT": "staging",
        "LOG_LEVEL": "info",
    }
    assert run(project, "-c", "import app", env=foreign) == (0, "")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_an_env_file_of_any_editor_is_read_or_refused_in_one_line(
    tmp_path: Path, encoding: str
) -> None:
    project = render(tmp_path, Variant())
    (project / ".env").write_text("APP_HOST=0.0.0.0\n# größe\n", encoding=encoding)
    shown = run(project, "-c", "from myapp.settings import settings; print(settings.host)")
    refused = (REFUSED, "Settings: .env is not in UTF-8; save it again in that encoding\n")
    assert shown == ((0, "0.0.0.0\n") if encoding == "utf-8-sig" else refused)


def test_the_projects_tests_run_wherever_production_is_set(tmp_path: Path) -> None:
    project = render(tmp_path, Variant())
    tests = ["-m", "pytest", "-q", "tests/core/test_pages.py", "-k", "health"]
    code, said = run(project, *tests, env={"APP_ENVIRONMENT": "production", "APP_DEBUG": "true"})
    assert code == 0, said


def test_gunicorn_gives_up_instead_of_trying_again(project: Path) -> None:
    without = {**PRODUCTION, "APP_SECRET_KEY": ""}
    code, said = run(project, "-m", "gunicorn", "app:server", env=without)
    assert code == REFUSED
    assert said.count("APP_SECRET_KEY") == 1
    assert "Traceback" not in said


@pytest.mark.parametrize("variant", vary("storage", "background"), ids=str)
def test_the_example_lists_every_setting_with_a_comment_and_its_default(
    variant: Variant, tmp_path: Path
) -> None:
    project = render(tmp_path, variant)
    example = (project / ".env.example").read_text()
    documented = set()
    for paragraph in example.split("\n\n")[1:]:
        comments, *_ = lines = paragraph.strip().splitlines()
        assert comments.startswith("# ")
        documented |= {line.removeprefix("# ").partition("=")[0] for line in lines[1:]}
    assert compose.read(example) == {}, "a copy would override the defaults of compose.yaml"
    (project / "set").write_text(compose.uncommented(example))
    tell = "; ".join(
        [
            "from myapp.settings import Settings as S",
            "print(*(f.validation_alias or f'APP_{n.upper()}' for n, f in S.model_fields.items()))",
            "print(S(_env_file='set') == S(_env_file=None))",
        ]
    )
    _, said = run(project, "-c", tell)
    names, same = said.splitlines()
    assert set(names.split()) == documented
    assert same == "True"


def test_celerys_addresses_get_their_password(tmp_path: Path) -> None:
    """As kombu and redis-py read them; the name of a user stays."""
    project = render(tmp_path, Variant(background="celery"))
    password = "p@ss/w:rd?#%2F$+&=é"
    code = (
        "from redis.connection import parse_url;"
        "from kombu.utils.url import parse_url as kombu;"
        "from myapp.settings import settings;"
        "backend = parse_url(settings.celery_result_backend);"
        "broker = kombu(settings.celery_broker_url);"
        "names = ('password', 'username', 'db');"
        "print(ascii([broker['password'], *map(backend.get, names)]))"
    )
    backend = "redis://me:old@somewhere:6379/2"
    env = {"APP_CELERY_PASSWORD": password, "APP_CELERY_RESULT_BACKEND": backend}
    assert run(project, "-c", code, env=env) == (0, ascii([password, password, "me", 2]) + "\n")
