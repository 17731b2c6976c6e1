"""Waiting, as the elements of a page arrive one after the other: never read what may yet change."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

PATIENCE = 120_000  # milliseconds: the first import of torch takes its time on a busy machine


def visit(page: Page, url: str) -> None:
    """Go to a page of the app and wait until it is whole and its script has ended: a key that is
    pressed earlier may find nobody listening yet.
    """
    page.goto(url)
    expect(page.locator(".st-key-neighbours a").first).to_be_attached()
    script = page.locator("[data-test-script-state]")
    expect(script).to_have_attribute("data-test-script-state", "notRunning")


def number(found: Locator, attribute: str = "data-value") -> float:
    """What an element says now; NaN where it says nothing. For `until`, or once all is still."""
    return float(found.get_attribute(attribute) or "nan")


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Ask again and again, as `expect` does, for what it has no words for."""
    end = time.monotonic() + PATIENCE / 1000
    while not holds():
        assert time.monotonic() < end, "it has not come to hold"
        page.wait_for_timeout(50)
