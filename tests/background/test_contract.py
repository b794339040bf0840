"""What a page may rely on, whatever runs its jobs."""

import json
import re
import statistics
import time
from collections import Counter

import pytest
from playwright.sync_api import Page

from .conftest import Open, Row
from .pages import RECORD_PROGRESS, REPORT_RUNS, message, messages, run, wait_for, wait_idle
from .stack import (
    REPORT_SECONDS,
    Stack,
    Visitor,
    alive,
    family,
    quick_answers,
    together,
    wait_until,
)

# With `none` a request cannot be cancelled, and the button stays disabled.
IN_A_PROCESS_OF_ITS_OWN = pytest.mark.parametrize(
    "app", ["diskcache", "celery", "spawned"], indirect=True, scope="session"
)


def test_a_report_shows_its_progress_and_then_its_result(app: Stack, visit: Open) -> None:
    page = visit("/reports")
    page.evaluate(RECORD_PROGRESS)
    assert page.is_enabled("#reports-run")
    assert page.is_disabled("#reports-cancel")
    start = time.monotonic()
    page.click("#reports-run")
    page.wait_for_selector("#reports-run:disabled")
    wait_for(page, "document.querySelector('#reports-status').textContent !== ''")
    if app.manager != "none":
        page.wait_for_selector("#reports-cancel:enabled")
    page.wait_for_selector("#reports-result table")
    assert time.monotonic() - start > REPORT_SECONDS * 0.9
    page.wait_for_selector("#reports-run:enabled")
    page.wait_for_selector("#reports-result .js-plotly-plot")
    assert page.locator("#reports-result tbody tr").count() == 5
    assert page.is_disabled("#reports-cancel")
    assert page.text_content("#reports-status") == ""
    seen = page.evaluate("window.progress")
    if app.manager == "none":
        assert seen == [0]
    else:
        assert seen.pop() == 0  # the page is ready for the next report
        assert seen == sorted(seen)
        assert len(seen) >= 4
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    content = download.value.path().read_text()
    assert content.startswith("\ufeffregion,first,last,change"), "Excel needs the mark"
    assert messages(page) == 0


def go_elsewhere_and_back(page: Page, seconds: float) -> None:
    page.click("#shell-nav-home")
    page.wait_for_selector("#reports-run", state="detached")
    time.sleep(seconds)
    page.click("#shell-nav-reports")
    page.wait_for_selector("#reports-run")


def run_report(page: Page) -> None:
    page.click("#reports-run")
    wait_for(page, REPORT_RUNS)
    page.wait_for_selector("#reports-run:disabled")


@pytest.mark.parametrize("seconds", [0.5, REPORT_SECONDS + 1])
def test_a_visitor_may_go_to_another_page_in_mid_job(
    app: Stack, visit: Open, seconds: float
) -> None:
    page = visit("/reports")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda entry: errors.append(entry.text) if entry.type == "error" else None)
    run_report(page)
    go_elsewhere_and_back(page, seconds)
    if seconds < REPORT_SECONDS:
        wait_for(page, REPORT_RUNS)
        page.wait_for_selector("#reports-run:disabled")
    page.wait_for_selector("#reports-result table")
    page.wait_for_selector("#reports-run:enabled")
    wait_for(page, f"!({REPORT_RUNS})")
    go_elsewhere_and_back(page, 0)
    page.wait_for_selector("#reports-result table")
    time.sleep(1)
    assert page.is_enabled("#reports-run"), "it runs by itself"
    assert messages(page) == 0, message(page)
    run_report(page)  # once more, since the button has come anew
    page.wait_for_selector("#reports-run:enabled")
    assert errors == []


@IN_A_PROCESS_OF_ITS_OWN
def test_a_visitor_who_comes_back_can_cancel(app: Stack, visit: Open) -> None:
    page = visit("/reports")
    run_report(page)
    go_elsewhere_and_back(page, 0.5)
    page.click("#reports-cancel:enabled")
    page.wait_for_selector("#reports-run:enabled")
    wait_for(page, "document.querySelector('#reports-cancelled').textContent !== ''")
    time.sleep(REPORT_SECONDS)
    assert page.locator("#reports-result table").count() == 0
    assert messages(page) == 0, message(page)


@IN_A_PROCESS_OF_ITS_OWN
def test_cancel_ends_the_work_and_the_page_is_idle(app: Stack, visit: Open, row: Row) -> None:
    page = visit("/faults?kind=long&seconds=30")
    before = app.runs()
    run(page)
    token, pid = app.new_run(before)
    wait_for(page, "document.querySelector('#fault-progress').textContent !== ''")
    start = time.monotonic()
    page.click("#fault-cancel")
    wait_idle(page, 10)
    row(app.manager, "cancelled by the user", "an idle page", time.monotonic() - start)
    wait_until(lambda: not alive(pid), 5, "the process of the job is gone")
    assert not app.ended(token)
    assert page.text_content("#fault-progress") == ""
    time.sleep(1)
    assert messages(page) == 0, message(page)
    assert app.runs().keys() - before.keys() == {token}, "a cancelled job is not tried again"


def test_an_exception_is_a_message_for_the_user_and_a_traceback_in_the_log(
    app: Stack, visit: Open, row: Row
) -> None:
    page = visit("/faults?kind=fail&seconds=0.5")
    before = app.runs()
    start = time.monotonic()
    run(page)
    token, _ = app.new_run(before)
    wait_idle(page, 10)
    text = message(page)
    row(app.manager, "exception in a job", text, time.monotonic() - start - 0.5)
    reference = re.search(r"reference (\w{8})", text)
    assert reference is not None, text
    assert token not in text
    logs = app.web_log.read_text() + (app.worker_log.read_text() if app.worker else "")
    assert logs.count(f"RuntimeError: the disk of {token} is full") == 1
    assert logs.count(f"Error {reference[1]}") == 1
    assert messages(page) == 1


@pytest.mark.parametrize("outputs", ["one", "two", "none"])
def test_an_exception_in_dashs_own_background_callback_is_a_message_too(
    app: Stack, visit: Open, outputs: str
) -> None:
    page = visit("/faults")
    page.click(f"#plain-{outputs}")
    text = message(page, 15)
    reference = re.search(r"reference (\w{8})", text)
    assert reference is not None, text
    assert f"Error {reference[1]}" in app.web_log.read_text()
    if app.manager != "none":  # there Dash runs no such callback, and the log says so
        assert page.text_content("#plain-told") == "begun", "`set_props` came before the exception"
        assert "a plain callback fails" in app.web_log.read_text()


def test_an_error_for_the_user_is_shown_as_it_is(app: Stack, visit: Open) -> None:
    page = visit("/faults?kind=refuse&seconds=0.5")
    run(page)
    assert message(page, 10) == "That did not work Choose a shorter period."
    wait_idle(page, 5)


def test_a_result_that_is_not_json_is_an_error_that_names_the_type(app: Stack, visit: Open) -> None:
    page = visit("/faults?kind=odd&seconds=0.5")
    run(page)
    assert "Something went wrong" in message(page, 10)
    assert "Object of type set is not JSON serializable" in app.job_log.read_text()


@pytest.mark.parametrize("kind", ["nothing", "no number"])
def test_a_job_without_a_result_empties_its_output(app: Stack, visit: Open, kind: str) -> None:
    page = visit(f"/faults?kind={kind}&seconds=1")
    page.evaluate("dash_clientside.set_props('fault-result', {children: 'of the run before'})")
    wait_for(page, "document.querySelector('#fault-result').textContent !== ''")
    run(page)
    wait_idle(page, 10)
    wait_for(page, "document.querySelector('#fault-result').textContent === ''")
    assert messages(page) == 0, message(page)


def test_24_sessions_with_equal_arguments_get_24_results(app: Stack) -> None:
    before = app.runs()
    results = together(24, lambda _: Visitor(app.web.url).fault("echo", 0.3))
    assert Counter(map(type, results)) == {str: 24}, results
    assert len(set(results)) == 24
    assert set(results) == app.runs().keys() - before.keys()


LONG = {"fault-run.n_clicks": 1, "fault-kind-store.data": {"kind": "echo", "seconds": 2}}


# The workers of Celery have as many processes as they are given.
@pytest.mark.parametrize("app", ["diskcache", "spawned"], indirect=True, scope="session")
def test_one_visitors_jobs_are_limited_and_hold_up_no_other(app: Stack) -> None:
    before = app.runs()
    greedy = Visitor(app.web.url)
    started = [greedy.post("fault-result.children", LONG) for _ in range(45)]
    wait_until(lambda: len(app.runs()) - len(before) >= 8, 30, "eight jobs begin")
    begun = {token for token in app.runs() if token not in before and not app.ended(token)}
    assert len(begun) <= 8, "four in each of two web processes"
    own = Visitor(app.web.url).fault("echo", 0)
    assert isinstance(own, str)
    assert len(app.runs()) - len(before) < 30, "the other visitor's job did not wait for all"
    answers = [
        greedy.post("fault-result.children", LONG, f"&cacheKey={one['cacheKey']}&job={one['job']}")
        for one in started
    ]
    told = [answer for answer in answers if "Too many jobs" in json.dumps(answer)]
    assert told, "a fifth of the places in the queue are one visitor's"
    for one in started:
        greedy.post("fault-cancel.id", {"fault-cancel.n_clicks": 1}, f"&cancelJob={one['job']}")
    # Of spawned processes each web process keeps one, which ran a job before.
    kept = 2 if app.manager == "spawned" else 0
    wait_until(lambda: sum(map(alive, {*app.runs().values()})) <= kept, 30, "all have ended")


def test_two_tabs_of_one_session_get_a_result_each(app: Stack, visit: Open) -> None:
    first = visit("/faults?kind=echo&seconds=1")
    second = first.context.new_page()
    second.goto(first.url)
    second.wait_for_selector("#fault-run")
    second.wait_for_load_state("networkidle")
    for page in (first, second):
        run(page)
    for page in (first, second):
        wait_idle(page, 15)
    tokens = [page.text_content("#fault-result") for page in (first, second)]
    assert len({*tokens} - {""}) == 2


def test_a_job_goes_on_when_its_tab_is_closed(app: Stack, visit: Open, row: Row) -> None:
    page = visit("/faults?kind=echo&seconds=2")
    before = app.runs()
    run(page)
    token, _ = app.new_run(before)
    page.close()
    start = time.monotonic()
    wait_until(lambda: app.ended(token), 10, "the job ends")
    row(
        app.manager, "tab closed in mid-job", "the job goes on to its end", time.monotonic() - start
    )


# Work that keeps the processor busy is what the other two are for.
@pytest.mark.parametrize(
    ("app", "kind"),
    [
        ("diskcache", "long"),
        ("diskcache", "burn"),
        ("celery", "long"),
        ("celery", "burn"),
        ("none", "long"),
    ],
    indirect=["app"],
    scope="session",
)
def test_ordinary_callbacks_are_answered_while_two_jobs_run(
    app: Stack, kind: str, row: Row
) -> None:
    idle, busy = quick_answers(app, kind)
    doing = {"long": "wait", "burn": "keep both processors busy"}[kind]
    middle, of = statistics.median(busy), statistics.median(idle)
    row(app.manager, f"two jobs {doing}", f"an ordinary callback took {middle / of:.1f} times idle")
    # How quick they are is measured in `benchmarks/`; one that waits for a job is not among them.
    assert len(busy) > 5


def test_no_zombie_is_left_of_all_this(app: Stack) -> None:
    pids = [process.pid for process in (app.web, app.worker) if process is not None]
    wait_until(
        lambda: not any("Z" in family(pid).values() for pid in pids), 5, "all have been reaped"
    )
    if app.manager in {"diskcache", "spawned"}:  # per web process at most two others
        wait_until(lambda: len(family(app.web.pid)) <= 6, 20, "the jobs' processes are gone")
