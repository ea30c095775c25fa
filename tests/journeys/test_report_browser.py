"""The report in a real browser, opened as a file, offline."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from citymove.report.page import write_report
from made_up_results import write_study

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
pytestmark = pytest.mark.skipif(
    CHROMIUM is None and not REQUIRED, reason="chromium is not installed"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_report(write_study(tmp_path_factory.mktemp("study"))).as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
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


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Visit]:
    opened = Visit(browser, address)
    yield opened
    assert opened.complaints == []
    assert [r for r in opened.requests if not r.startswith(("data:", "blob:"))] == [address]
    opened.close()


def test_the_page_opens_and_loads_nothing(visit: Visit) -> None:
    assert visit.page.title() == "Gridtown (fictional): Morning options for the centre"
    assert visit.page.evaluate("window.broken === undefined")
    assert visit.seen("Model only, not checked against counts")
    dark, _ = visit.painted()
    assert dark > 2000


def test_both_languages(visit: Visit) -> None:
    visit.page.get_by_role("button", name="中文").click()
    assert visit.page.evaluate("document.documentElement.lang") == "zh-Hans"
    assert visit.page.evaluate("location.hash") == "#zh"
    assert "网格镇" in visit.page.title()
    text = visit.page.locator("main").inner_text()
    assert "各方案的效果" in text
    assert "What the options do" not in text
    assert visit.page.locator("#map-show option").first.inner_text() == "饱和度（交通量/通行能力）"
    assert visit.page.locator("#map-caption").inner_text() == "负荷最高的路段"
    visit.until("document.fonts.check('16px \"Report CJK\"', '停车')")
    fonts = used_fonts(visit.page, "#findings-title .zh") | used_fonts(
        visit.page, "button[lang=zh]"
    )
    assert fonts == {("Noto Sans SC", True)}
    visit.page.get_by_role("button", name="English").click()
    assert "What the options do" in visit.page.locator("main").inner_text()


def used_fonts(page: Any, selector: str) -> set[tuple[str, bool]]:
    """Return the fonts that draw a node's text, and whether each came with the page."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    return {(font["familyName"], font["isCustomFont"]) for font in fonts}


def test_the_address_chooses_the_language(browser: Any, address: str) -> None:
    opened = Visit(browser, address + "#zh")
    assert opened.page.locator("h1").inner_text() == "中心区早高峰方案比较"
    assert opened.page.locator("#stamp .grade").inner_text() == "D"
    assert opened.complaints == []
    opened.close()


def test_choices_change_the_map_and_the_table(visit: Visit) -> None:
    pictures = [visit.painted()]
    tables = [visit.page.locator("#map-rows").inner_text()]
    for selector, value in (
        ("#map-option", "1"),
        ("#map-slice", "0"),
        ("#map-show", "volume"),
        ("#map-show", "difference"),
        ("#map-option", "4"),
    ):
        visit.page.select_option(selector, value)
        pictures.append(visit.painted())
        tables.append(visit.page.locator("#map-rows").inner_text())
    assert len(set(pictures)) == len(pictures)
    assert len(set(tables)) >= len(tables) - 1
    assert "Column 2" in tables[-1]  # the street that the option closes loses all its traffic
    assert visit.page.locator("#map-legend").inner_text().count("traffic") >= 4


def test_a_difference_of_the_base_chooses_an_option(visit: Visit) -> None:
    visit.page.select_option("#map-show", "difference")
    assert visit.page.input_value("#map-option") == "1"
    visit.page.select_option("#map-option", "0")
    assert visit.page.locator("#map-note").is_visible()
    assert "No link changes" in visit.page.locator("#map-rows").inner_text()


def test_the_keyboard_reaches_everything(visit: Visit) -> None:
    before = visit.painted()
    visit.page.locator("#map-canvas").focus()
    seen = {before}
    for key in ("ArrowLeft", "ArrowUp", "+", "-", "-"):
        visit.page.keyboard.press(key)
        seen.add(visit.painted())
    assert len(seen) >= 5
    visit.page.keyboard.press("0")
    visit.page.locator("#map-rows button").first.focus()
    visit.page.keyboard.press("Enter")
    assert visit.page.locator("#map-tip").is_visible()
    assert "veh/h" in visit.page.locator("#map-tip").inner_text()
    assert visit.page.locator("#map-rows button").first.get_attribute("aria-pressed") == "true"


def test_hovering_names_the_road(visit: Visit) -> None:
    visit.page.locator("#map-canvas").scroll_into_view_if_needed()
    box = visit.page.locator("#map-canvas").bounding_box()
    for share in range(4, 96, 1):
        visit.page.mouse.move(
            box["x"] + box["width"] * 0.33, box["y"] + box["height"] * share / 100
        )
        if visit.page.locator("#map-tip").is_visible():
            break
    text = visit.page.locator("#map-tip").inner_text()
    assert "Row" in text
    assert "v/c" in text
    assert "at free speed" in text


def test_wheel_and_buttons_zoom(visit: Visit) -> None:
    canvas = visit.page.locator("#map-canvas")
    canvas.scroll_into_view_if_needed()
    canvas.click()
    first = visit.painted()
    box = canvas.bounding_box()
    visit.page.mouse.move(box["x"] + 200, box["y"] + 200)
    visit.page.mouse.wheel(0, -300)
    second = visit.painted()
    visit.page.get_by_role("button", name="Zoom out").click()
    third = visit.painted()
    assert len({first, second, third}) == 3


@pytest.mark.parametrize("width", [360, 900, 1600])
def test_no_page_is_wider_than_its_window(browser: Any, address: str, width: int) -> None:
    for language in ("en", "zh"):
        opened = Visit(browser, f"{address}#{language}", width)
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.painted()[0] > 500
        opened.close()


def test_every_control_has_a_name_and_every_text_contrast(visit: Visit) -> None:
    unnamed = visit.page.evaluate(
        """() => [...document.querySelectorAll('button, select, canvas, [role=region], nav')]
          .filter(n => !(n.textContent.trim() || n.getAttribute('aria-label') || n.labels?.length))
          .map(n => n.outerHTML)"""
    )
    assert unnamed == []
    weak = visit.page.evaluate(CONTRAST)
    assert weak == []


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
