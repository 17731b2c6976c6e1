"""The page "TD3" in a real browser: onto the false peak, and the switches that see through it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.waiting import number, until, visit


def test_the_arrow_key_leads_onto_the_peak_and_a_row_switches_the_ideas(page: Page, address: str):
    visit(page, f"{address}/td3?lang=en")
    stage = page.locator(".st-key-td3_hand_stage")
    expect(page.locator(".st-key-td3_train button")).to_be_visible()
    for n in range(1, 7):
        page.keyboard.press("ArrowRight")
        expect(stage).to_contain_text(f"Updates: {n},")
    rows = page.locator(".st-key-td3_targets_dense tbody tr")
    expect(rows.nth(0).locator("td.changed").first).to_be_visible()

    def above(row: int) -> float:
        return number(rows.nth(row).locator("td[data-above]"))

    until(page, lambda: above(0) > above(2) > above(3) and above(0) > 0.3)
    rows.nth(3).click()
    expect(rows.nth(3).locator("td.changed").first).to_be_visible()
    expect(stage).to_contain_text("averaged over the surroundings")


def test_the_many_actors(page: Page, address: str):
    visit(page, f"{address}/td3?lang=en&td3_station=many")
    cells = page.locator(".st-key-td3_lives_box td[data-bias]")
    expect(cells).to_have_count(5)

    def bias(i: int) -> float:
        return float(cells.nth(i).inner_text().replace("−", "-"))

    until(page, lambda: bias(0) > 0 > bias(4))  # DDPG and TD3
