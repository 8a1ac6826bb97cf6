"""Chromium for the tests that look at pages as a reader meets them, with the network cut."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDE, NARROW = {"width": 1400, "height": 1000}, {"width": 390, "height": 844}

CUT = """() => [...document.querySelectorAll('table')].filter((table) => {
  const {right} = table.getBoundingClientRect();
  let within = innerWidth;
  for (let each = table.parentElement; each; each = each.parentElement)
    if (getComputedStyle(each).overflowX !== 'visible')
      within = Math.min(within, each.getBoundingClientRect().right);
  return right > within + 1;
}).map((table) => table.className)"""
"""The tables that reach beyond the page, or beyond what cuts them off."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; the test is skipped where there is none, and fails there with ``CI=true``."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        reason = f"no Chromium on this machine (looked for {', '.join(NAMES)})"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}; with CI=true it must be installed")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=found,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--host-resolver-rules=MAP * ~NOTFOUND",
            ],
        )
        yield opened
        opened.close()
