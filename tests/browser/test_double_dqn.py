"""The page on Double DQN in a real browser: by hand, and Train in sight."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.waiting import number, until, visit


def opened(page: Page, address: str, query: str = "") -> Page:
    visit(page, f"{address}/double-dqn?lang=en{query}")
    expect(page.locator(".st-key-ddqn_train button")).to_be_enabled()
    return page


def test_resampling_lets_the_maximum_settle_above_the_truth(page: Page, address: str) -> None:
    opened(page, address)
    means = page.locator(".st-key-ddqn_means_dense")
    tinted = page.locator(".st-key-ddqn_two_tables_dense td.changed")
    expect(tinted).to_have_count(2)
    first = tinted.first.inner_text()
    page.keyboard.press("ArrowRight")
    expect(tinted.first).not_to_have_text(first)
    page.keyboard.press("p")
    expect(means).to_contain_text("mean of 102")

    def mean(name: str) -> Locator:
        return means.locator(f'td[data-estimator="{name}"][data-what="mean"]')

    until(page, lambda: number(mean("single")) > 1 and abs(number(mean("double"))) < 0.5)


def test_example_6_7_plays(page: Page, address: str) -> None:
    opened(page, address, "&ddqn_station=example")
    page.locator(".st-key-ddqn_play button").click()
    stage = page.locator(".st-key-ddqn_example_stage_world")
    expect(stage).to_contain_text("10 000 runs")
    late = stage.locator('td[data-learner="single"][data-what="most"]')
    until(page, lambda: number(late) > 0.8)
