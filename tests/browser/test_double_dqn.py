"""The page on Double DQN in a real browser: by hand, and Train in sight."""

from __future__ import annotations

from playwright.sync_api import Page, expect

PATIENCE = 120_000  # milliseconds: the first import of torch takes a while


def opened(page: Page, address: str, query: str = "") -> Page:
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/double-dqn?lang=en{query}")
    expect(page.locator(".st-key-ddqn_train button")).to_be_enabled(timeout=PATIENCE)
    expect(page.locator(".st-key-ddqn_check_copy")).to_be_attached(timeout=PATIENCE)
    return page


def test_resampling_lets_the_maximum_settle_above_the_truth(page: Page, address: str) -> None:
    opened(page, address)
    means = page.locator(".st-key-ddqn_means_dense")
    tinted = page.locator(".st-key-ddqn_two_tables_dense td.changed")
    expect(tinted).to_have_count(2)
    first = tinted.first.inner_text()
    page.keyboard.press("ArrowRight")
    expect(tinted.first).not_to_have_text(first, timeout=PATIENCE)
    page.keyboard.press("p")
    expect(means).to_contain_text("mean of 102", timeout=PATIENCE)

    def mean(name: str) -> float:
        cell = means.locator(f'td[data-estimator="{name}"][data-what="mean"]')
        return float(cell.get_attribute("data-value") or "nan")

    assert mean("single") > 1
    assert abs(mean("double")) < 0.5


def test_example_6_7_plays(page: Page, address: str) -> None:
    opened(page, address, "&ddqn_station=example")
    page.locator(".st-key-ddqn_play button").click()
    stage = page.locator(".st-key-ddqn_example_stage_world")
    expect(stage).to_contain_text("10 000 runs", timeout=PATIENCE)
    late = stage.locator('td[data-learner="single"][data-what="most"]')
    assert float(late.get_attribute("data-value") or "nan") > 0.8
