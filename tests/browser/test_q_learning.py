"""What a person does on the Q-learning page."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.waiting import until, visit


def open_page(page: Page, address: str, path: str = "/q-learning", query: str = "lang=en") -> Page:
    visit(page, f"{address}{path}?{query}")
    expect(cell(page, "S1", "Right")).to_be_visible()
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    return page


def cell(page: Page, state: str, action: str):
    return page.locator(f".st-key-ql_table td[data-state={state}][data-action={action}]")


def expect_value(page: Page, state: str, action: str, value: float) -> None:
    shown = re.compile(rf"^{re.escape(repr(value)[:8])}")
    expect(cell(page, state, action)).to_have_attribute("data-value", shown)


def press(page: Page, *names: str) -> None:
    """Click buttons, waiting for the history to grow or shrink each time."""
    for name in names:
        before = page.url
        page.locator(f".st-key-ql_{name} button").click()
        page.wait_for_function("before => location.href !== before", arg=before)


def test_stepping_by_hand(page: Page, address: str):
    open_page(page, address)
    press(page, *["right"] * 6)
    expect_value(page, "S1", "Right", 0.45)
    expect_value(page, "S2", "Right", 0.875)
    expect(page.locator(".st-key-ql_numbers")).to_contain_text("0.875")
    expect(page.locator(".st-key-ql_numbers")).to_contain_text("0.75")
    press(page, "undo", "undo")
    expect_value(page, "S1", "Right", 0.225)
    press(page, "redo", "redo")
    expect_value(page, "S2", "Right", 0.875)


def test_arrow_keys_step_even_after_a_slider_was_used(page: Page, address: str):
    open_page(page, address)
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**ql=1.*")
    slider = page.locator(".st-key-ql_gamma [data-testid=stSlider]")
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.7)
    page.wait_for_url("**ql_gamma=*")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**ql=2.*")
    expect_value(page, "S2", "Right", 0.5)


def test_the_link_restores_the_session_elsewhere(page: Page, address: str, browser: Browser):
    open_page(page, address)
    press(page, "right", "right", "right", "undo", "left", "autoplay")
    other = browser.new_context().new_page()
    visit(other, page.url)
    expect(cell(other, "S1", "Right")).to_be_visible()
    cells = ".st-key-ql_table td[data-value]"
    there = other.locator(cells).evaluate_all("els => els.map(e => e.dataset.value)")
    assert set(there) != {"0.0"}
    for i, value in enumerate(there):  # the address is ahead of the table by a moment
        expect(page.locator(cells).nth(i)).to_have_attribute("data-value", value)
    other.context.close()


def test_a_step_of_the_history_can_be_gone_back_to(page: Page, address: str):
    open_page(page, address)
    press(page, "right", "right", "right", "right")
    page.get_by_role("tab", name="History").click()
    page.locator(".st-key-ql_history tbody tr").nth(2).click()
    page.wait_for_url("**ql=2.*")
    expect_value(page, "S2", "Right", 0.5)
    expect_value(page, "S1", "Right", 0.0)


def test_predicting_first(page: Page, address: str):
    open_page(page, address)
    press(page, "right", "right")
    page.locator(".st-key-ql_predict label").click()
    page.locator(".st-key-ql_right button").click()
    field = page.locator(".st-key-ql_predict_value input")
    field.fill("0.25")
    page.locator(".st-key-ql_predict_check button").click()
    expect(page.get_by_text("You left out γ", exact=False)).to_be_visible()
    expect_value(page, "S1", "Right", 0.225)


@pytest.mark.parametrize(("lang", "undo"), [("zh", "撤销"), ("en", "Undo")])
def test_the_language_switches_in_place(page: Page, address: str, lang: str, undo: str):
    open_page(page, address, query=f"lang={'en' if lang == 'zh' else 'zh'}")
    press(page, "right", "right")
    page.get_by_text("中文" if lang == "zh" else "English", exact=True).click()
    expect(page.locator(".st-key-ql_undo button")).to_contain_text(undo)
    expect(page).to_have_url(re.compile(f"lang={lang}"))
    expect_value(page, "S2", "Right", 0.5)


@pytest.mark.parametrize(("locale", "undo"), [("zh-CN", "撤销"), ("en-GB", "Undo"), ("de", "Undo")])
def test_the_first_visit_follows_the_browser(browser: Browser, address: str, locale, undo):
    context = browser.new_context(locale=locale)
    page = context.new_page()
    visit(page, address)
    expect(page.locator(".st-key-intro_undo button")).to_contain_text(undo)
    expect(page).to_have_url(re.compile("/introduction"))
    context.close()


def test_a_hostile_link_is_one_message_and_a_clean_start(page: Page, address: str):
    open_page(page, address, query="lang=en&ql=1.0.%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    expect(page.get_by_text("could not be read", exact=False)).to_have_count(1)
    expect_value(page, "S1", "Right", 0.0)


def test_presenter_mode_is_in_the_link(page: Page, address: str):
    open_page(page, address, query="lang=en&present=1")
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    until(page, lambda: page.evaluate(size) > 18)
    press(page, "right")
    expect(page).to_have_url(re.compile("present=1"))


def test_nothing_is_cut_off_at_800_pixels(page: Page, address: str):
    page.set_viewport_size({"width": 800, "height": 900})
    open_page(page, address)
    press(page, "right", "right")
    wide = """() => [...document.querySelectorAll('.st-key-ql_stage button, .st-key-ql_table')]
            .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText)"""
    until(page, lambda: page.evaluate(wide) == [])
