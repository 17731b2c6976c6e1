"""A click on each page against a bare Streamlit counter, in turns, in one run of a real browser.

`python -m benchmarks.clicks` (needs requirements-dev.txt and Chromium). From the click to the new
number painted: goal 1.5 times the bare app on the Q-learning page, 2 times on the other pages. And
of that the server's part, as the browser sees it: until the script has sent its last message.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from playwright.sync_api import Browser, Page

from benchmarks.report import markdown
from tests.browser.launch import ROOT, open_browser, running_app

WARM_UP, QUIET_MS, PATIENCE_MS = 5, 1200, 10_000
# Clicks a button; gives the milliseconds until something watched has changed and was painted.
CLICK = """([button, watched, patience]) => new Promise((resolve, reject) => {
    const observer = new MutationObserver(() => {
        observer.disconnect();
        clearTimeout(timer);
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun)));
    });
    const timer = setTimeout(() => {
        observer.disconnect();
        reject(new Error(`${button}: nothing new in ${watched} within ${patience} ms`));
    }, patience);
    for (const node of document.querySelectorAll(watched))
        observer.observe(node, {childList: true, subtree: true, characterData: true});
    const begun = performance.now();
    document.querySelector(button).click();
})"""


class Click(NamedTuple):
    """Milliseconds from a click until it was painted, and until the script had sent everything."""

    painted: float
    script: float


class Side(NamedTuple):
    """A page, a button on it, and what changes at every click."""

    path: str
    button: str
    watched: str
    back: str | None = None  # pressed every other time, where the first button comes to an end
    script: Path = ROOT / "streamlit_app.py"


BARE = Side(
    "/", ".st-key-right button", ".st-key-number", script=Path(__file__).with_name("bare.py")
)
SIDES = {
    "bare counter": BARE,
    # without the baseline: else an update changes nothing once all tries have had their treat
    "introduction": Side(
        "/introduction?lang=en&intro_baseline=false&intro_alpha=0.1",
        ".st-key-intro_treat button",
        ".st-key-intro_numbers",
    ),
    "mdp": Side(
        "/mdp?lang=en&mdp_view=sweeps",
        ".st-key-mdp_sweep_forward button",
        ".st-key-mdp_sweeps_numbers",
    ),
    # one learner may wait for the other: then only the other's step is new
    "two-routes": Side(
        "/two-routes?lang=en",
        ".st-key-routes_step button",
        ".st-key-routes_value_numbers, .st-key-routes_policy [data-testid=stCaptionContainer]",
    ),
    "q-learning": Side("/q-learning?lang=en", ".st-key-ql_right button", ".st-key-ql_numbers"),
    "dqn": Side("/dqn?lang=en", ".st-key-dqn_hand_step button", ".st-key-dqn_hand_right"),
    "reinforce": Side("/reinforce?lang=en", ".st-key-rf_sample button", ".st-key-rf_episode_dense"),
    "actor-critic": Side(
        "/actor-critic?lang=en",
        ".st-key-ac_next button",
        ".st-key-ac_record_dense",
        back=".st-key-ac_back button",
    ),
    "double-dqn": Side(
        "/double-dqn?lang=en", ".st-key-ddqn_resample button", ".st-key-ddqn_two_tables_dense"
    ),
    "td3": Side("/td3?lang=en", ".st-key-td3_step button", ".st-key-td3_targets_dense"),
    "ppo": Side(
        "/ppo?lang=en",
        ".st-key-ppo_climb button",
        ".st-key-ppo_sample_stage_side",
        back=".st-key-ppo_to_one button",
    ),
    "trpo": Side(
        "/trpo?lang=en",
        ".st-key-trpo_press button",
        ".st-key-trpo_stage_side",
        back=".st-key-trpo_undo button",
    ),
    "sac": Side(
        "/sac?lang=en",
        ".st-key-sac_dial_up button",
        ".st-key-sac_dial_dense",
        back=".st-key-sac_dial_down button",
    ),
}


def opened(page: Page, address: str, side: Side) -> None:
    """Open a side, and wait until its button is there."""
    page.goto(address + side.path)
    page.wait_for_selector(side.button)


class Clicked:
    """An open side that is clicked again and again, its messages being timed."""

    def __init__(self, browser: Browser, address: str, side: Side) -> None:
        self.side, self.turn = side, 0
        self.sent: list[float] = []  # when, in seconds
        self.received: list[float] = []
        self.page = browser.new_page(viewport={"width": 1400, "height": 900})
        wire = self.page.context.new_cdp_session(self.page)
        wire.on("Network.webSocketFrameSent", lambda m: self.sent.append(m["timestamp"]))
        wire.on("Network.webSocketFrameReceived", lambda m: self.received.append(m["timestamp"]))
        wire.send("Network.enable")
        opened(self.page, address, side)
        self.page.wait_for_timeout(QUIET_MS)

    def click(self) -> Click:
        side = self.side
        button = side.back if side.back and self.turn % 2 else side.button
        self.turn += 1
        self.sent.clear()
        self.received.clear()
        painted = self.page.evaluate(CLICK, [button, side.watched, PATIENCE_MS])
        self.page.wait_for_timeout(QUIET_MS)  # all that the click set off is over
        return Click(painted, 1000 * (self.received[-1] - self.sent[0]))


def clicks(browser: Browser, count: int) -> dict[str, list[Click]]:
    """Every click, the pages taking turns."""
    measured: dict[str, list[Click]] = {name: [] for name in SIDES}
    with tempfile.TemporaryDirectory() as store, running_app(BARE.script) as bare:  # noqa: SIM117
        with running_app(RL_PLAYGROUND_DATA=store) as ours:
            pages = {
                name: Clicked(browser, bare if side is BARE else ours, side)
                for name, side in SIDES.items()
            }
            for turn in range(WARM_UP + count):
                for name, page in pages.items():
                    click = page.click()
                    if turn >= WARM_UP:
                        measured[name].append(click)
    return measured


def compared(what: str, measured: dict[str, list[float]], unit: str) -> list[list[str]]:
    """Rows of median, 95th percentile and ratio of the medians to the first side's."""
    base = median(next(iter(measured.values())))
    return [
        [what, name, f"{median(m):.3g} {unit}", f"{quantiles(m, n=20)[-1]:.3g} {unit}",
         f"{median(m) / base:.2f}x"]
        for name, m in measured.items()
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clicks", type=int, default=40)
    arguments = parser.parse_args()
    with open_browser() as browser:
        measured = clicks(browser, arguments.clicks)
    painted = {name: [click.painted for click in found] for name, found in measured.items()}
    script = {name: [click.script for click in found] for name, found in measured.items()}
    rows = compared("painted", painted, "ms") + compared("script", script, "ms")
    print(markdown(["click →", "", "median", "95 %", "ratio"], rows))


if __name__ == "__main__":
    main()
