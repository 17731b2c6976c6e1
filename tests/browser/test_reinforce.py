"""The page "REINFORCE" in a real browser: its three stations, with Train below them."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.waiting import visit


def test_an_episode_is_sampled_with_a_key_and_weighed_anew(page: Page, address: str):
    visit(page, f"{address}/reinforce?lang=en")
    expect(page.locator(".st-key-reinforce_train button")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Episode 1:")).to_be_visible()
    weights = page.locator(".st-key-rf_episode_dense td[data-weight]")
    expect(weights.first).to_be_visible()
    actions = page.locator(".st-key-rf_episode_dense td:nth-child(2)")
    path = actions.all_text_contents()
    page.locator(".st-key-rf_kind").get_by_text("R(τ)").click()
    expect(weights.last).to_have_attribute("data-weight", weights.first.get_attribute("data-g"))
    expect(actions).to_have_text(path)
    page.keyboard.press("u")
    expect(weights).to_have_count(0)


def test_the_formulas_follow_the_episode_on_the_stage(page: Page, address: str):
    visit(page, f"{address}/reinforce?lang=en")
    page.keyboard.press("ArrowRight")
    returned = page.locator(".st-key-rf_episode_dense td[data-g]").first
    expect(returned).to_be_visible()
    page.locator(".st-key-rf_formulas summary").click()
    numbers = page.locator(".st-key-rf_formulas .katex").nth(1)
    expect(numbers).to_be_visible()
    first = numbers.text_content() or ""
    page.locator(".st-key-rf_pays").get_by_text("+1").click()  # the same steps, other returns
    expect(numbers).not_to_have_text(first)


def test_a_row_of_the_table_changes_the_cloud(page: Page, address: str):
    visit(page, f"{address}/reinforce?lang=en&rf_station=gradient")
    rows = page.locator(".st-key-rf_cloud_dense tbody tr")
    expect(rows).to_have_count(4)
    rows.nth(2).click()
    expect(rows.nth(2).locator("td.changed").first).to_be_visible()
    chosen = page.locator('.st-key-rf_kind [role="radio"][aria-checked="true"]')
    expect(chosen).to_contain_text("V(sₜ)")


def test_the_derivation_unfolds_with_a_key(page: Page, address: str):
    visit(page, f"{address}/reinforce?lang=en&rf_station=derivation&rf_step=5")
    table = page.locator(".st-key-rf_proof_dense")
    expect(table.locator("tbody tr")).to_have_count(3)
    page.keyboard.press("ArrowRight")
    early = table.locator('td[data-early="true"]')
    expect(early).to_have_count(15)
    expect(early).to_have_text(["0"] * 15)
