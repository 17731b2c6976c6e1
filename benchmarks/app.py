"""The app in a real browser against a bare Streamlit counter, in turns, in one run.

`python -m benchmarks.app` (needs requirements-bench.txt and Chromium). From a click on Right to the
new number painted, and the first load of a fresh server: goal 1.5 times the bare app. From Train to
the first point drawn, with a warm worker: goal 1.5 seconds.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Browser, Page

from benchmarks.report import markdown
from tests.browser.launch import ROOT, open_browser, running_app

BARE = Path(__file__).with_name("bare.py")
# Clicks a button; resolves with the milliseconds until what is watched has changed and was painted.
CLICK = """([button, watched]) => new Promise(resolve => {
    const node = document.querySelector(watched);
    const before = node.textContent;
    const observer = new MutationObserver(() => {
        if (node.textContent === before) return;
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun)));
    });
    observer.observe(node, {childList: true, subtree: true, characterData: true});
    const begun = performance.now();
    document.querySelector(button).click();
})"""
SIDES: dict[str, tuple[Path, str, str, str]] = {
    "bare counter": (BARE, "/", ".st-key-right button", ".st-key-number"),
    "Q-learning page": (
        ROOT / "streamlit_app.py",
        "/q-learning?lang=en",
        ".st-key-ql_right button",
        ".st-key-ql_numbers",
    ),
}


def opened(browser: Browser, address: str, ready: str) -> Page:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto(address)
    page.wait_for_selector(ready)
    return page


def first_load(browser: Browser, side: str) -> float:
    """Seconds until a fresh server's page can be used."""
    script, path, button, _ = SIDES[side]
    with tempfile.TemporaryDirectory() as store:  # noqa: SIM117
        with running_app(script, RL_PLAYGROUND_DATA=store) as address:
            begun = time.perf_counter()
            page = opened(browser, address + path, button)
            seconds = time.perf_counter() - begun
            page.close()
    return seconds


def clicks(browser: Browser, count: int) -> dict[str, list[float]]:
    """Milliseconds of each click, the two apps taking turns."""
    with tempfile.TemporaryDirectory() as store, running_app(BARE) as bare:  # noqa: SIM117
        with running_app(RL_PLAYGROUND_DATA=store) as ours:
            pages = {
                side: opened(browser, address + SIDES[side][1], SIDES[side][2])
                for side, address in zip(SIDES, (bare, ours), strict=True)
            }
            times: dict[str, list[float]] = {side: [] for side in SIDES}
            for turn in range(count + 5):
                for side, page in pages.items():
                    page.wait_for_timeout(300)  # what the last click set off has settled
                    taken = page.evaluate(CLICK, list(SIDES[side][2:]))
                    if turn >= 5:  # the first ones warm up
                        times[side].append(taken)
    return times


def train_to_first_point(browser: Browser, count: int) -> list[float]:
    """Seconds from Train to a curve with a point, the worker being warm."""
    step = "Number(document.querySelector('.st-key-dqn_status [data-step]')?.dataset.step) > 0"
    times = []
    with tempfile.TemporaryDirectory() as store, running_app(RL_PLAYGROUND_DATA=store) as address:
        page = opened(browser, f"{address}/dqn?lang=en", ".st-key-dqn_train button:enabled")
        page.wait_for_timeout(15_000)  # the worker warms up while somebody reads
        for _ in range(count):
            begun = time.perf_counter()
            page.click(".st-key-dqn_train button")
            page.wait_for_selector(".st-key-dqn_status [data-state=running]", state="attached")
            page.wait_for_function(step)
            times.append(time.perf_counter() - begun)
            page.click(".st-key-dqn_stop button")
            page.wait_for_selector(".st-key-dqn_train button:enabled")
    return times


def compared(what: str, measured: dict[str, list[float]], unit: str) -> list[list[str]]:
    base = median(measured["bare counter"])
    return [
        [what, side, f"{median(m):.3g} {unit}", f"{quantiles(m, n=10)[-1]:.3g} {unit}",
         f"{median(m) / base:.2f}x"]
        for side, m in measured.items()
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clicks", type=int, default=40)
    parser.add_argument("--loads", type=int, default=5)
    parser.add_argument("--trainings", type=int, default=5)
    arguments = parser.parse_args()
    with open_browser() as browser:
        loads: dict[str, list[float]] = {side: [] for side in SIDES}
        for _ in range(arguments.loads):
            for side, seconds in loads.items():
                seconds.append(first_load(browser, side))
        rows = compared("Right → number", clicks(browser, arguments.clicks), "ms")
        rows += compared("first load", loads, "s")
        points = train_to_first_point(browser, arguments.trainings)
    rows.append(
        ["Train → first point", "DQN page", f"{median(points):.2f} s", f"{max(points):.2f} s", ""]
    )
    print(markdown(["", "", "median", "90 %", "ratio"], rows))


if __name__ == "__main__":
    main()
