"""The page "SAC" in a real browser: the dial, the squashed Gaussian, the temperature."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.waiting import until, visit


def open_page(page: Page, address: str, query: str = "") -> None:
    visit(page, f"{address}/sac?lang=en{query}")


def test_the_arrow_key_turns_the_dial_until_the_goal_is_shunned(page: Page, address: str):
    open_page(page, address, "&sac_dial=0.2")
    expect(page.locator(".st-key-sac_train button")).to_be_visible()
    cell = page.locator('.st-key-sac_dial_policy_dense td[data-state="S2"]').first
    expect(cell).to_have_text("0.361")
    for chance in ("0.068", "0.029"):
        page.keyboard.press("ArrowRight")
        expect(cell).to_have_text(chance)


def test_only_the_true_density_keeps_its_area(page: Page, address: str):
    open_page(page, address, "&sac_station=squashed&sac_mean=0")
    true, naive = (
        page.locator(f'.st-key-sac_squashed_dense td[data-row="area"][data-side="{side}"]')
        for side in ("true", "naive")
    )
    expect(true).to_have_text("1")
    before = float(naive.inner_text())
    page.keyboard.press("ArrowRight")
    until(page, lambda: float(naive.inner_text()) < before)
    expect(true).to_have_text("1")


def test_the_temperature_falls_towards_its_target(page: Page, address: str):
    open_page(page, address, "&sac_station=temperature")
    alpha = page.locator('.st-key-sac_temperature_dense td[data-row="alpha"]')
    expect(alpha).to_have_text("1")
    page.keyboard.press("ArrowRight")
    expect(alpha.locator("s")).to_have_text("1")
    page.keyboard.press("t")
    expect(page.get_by_text("Steps: 6")).to_be_visible()
