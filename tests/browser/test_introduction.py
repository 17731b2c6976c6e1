"""What a person does on the Introduction page."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.waiting import number, until, visit


def open_page(page: Page, address: str, query: str = "lang=en") -> Page:
    visit(page, f"{address}/introduction?{query}")
    expect(cell(page, "sit")).to_be_visible()
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    return page


def cell(page: Page, action: str, symbol: str = "pi"):
    return page.locator(f".st-key-intro_table td[data-action={action}][data-symbol={symbol}]")


def value(page: Page, action: str, symbol: str = "pi") -> float:
    return number(cell(page, action, symbol))


def press(page: Page, *names: str) -> None:
    """Click buttons, waiting for the lesson in the address to change each time."""
    for name in names:
        before = page.url
        page.locator(f".st-key-intro_{name} button").click()
        page.wait_for_function("before => location.href !== before", arg=before)


def test_a_treat_makes_the_action_more_likely(page: Page, address: str):
    open_page(page, address)
    until(page, lambda: value(page, "sit") == pytest.approx(1 / 3))
    press(page, "treat")
    expect(page.locator(".rl-bars tr.chosen")).to_have_count(1)
    chosen = page.locator(".rl-bars tr.chosen td[data-symbol=pi]")
    until(page, lambda: number(chosen) == pytest.approx(0.5761, abs=1e-4))
    expect(page.locator(".st-key-intro_numbers")).to_contain_text("0.6667")
    press(page, "undo")
    expect(page.locator(".rl-bars tr.chosen")).to_have_count(0)
    until(page, lambda: value(page, "sit") == pytest.approx(1 / 3))


def test_keys_answer(page: Page, address: str):
    open_page(page, address)
    page.keyboard.press("t")
    page.wait_for_url("**intro=1.0.a1b1T*")
    page.keyboard.press("n")
    page.wait_for_url("**intro=2.0.a1b1TN*")
    page.keyboard.press("u")
    page.wait_for_url("**intro=1.0.a1b1TN*")


def test_the_four_elements_light_up_in_turn(page: Page, address: str):
    open_page(page, address)
    lit = page.locator(".rl-loop .lit")
    expect(lit).to_have_count(2)
    page.evaluate(
        """() => { window.seen = [];
            const note = () => { const titles = [...document.querySelectorAll(
                '.rl-loop .lit .title')].map(e => e.textContent).join('+');
                if (titles && window.seen.at(-1) !== titles) window.seen.push(titles); };
            setInterval(note, 20); }"""
    )
    press(page, "treat")
    page.wait_for_function("window.seen.length >= 6")
    assert page.evaluate("window.seen") == [
        "Environment+Action", "Reward", "Agent", "Action", "Environment", "Environment+Action",
    ]  # fmt: skip


def test_nothing_moves_for_those_who_ask_for_it(browser: Browser, address: str):
    context = browser.new_context(reduced_motion="reduce", locale="en-US")
    page = open_page(context.new_page(), address)
    press(page, "treat")
    expect(page.locator(".rl-loop .reward .what")).to_have_text("treat +1")
    assert page.locator(".rl-loop.moving").count() == 0
    context.close()


def test_the_link_restores_the_lesson_elsewhere(page: Page, address: str, browser: Browser):
    open_page(page, address)
    press(page, "treat", "no_treat", "treat", "undo")
    other = browser.new_context().new_page()
    visit(other, page.url)
    for action in ("sit", "jump", "run"):  # the address is ahead of the table by a moment
        until(page, lambda action=action: value(other, action) == value(page, action))
    other.context.close()


def test_a_try_of_the_history_can_be_gone_back_to(page: Page, address: str):
    open_page(page, address)
    press(page, "treat", "no_treat", "treat")
    page.get_by_role("tab", name="History").click()
    page.locator(".st-key-intro_history tbody tr").nth(2).click()
    page.wait_for_url("**intro=1.0.*")


def test_a_hostile_link_is_one_message_and_a_clean_start(page: Page, address: str):
    open_page(page, address, "lang=en&intro=1.0.%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    expect(page.get_by_text("could not be read", exact=False)).to_have_count(1)
    until(page, lambda: value(page, "sit", "h") == 0)


def test_the_trainer_and_the_kinds_measure(page: Page, address: str):
    open_page(page, address)
    trainer = page.locator(".st-key-intro_trainer_table td[data-trainer=yours]")
    expect(trainer).to_have_attribute("data-value", re.compile(r"^0\.9"))
    kinds = page.locator(".st-key-intro_kinds_table td[data-kind]")
    expect(kinds).to_have_count(3)
    until(page, lambda: all(number(kind) > 0.5 for kind in kinds.all()))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [1400, 800])
def test_nothing_is_cut_off_and_nothing_jumps(page: Page, address: str, lang: str, width: int):
    page.set_viewport_size({"width": width, "height": 900})
    open_page(page, address, f"lang={lang}")
    top = ".st-key-intro_treat button"
    before = page.locator(top).bounding_box()
    press(page, "treat", "no_treat")
    until(page, lambda: page.locator(top).bounding_box() == before)
    wide = """() => [...document.querySelectorAll(
            '.st-key-intro_stage button, .st-key-intro_table')]
            .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText)"""
    until(page, lambda: page.evaluate(wide) == [])
