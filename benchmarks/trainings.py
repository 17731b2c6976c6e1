"""Train, on every page that has it: how long until the first point, and until all has been judged.

`python -m benchmarks.trainings` (needs requirements-dev.txt and Chromium). The lesson of each page
as a learner finds it, the worker being warm. Goal for the first point: 1.5 seconds.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from statistics import median

from playwright.sync_api import Browser, Page

from benchmarks.report import markdown
from tests.browser.launch import open_browser, running_app

PAGES = {
    "dqn": "dqn",
    "reinforce": "reinforce",
    "actor-critic": "a2c",
    "double-dqn": "ddqn",
    "td3": "td3",
    "ppo": "ppo",
    "trpo": "trpo",
    "sac": "sac",
}  # the keys of their widgets
WARM_UP_MS, PATIENCE_MS = 15_000, 600_000


def train(page: Page, key: str) -> float:
    """Press Train; seconds until a curve with a point."""
    step = f"Number(document.querySelector('.st-key-{key}_status [data-step]')?.dataset.step) > 0"
    begun = time.perf_counter()
    page.click(f".st-key-{key}_train button:enabled")
    page.wait_for_selector(f".st-key-{key}_status [data-state=running]", state="attached")
    page.wait_for_function(step)
    return time.perf_counter() - begun


def stop(page: Page, key: str) -> None:
    page.click(f".st-key-{key}_stop button")
    page.wait_for_selector(f".st-key-{key}_train button:enabled")


def lesson(page: Page, key: str) -> tuple[float, str]:
    """The whole lesson: seconds from Train to the evaluation, and what the page says then."""
    begun = time.perf_counter()
    train(page, key)
    status = f".st-key-{key}_status [data-state=finished]"
    page.wait_for_selector(status)
    return time.perf_counter() - begun, page.locator(status).inner_text()


def measure(browser: Browser, address: str, path: str, count: int) -> list[str]:
    """One page: medians of several trainings that are stopped at once, then one to its end."""
    key = PAGES[path]
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/{path}?lang=en")
    page.wait_for_selector(f".st-key-{key}_train button:enabled")
    page.wait_for_timeout(WARM_UP_MS)  # the worker warms up while somebody reads
    points = []
    for _ in range(count):
        points.append(train(page, key))
        stop(page, key)
    seconds, said = lesson(page, key)
    page.close()
    return [path, f"{median(points):.2f} s", f"{max(points):.2f} s", f"{seconds:.0f} s", said]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trainings", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=PAGES, default=list(PAGES))
    options = parser.parse_args()
    with (
        open_browser() as browser,
        tempfile.TemporaryDirectory() as store,
        running_app(RL_PLAYGROUND_DATA=store) as address,
    ):
        rows = [measure(browser, address, path, options.trainings) for path in options.only]
    header = ["page", "first point: median", "longest", "whole lesson", "says"]
    print(markdown(header, rows))


if __name__ == "__main__":
    main()
