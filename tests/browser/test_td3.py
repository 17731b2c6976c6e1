"""The page "TD3" in a real browser: onto the false peak, and the switches that see through it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture(autouse=True)
def patience():
    """The first page that imports torch takes its time on a busy machine."""
    expect.set_options(timeout=150_000)
    yield
    expect.set_options(timeout=5_000)


def test_the_arrow_key_leads_onto_the_peak_and_a_row_switches_the_ideas(page: Page, address: str):
    page.goto(f"{address}/td3?lang=en")
    stage = page.locator(".st-key-td3_hand_stage")
    expect(page.locator(".st-key-td3_train button")).to_be_visible()
    expect(page.locator(".st-key-td3_check_climb")).to_be_attached()  # all has arrived
    for n in range(1, 7):
        page.keyboard.press("ArrowRight")
        expect(stage).to_contain_text(f"Updates: {n},")
    rows = page.locator(".st-key-td3_targets_dense tbody tr")
    expect(rows.nth(0).locator("td.changed").first).to_be_visible()

    def above(row: int) -> float:
        return float(rows.nth(row).locator("td[data-above]").get_attribute("data-value") or "nan")

    assert above(0) > above(2) > above(3)
    assert above(0) > 0.3
    rows.nth(3).click()
    expect(rows.nth(3).locator("td.changed").first).to_be_visible()
    expect(stage).to_contain_text("averaged over the surroundings")


def test_the_many_actors(page: Page, address: str):
    page.goto(f"{address}/td3?lang=en&td3_station=many")
    cells = page.locator(".st-key-td3_lives_box td[data-bias]")
    expect(cells).to_have_count(5)
    ddpg, *_, td3 = (cell.replace("−", "-") for cell in cells.all_inner_texts())
    assert float(ddpg) > 0 > float(td3)
