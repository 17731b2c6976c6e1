"""The page "Two routes" in a real browser."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.waiting import visit


def cell(page: Page, box: str, state: str, action: str) -> Locator:
    return page.locator(f'.st-key-{box} td[data-state="{state}"][data-action="{action}"]')


def test_arrow_keys_step_both_learners(page: Page, address: str):
    visit(page, f"{address}/two-routes?lang=en")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".st-key-routes_value")).to_contain_text("step 1")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".st-key-routes_value")).to_contain_text("step 2")
    # the first luck leads both straight to the goal: one cell of Q, two rows of the policy
    expect(page.locator(".st-key-routes_q_box td.changed")).to_have_count(1)
    expect(page.locator(".st-key-routes_pi_box td.changed")).to_have_count(4)
    expect(cell(page, "routes_q_box", "S2", "Right")).to_have_attribute("data-value", "0.5")
    right = cell(page, "routes_pi_box", "S1", "Right")
    expect(right).to_have_attribute("data-value", re.compile(r"0\.[5-9].*[1-9]"))  # above 0.5


def test_the_link_restores_the_duel(page: Page, address: str):
    visit(page, f"{address}/two-routes?lang=en")
    expect(page.locator(".st-key-routes_join_box td")).not_to_have_count(0)
    page.locator(".st-key-routes_run button").click()
    expect(page.locator(".st-key-routes_value")).to_contain_text("Episode 10")
    right = cell(page, "routes_pi_box", "S1", "Right")
    expect(right).not_to_have_attribute("data-value", "0.5")  # the tables come one by one
    value = right.get_attribute("data-value") or "none"
    page.reload()
    expect(page.locator(".st-key-routes_value")).to_contain_text("Episode 10")
    expect(right).to_have_attribute("data-value", value)


def test_the_arrows_light_up_and_without_motion_at_once(page: Page, address: str):
    page.emulate_media(reduced_motion="reduce")
    visit(page, f"{address}/two-routes?lang=en")
    diagram = page.locator(".st-key-routes_join_diagram svg")
    expect(diagram.locator(".lit")).to_have_count(0)
    page.locator(".st-key-routes_join_step button").click()
    expect(diagram.locator(".arrow.lit")).to_have_count(4)
    expect(diagram).to_have_attribute("aria-label", re.compile("δ"))
