"""The page "Actor-Critic" in a real browser: the recording, and bias against variance."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.waiting import number, until, visit


def test_arrow_keys_build_the_advantages_from_the_end(page: Page, address: str):
    visit(page, f"{address}/actor-critic?lang=en")
    known = page.locator('.st-key-ac_record_dense td[data-advantage]:not([data-advantage=""])')
    expect(page.locator(".st-key-a2c_train button")).to_be_visible()
    for n in (1, 2, 3):
        page.keyboard.press("ArrowRight")
        expect(known).to_have_count(n)
    for i, step in enumerate(("5", "6", "7")):
        expect(known.nth(i)).to_have_attribute("data-step", step)
    page.locator(".st-key-ac_record_dense tbody tr").nth(2).click()
    expect(page.get_by_text("belongs to another episode")).to_be_visible()
    expect(known).to_have_count(6)


def test_lambda_moves_the_advantages(page: Page, address: str):
    visit(page, f"{address}/actor-critic?lang=en&ac_done=8&ac_lambda=0")
    row = page.locator('.st-key-ac_record_dense td[data-step="4"]')
    expect(row.nth(1)).to_be_visible()
    until(page, lambda: number(row.nth(0), "data-delta") == number(row.nth(1), "data-advantage"))
    page.locator(".st-key-ac_lambda input").press("End")
    expect(row.nth(1)).not_to_have_text(row.nth(0).inner_text())


def test_the_table_says_what_the_chosen_lambda_costs(page: Page, address: str):
    visit(page, f"{address}/actor-critic?lang=en&ac_station=error&ac_wrong=0")
    table = page.locator(".st-key-ac_error_dense")
    expect(table.locator('td[data-what="bias"]')).to_have_count(4)
    biases = table.locator('td[data-what="bias"]')
    until(page, lambda: all(abs(number(bias)) < 1e-9 for bias in biases.all()))
    expect(page.get_by_text("no bias at any λ")).to_be_visible()
