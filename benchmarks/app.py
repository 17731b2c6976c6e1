"""First load: the app in a real browser, beside a bare Streamlit counter.

`python -m benchmarks.app` (needs requirements-dev.txt and Chromium). The first load of a fresh
server: goal 1.5 times the bare app. Clicks are in `benchmarks.clicks`, trainings in
`benchmarks.trainings`.
"""

from __future__ import annotations

import argparse
import tempfile
import time

from playwright.sync_api import Browser

from benchmarks.clicks import SIDES, compared, opened
from benchmarks.report import markdown
from tests.browser.launch import open_browser, running_app

LOADED = {name: SIDES[name] for name in ("bare counter", "q-learning")}


def first_load(browser: Browser, side: str) -> float:
    """Seconds until a fresh server's page can be used."""
    with tempfile.TemporaryDirectory() as store:  # noqa: SIM117
        with running_app(LOADED[side].script, RL_PLAYGROUND_DATA=store) as address:
            page = browser.new_page(viewport={"width": 1400, "height": 900})
            begun = time.perf_counter()
            opened(page, address, LOADED[side])
            seconds = time.perf_counter() - begun
            page.close()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--loads", type=int, default=5)
    arguments = parser.parse_args()
    with open_browser() as browser:
        loads: dict[str, list[float]] = {side: [] for side in LOADED}
        for _ in range(arguments.loads):
            for side, seconds in loads.items():
                seconds.append(first_load(browser, side))
        rows = compared("first load", loads, "s")
    print(markdown(["", "", "median", "95 %", "ratio"], rows))


if __name__ == "__main__":
    main()
