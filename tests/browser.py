"""A page in a real browser: opened as a file, offline, all that it asks for and complains of."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
REQUIRED = os.environ.get("CITYMOVE_REQUIRE_BROWSER", "") not in ("", "0")
needs_browser = pytest.mark.skipif(
    CHROMIUM is None and not REQUIRED, reason="chromium is not installed"
)


@contextmanager
def launched() -> Iterator[Any]:
    """Yield a browser."""
    from playwright.sync_api import sync_playwright

    assert CHROMIUM is not None, "CITYMOVE_REQUIRE_BROWSER is set, and chromium is not installed"
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=CHROMIUM, args=list(ARGS))
        yield found
        found.close()


class Visit:
    """An open page with all that it asked for and complained of."""

    def __init__(self, browser: Any, address: str, width: int = 1440) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 1000})
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda r: self.requests.append(r.url))
        self.page.on("console", lambda m: self.complaints.append(m.text))
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.goto(address)
        self.until("document.getElementById('map-canvas').dataset.ready === '1'")

    def until(self, condition: str) -> None:
        """Ask again and again: the page's policy forbids the library's own waiting."""
        for _ in range(200):
            if self.page.evaluate(condition):
                return
            time.sleep(0.05)
        pytest.fail(f"never became true: {condition}")

    def painted(self) -> tuple[int, bytes]:
        """Return how many pixels of the map are no ground, and the picture's digest."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 60)))")
        shot = self.page.locator("#map-canvas").screenshot()
        pixels = np.asarray(Image.open(BytesIO(shot)).convert("L"))
        return int(np.count_nonzero(pixels < 235)), sha256(pixels.tobytes()).digest()

    def seen(self, text: str) -> bool:
        return bool(self.page.get_by_text(text, exact=False).first.is_visible())

    def close(self) -> None:
        self.page.close()


def used_fonts(page: Any, selector: str) -> set[tuple[str, bool]]:
    """Return the fonts that draw a node's text, and whether each came with the page."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    return {(font["familyName"], font["isCustomFont"]) for font in fonts}


# Text and ground of every visible text, by the contrast formula of WCAG 2.1 (4.5 to 1).
CONTRAST = """() => {
  const light = (c) => {
    const [r, g, b] = c.map(v => v / 255).map(
      v => v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const parse = (s) => (s.match(/[\\d.]+/g) || []).map(Number);
  const ground = (n) => {
    for (; n; n = n.parentElement) {
      const c = parse(getComputedStyle(n).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const weak = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const n = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || n.closest('script, svg')) continue;
    if (!n.offsetParent) continue;
    const a = light(parse(getComputedStyle(n).color).slice(0, 3)), b = light(ground(n));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) weak.add(ratio.toFixed(2) + ' ' + n.textContent.slice(0, 40));
  }
  return [...weak];
}"""
