"""First load and first point: the app in a real browser, beside a bare Streamlit counter.

`python -m benchmarks.app` (needs requirements-bench.txt and Chromium). The first load of a fresh
server: goal 1.5 times the bare app. From Train to the first point drawn, with a warm worker: goal
1.5 seconds. Clicks are in `benchmarks.clicks`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from statistics import median

from playwright.sync_api import Browser

from benchmarks.clicks import SIDES, Side, compared, opened
from benchmarks.report import markdown
from tests.browser.launch import open_browser, running_app

LOADED = {name: SIDES[name] for name in ("bare counter", "q-learning")}
TRAIN = Side("/dqn?lang=en", ".st-key-dqn_train button:enabled", ".st-key-dqn_status")


def first_load(browser: Browser, side: str) -> float:
    """Seconds until a fresh server's page can be used."""
    with tempfile.TemporaryDirectory() as store:  # noqa: SIM117
        with running_app(LOADED[side].script, RL_PLAYGROUND_DATA=store) as address:
            begun = time.perf_counter()
            page = opened(browser, address, LOADED[side])
            seconds = time.perf_counter() - begun
            page.close()
    return seconds


def train_to_first_point(browser: Browser, count: int) -> list[float]:
    """Seconds from Train to a curve with a point, the worker being warm."""
    step = "Number(document.querySelector('.st-key-dqn_status [data-step]')?.dataset.step) > 0"
    times = []
    with tempfile.TemporaryDirectory() as store, running_app(RL_PLAYGROUND_DATA=store) as address:
        page = opened(browser, address, TRAIN)
        page.wait_for_timeout(15_000)  # the worker warms up while somebody reads
        for _ in range(count):
            begun = time.perf_counter()
            page.click(TRAIN.button)
            page.wait_for_selector(".st-key-dqn_status [data-state=running]", state="attached")
            page.wait_for_function(step)
            times.append(time.perf_counter() - begun)
            page.click(".st-key-dqn_stop button")
            page.wait_for_selector(TRAIN.button)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--loads", type=int, default=5)
    parser.add_argument("--trainings", type=int, default=5)
    arguments = parser.parse_args()
    with open_browser() as browser:
        loads: dict[str, list[float]] = {side: [] for side in LOADED}
        for _ in range(arguments.loads):
            for side, seconds in loads.items():
                seconds.append(first_load(browser, side))
        rows = compared("first load", loads, "s")
        points = train_to_first_point(browser, arguments.trainings)
    rows.append(
        ["Train → first point", "DQN page", f"{median(points):.2f} s", f"{max(points):.2f} s", ""]
    )
    print(markdown(["", "", "median", "95 %", "ratio"], rows))


if __name__ == "__main__":
    main()
