"""What a person does on the mathematics page."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.waiting import until, visit

VIEWS = ("returns", "lens", "world", "markov", "values", "bellman", "sweeps")


def open_page(page: Page, address: str, query: str = "") -> Page:
    visit(page, f"{address}/mdp?lang=en&{query}")
    expect(page.locator(".st-key-mdp_tabs")).to_be_visible()
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    return page


def field(page: Page, name: str):
    return page.locator(".st-key-mdp_editing_table").get_by_label(name, exact=True)


def test_stepping_back_by_key(page: Page, address: str):
    open_page(page, address, "mdp_rewards=1_2_4&mdp_gamma=0.5")
    cell = page.locator(".st-key-mdp_returns_table td[data-t='0']")
    expect(cell).to_have_text("?")
    for done in (1, 2, 3):
        page.keyboard.press("ArrowLeft")
        page.wait_for_url(f"**mdp_done={done}*")
    expect(cell).to_have_attribute("data-value", "3.0")
    page.keyboard.press("ArrowRight")
    expect(cell).to_have_text("?")


def test_an_action_is_picked_by_mouse_and_by_key(page: Page, address: str):
    open_page(page, address, "mdp_view=bellman")
    numbers = page.locator(".st-key-mdp_expectation")
    expect(numbers).to_contain_text("(S1, Right)")
    page.locator(".rl-diagram [data-state=S2][data-action=Left] rect").click()
    expect(numbers).to_contain_text("(S2, Left)")
    page.locator(".rl-diagram [data-state=S2][data-action=Right]").focus()
    page.keyboard.press("Enter")
    expect(numbers).to_contain_text("(S2, Right)")
    page.locator(".st-key-mdp_bellman_table tbody tr").nth(1).click()
    expect(numbers).to_contain_text("(S1, Left)")


def test_a_row_of_p_is_refused_then_taken(page: Page, address: str):
    open_page(page, address, "mdp_view=world")
    reading = page.locator(".st-key-mdp_reading_table tbody tr")
    expect(reading).to_have_count(4)
    field(page, "P(S2 | S1, Right)").fill("0.6")
    page.keyboard.press("Enter")
    expect(page.get_by_text("these probabilities sum to 0.6")).to_be_visible()
    expect(reading).to_have_count(4)
    expect(field(page, "P(S2 | S1, Right)")).to_have_value("0.6")
    page.keyboard.press("Tab")
    page.keyboard.type("0.4")
    page.keyboard.press("Tab")
    expect(reading).to_have_count(5)
    expect(field(page, "R(S1 | S1, Right)")).to_be_focused()
    expect(page.get_by_text("these probabilities sum to")).to_have_count(0)
    page.wait_for_url("**mdp_rows=*")


def test_the_link_restores_everything_elsewhere(page: Page, address: str, browser: Browser):
    open_page(page, address, "mdp_view=sweeps&mdp_world=near_far&mdp_slip=0.1")
    page.locator(".st-key-mdp_sweep_ten button").click()
    page.wait_for_url("**mdp_sweep=10*")
    values = "els => els.map(e => e.dataset.value)"
    table = ".st-key-mdp_sweeps_table td[data-value]"
    expect(page.locator(table).first).not_to_have_attribute("data-value", "0.0")
    other = browser.new_context().new_page()
    visit(other, page.url)
    expect(other.locator(table).first).to_be_visible()

    def shown(where: Page) -> list[str]:
        return where.locator(table).evaluate_all(values)

    until(page, lambda: shown(other) == shown(page))
    other.context.close()


def test_the_language_switches_in_place(page: Page, address: str):
    open_page(page, address, "mdp_view=markov&mdp_trust=0.7")
    page.get_by_text("中文", exact=True).click()
    expect(page.get_by_role("tab", name="马尔可夫性")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".st-key-mdp_markov_table")).to_contain_text("0.7")
    page.get_by_role("tab", name="逐轮计算").click()
    expect(page.locator(".st-key-mdp_sweeps_table")).to_be_visible()
    expect(page).to_have_url(re.compile("mdp_view=sweeps"))


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_cut_off_at_800_pixels(page: Page, address: str, view: str):
    page.set_viewport_size({"width": 800, "height": 900})
    open_page(page, address, f"mdp_view={view}&mdp_slip=0.1&mdp_sweep=2&mdp_done=3")
    expect(page.locator(f"[class*=st-key-mdp_{view}], .rl-diagram").first).to_be_visible()
    page.wait_for_function(  # formulas are measured before their fonts have come
        """() => ![...document.querySelectorAll(
            '[data-testid=stMain] button, [data-testid=stMain] .rl-scroll, .katex-display')]
            .some(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 4)"""
    )


def test_a_hostile_link_is_one_message(page: Page, address: str):
    open_page(page, address, "mdp_rows=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    expect(page.get_by_text(re.compile("The link asks for rows"))).to_have_count(1)
