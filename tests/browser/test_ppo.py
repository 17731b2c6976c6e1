"""The page "PPO" in a real browser: one sample, and a batch with and without the clip."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.waiting import until, visit

RATIO = ".st-key-ppo_ratio"


def shown(page: Page, row: str, side: str) -> float:
    found = page.locator(f'.st-key-ppo_batch_box td[data-row="{row}"][data-side="{side}"]')
    text = found.evaluate("cell => [...cell.childNodes].filter(n => n.nodeName != 'S')"
                          ".map(n => n.textContent).join('')")  # fmt: skip
    return float(text.replace("−", "-").strip())


def test_arrow_keys_climb_until_the_sample_is_flat(page: Page, address: str):
    visit(page, f"{address}/ppo?lang=en")
    cases = page.locator(".st-key-ppo_cases_words_box")
    expect(page.locator(".st-key-ppo_train button")).to_be_visible()
    expect(cases.locator("td.changed").first).to_be_visible()
    for ratio in ("1.10", "1.22"):
        page.keyboard.press("ArrowRight")
        expect(page.locator(RATIO)).to_contain_text(ratio)
    expect(page.locator(".st-key-ppo_sample_stage_side")).to_contain_text("flat")
    tinted = cases.locator("td.changed[data-case]")
    expect(tinted).to_have_attribute("data-case", "good_above")
    expect(tinted).to_have_attribute("data-gradient", "0.0")


def test_arrow_keys_climb_after_a_station_or_a_switch_was_clicked(page: Page, address: str):
    visit(page, f"{address}/ppo?lang=en")
    for station, there in (("A whole batch", ".st-key-ppo_batch_box"), ("One sample", RATIO)):
        page.get_by_role("radio", name=station).click()
        expect(page.locator(there)).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator(RATIO)).to_contain_text("1.10")
    page.locator(".st-key-ppo_clip_on label").click()
    expect(page.locator(".st-key-ppo_clip_on input")).not_to_be_checked()
    page.keyboard.press("ArrowRight")
    expect(page.locator(RATIO)).to_contain_text("1.22")


def test_a_click_on_a_case_goes_there(page: Page, address: str):
    visit(page, f"{address}/ppo?lang=en")
    rows = page.locator(".st-key-ppo_cases_words_box tbody tr")
    expect(rows).to_have_count(6)
    rows.nth(5).click()
    expect(page.locator(RATIO)).to_contain_text("1.40")
    expect(page.locator(".st-key-ppo_advantage")).to_contain_text("-1.00")


def test_without_the_clip_the_batch_promises_more_and_the_policy_earns_less(
    page: Page, address: str
):
    visit(page, f"{address}/ppo?lang=en&ppo_station=batch")
    stage = page.locator(".st-key-ppo_batch_box")
    expect(stage.locator("td[data-row]")).to_have_count(14)
    for epochs in (5, 10):
        page.locator(".st-key-ppo_epoch_five button").click()
        expect(page.get_by_text(f"Epochs: {epochs}")).to_be_visible()
    expect(stage.locator("td s").first).to_be_visible()
    until(page, lambda: shown(page, "kl", "without") > 10 * shown(page, "kl", "with"))
    until(page, lambda: shown(page, "promised", "without") > 2 * shown(page, "promised", "with"))
    until(page, lambda: shown(page, "all", "without") < shown(page, "all", "with"))
