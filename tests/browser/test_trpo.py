"""The page "TRPO" in a real browser: an update on the map, by keys and by clicks."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture(autouse=True)
def patience():
    """The first page that imports torch takes its time on a busy machine."""
    expect.set_options(timeout=60_000)
    yield
    expect.set_options(timeout=5_000)


def place(page: Page) -> tuple[float, float]:
    svg = page.locator("svg.rl-plane")
    return float(svg.get_attribute("data-x") or "nan"), float(svg.get_attribute("data-y") or "nan")


def test_arrow_keys_walk_through_an_update(page: Page, address: str):
    page.goto(f"{address}/trpo?lang=en")
    expect(page.locator(".st-key-trpo_train button")).to_be_visible()
    expect(page.locator(".st-key-trpo_check_visits")).to_be_attached()  # all has arrived
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
    kl = [float(cell.get_attribute("data-kl") or "nan") for cell in tries.all()]
    assert kl[0] > kl[1] > 0.1 >= kl[2]
    before = place(page)
    page.keyboard.press("ArrowRight")
    expect(press).to_contain_text("Conjugate gradient")
    assert place(page) != before


def test_a_click_on_the_map_goes_there_and_the_plain_gradient_gets_stuck(page: Page, address: str):
    page.goto(f"{address}/trpo?lang=en")
    expect(page.locator(".st-key-trpo_check_visits")).to_be_attached()
    rim = page.locator("svg.rl-plane .rim")
    box = rim.bounding_box()
    assert box
    rim.click(position={"x": box["width"] / 2, "y": box["height"] * 0.75})
    expect(page.locator("svg.rl-plane")).not_to_have_attribute("data-x", "-1.5")
    x, y = place(page)
    assert abs(x) < 0.1
    assert abs(y + 3) < 0.1
    page.get_by_role("radio", name="Plain gradient").click()
    expect(page).to_have_url(re.compile("trpo_direction=plain"))
    page.locator(".st-key-trpo_round button").click()
    expect(page.locator(".st-key-trpo_stage_side")).not_to_contain_text("after 0 updates")
    expect(page.locator("svg.rl-plane")).not_to_have_attribute("data-x", str(x))
    x, y = place(page)
    assert x > 3
    assert y < -1
