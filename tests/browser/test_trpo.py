"""The page "TRPO" in a real browser: an update on the map, by keys and by clicks."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.waiting import number, until, visit


def place(page: Page) -> tuple[float, float]:
    svg = page.locator("svg.rl-plane")
    return number(svg, "data-x"), number(svg, "data-y")


def test_arrow_keys_walk_through_an_update(page: Page, address: str):
    visit(page, f"{address}/trpo?lang=en")
    expect(page.locator(".st-key-trpo_train button")).to_be_visible()
    press = page.locator(".st-key-trpo_press button")
    for name in ("Conjugate gradient", "Second iteration", "Full step", "Shorten the step",
                 "Shorten the step", "Take the step"):  # fmt: skip
        expect(press).to_contain_text(name)
        if name == "Take the step":
            break
        page.keyboard.press("ArrowRight")
    plane = page.locator("svg.rl-plane")
    expect(plane.locator(".bad")).to_have_count(4)  # two crosses
    expect(plane.locator(".good")).to_have_count(1)
    tries = page.locator(".st-key-trpo_tries_dense td[data-try]")
    expect(tries).to_have_count(3)

    def kl(i: int) -> float:
        return number(tries.nth(i), "data-kl")

    until(page, lambda: kl(0) > kl(1) > 0.1 >= kl(2))
    before = place(page)
    page.keyboard.press("ArrowRight")
    expect(press).to_contain_text("Conjugate gradient")
    until(page, lambda: place(page) != before)


def test_a_click_on_the_map_goes_there_and_the_plain_gradient_gets_stuck(page: Page, address: str):
    visit(page, f"{address}/trpo?lang=en")
    rim = page.locator("svg.rl-plane .rim")
    box = rim.bounding_box()
    assert box
    rim.click(position={"x": box["width"] / 2, "y": box["height"] * 0.75})
    until(page, lambda: max(abs(place(page)[0]), abs(place(page)[1] + 3)) < 0.1)
    page.get_by_role("radio", name="Plain gradient").click()
    expect(page).to_have_url(re.compile("trpo_direction=plain"))
    page.locator(".st-key-trpo_round button").click()
    expect(page.locator(".st-key-trpo_stage_side")).not_to_contain_text("Updates: 0")
    until(page, lambda: place(page)[0] > 3 and place(page)[1] < -1)
