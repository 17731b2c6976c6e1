"""Training in a real browser: live, outlives the tab, stops, fails clearly, can be run again."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.waiting import PATIENCE, until, visit

STATUS = ".st-key-dqn_status [data-state]"


@pytest.fixture
def page(page: Page, address: str) -> Page:
    return opened(page, f"{address}/dqn?lang=en")


def opened(page: Page, url: str) -> Page:
    page.set_default_timeout(PATIENCE)
    visit(page, url)
    page.wait_for_selector(".st-key-dqn_train button")
    return page


def train(page: Page, runs: int, steps: int) -> None:
    for name, value in (("runs", runs), ("steps", steps)):
        field = page.locator(f".st-key-dqn_{name} input")
        field.fill(str(value))
        field.press("Enter")
    page.locator(".st-key-dqn_train button:enabled").click()
    page.wait_for_url(re.compile("run="))


def state(page: Page) -> str:
    return page.locator(STATUS).get_attribute("data-state") or ""


def step(page: Page) -> int:
    found = re.search(r"\d+", page.locator(STATUS).inner_text())
    assert found
    return int(found[0])


def wait_for_step(page: Page, beyond: int) -> int:
    end = time.monotonic() + 60
    while (now := step(page)) <= beyond:
        assert time.monotonic() < end
        assert state(page) in ("queued", "running")
        time.sleep(0.1)
    return now


def workers(folder: Path) -> list[int]:
    """The process ids of the app's workers."""
    found = subprocess.run(
        ["pgrep", "-f", f"playground.runs.deep {folder}"], capture_output=True, text=True
    )
    return [int(pid) for pid in found.stdout.split()]


def test_a_training_is_live_survives_a_reload_and_stops(page: Page, browser: Browser) -> None:
    train(page, runs=8, steps=20_000)
    expect(page.locator(STATUS)).to_have_attribute("data-state", "running")
    now = 0
    for _ in range(3):
        now = wait_for_step(page, beyond=now)
    stage = page.locator(".st-key-dqn_train_stage_world canvas, .vega-embed")
    expect(stage).not_to_have_count(0)

    url = page.url
    page.reload()
    page.wait_for_selector(STATUS)
    expect(page).to_have_url(url)
    now = wait_for_step(page, beyond=now)

    other = opened(browser.new_page(), url.replace("lang=en", "lang=zh"))
    seen = wait_for_step(other, beyond=0)
    wait_for_step(other, beyond=seen)
    expect(other.locator(STATUS)).to_contain_text("训练中")
    expect(other.locator(".st-key-dqn_runs input")).to_have_value("8")

    page.locator(".st-key-dqn_gamma input").press("ArrowRight")
    wait_for_step(page, beyond=step(page))
    page.locator(".st-key-dqn_stop button").click()
    for each in (page, other):
        expect(each.locator(STATUS)).to_have_attribute("data-state", "stopped")
    last = step(page)
    page.reload()
    expect(page.locator(STATUS)).to_have_attribute("data-state", "stopped")
    until(page, lambda: step(page) == last == step(other))
    expect(page.locator(".st-key-dqn_again button")).to_be_enabled()
    other.close()


def test_a_finished_training_says_how_many_runs_passed(page: Page) -> None:
    train(page, runs=2, steps=400)
    expect(page.locator(STATUS)).to_have_attribute("data-state", "finished")
    passed = re.compile(r"step 400 of 400 · \d of 2 passed")
    expect(page.locator(STATUS)).to_contain_text(passed)
    expect(page.locator(".st-key-dqn_results table tbody tr")).to_have_count(2)
    expect(page.locator(".rl-replay figure").nth(4)).to_be_attached()
    play = page.locator(".rl-replay button")
    play.click()
    expect(page.locator(".rl-replay output")).not_to_have_text("0.0 s")
    visit(page, page.url.replace("lang=en", "lang=zh"))
    page.wait_for_selector(STATUS)
    expect(page.locator(STATUS)).to_contain_text(re.compile(r"\d / 2 通过"))


def test_a_killed_worker_fails_the_training_which_can_be_run_again(
    page: Page, folder: Path
) -> None:
    train(page, runs=4, steps=20_000)
    kept = wait_for_step(page, beyond=300)
    for pid in workers(folder):
        os.kill(pid, signal.SIGKILL)
    expect(page.locator(STATUS)).to_have_attribute("data-state", "failed")
    expect(page.locator(STATUS)).to_contain_text("SIGKILL")
    until(page, lambda: step(page) >= kept)
    url = page.url
    page.locator(".st-key-dqn_again button").click()
    expect(page.locator(STATUS)).to_have_attribute("data-state", "running")
    expect(page).not_to_have_url(url)
    wait_for_step(page, beyond=100)
    page.locator(".st-key-dqn_stop button").click()
    expect(page.locator(STATUS)).to_have_attribute("data-state", "stopped")


@pytest.mark.parametrize("run", ["nobody", "..%2F..%2Fetc", "%00%3Cscript%3E", "x" * 3000])
def test_an_unknown_training_is_said_to_be_unknown(page: Page, address: str, run: str) -> None:
    opened(page, f"{address}/dqn?lang=en&run={run}")
    expect(page.get_by_text("is not in this app's records")).to_be_visible()
    expect(page.locator(STATUS)).to_have_count(0)
    page.locator(".st-key-dqn_train button:enabled").wait_for()
