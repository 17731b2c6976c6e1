"""The page on DQN in a real browser: by hand, and Train in sight."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.waiting import number, until, visit


def opened(page: Page, address: str, query: str = "") -> Page:
    visit(page, f"{address}/dqn?lang=en{query}")
    expect(page.locator(".st-key-dqn_train button")).to_be_enabled()
    return page


def value(page: Page, pair: str) -> Locator:
    return page.locator(f'.st-key-dqn_hand_values_box td[data-pair="{pair}"]')


def test_keys_update_and_copy(page: Page, address: str) -> None:
    opened(page, address)
    changed = page.locator(".st-key-dqn_hand_values_box td.changed")
    expect(changed).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(changed).to_have_count(1)
    expect(value(page, "S2 →")).to_have_attribute("data-value", "0.125")
    page.keyboard.press("s")
    expect(changed).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(changed).to_have_count(2)  # S1 has heard of it
    until(page, lambda: number(value(page, "S1 →")) > 0)
    page.reload()
    expect(changed).to_have_count(2)


def test_the_switches_of_the_triad(page: Page, address: str) -> None:
    opened(page, address)
    page.locator(".st-key-dqn_station").get_by_text("When it explodes").click()
    stage = page.locator(".st-key-dqn_triad_stage")
    expect(stage).to_contain_text("explode")
    page.locator(".st-key-dqn_w2w_replay label").click()
    expect(stage).to_contain_text("go to 0")
    expect(page.locator(".st-key-dqn_tried_box td", has_text="?")).to_have_count(2)
