"""The Profile page as the tests see it."""

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

DEBOUNCE = 200  # milliseconds, of the inputs
FIELDS = {
    "first_name": "#profile-first-name",
    "last_name": "#profile-last-name",
    "age": "#profile-age",
}

# Dash's own lists tell whether a callback waits, runs or is to be answered. When all are empty, an
# input with a debounce may still have something to say: what it had before, if a new value came at
# that very moment, and the new one after that. So what disagrees is given time.
SCRIPT = """
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const busy = () => {
    const {requested, prioritized, blocked, executing, watched, executed} =
        window.store.getState().callbacks;
    return [requested, prioritized, blocked, executing, watched, executed].some((l) => l.length);
};
const idle = async () => {
    for (let end = Date.now() + 30000, still = 0; still < 3; still = busy() ? 0 : still + 1) {
        if (Date.now() > end) throw Error("callbacks under way for 30 s");
        await pause(10);
    }
};
const look = () => {
    const record = JSON.parse(document.querySelector("#profile-record").textContent);
    const inputs = {};
    for (const [field, selector] of Object.entries(FIELDS))
        inputs[field] = document.querySelector(selector).value;
    const agrees = Object.keys(inputs).every((key) => inputs[key] === String(record[key] ?? ""));
    return {record, inputs, agrees};
};
const atRest = async (done = () => look().agrees) => {
    for (let end = Date.now() + 10000; await idle(), !done() && Date.now() < end; ) await pause(20);
    return look();
};
""".replace("FIELDS", json.dumps(FIELDS))


@dataclass(frozen=True)
class Seen:
    """What the page shows at one moment."""

    record: dict[str, Any]
    inputs: dict[str, str]
    agrees: bool
    """Whether the record equals the inputs; what the record does not have is an empty input."""


def look(page: Page) -> Seen:
    """Return what the page shows when all is at rest."""
    return Seen(**page.evaluate(f"async () => {{ {SCRIPT} return await atRest(); }}"))


def load(page: Page, times: int, *, pause: int = 0) -> list[Seen]:
    """Press Load and look, until something is wrong; wait for `pause` ms before each."""
    script = f"""async ([times, ms]) => {{
        {SCRIPT}
        const seen = [];
        for (let number = 1; number <= times; number++) {{
            await pause(ms);
            document.querySelector("#profile-load").click();
            seen.push(await atRest());
            if (!seen.at(-1).agrees) break;
        }}
        return seen;
    }}"""
    return [Seen(**seen) for seen in page.evaluate(script, [times, pause])]


def load_in_haste(page: Page, times: int) -> Seen:
    """Press Load again before it has been answered, and look at the end."""
    script = f"""async (times) => {{
        {SCRIPT}
        for (let number = 1; number <= times; number++) {{
            document.querySelector("#profile-load").click();
            await pause(Math.random() * 50);
        }}
        return await atRest();
    }}"""
    return Seen(**page.evaluate(script, times))


def type_in(page: Page, **values: str) -> Seen:
    """Fill fields without a pause, and look when the record has them."""
    for field, value in values.items():
        page.fill(FIELDS[field], value)
    script = f"""async (values) => {{
        {SCRIPT}
        const arrived = ([field, value]) => String(look().record[field]) === value;
        return await atRest(() => Object.entries(values).every(arrived));
    }}"""
    return Seen(**page.evaluate(script, values))
