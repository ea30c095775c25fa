"""The report in a real browser, opened as a file, offline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from browser import CONTRAST, Visit, launched, needs_browser, used_fonts
from citymove.report.page import write_report
from made_up_results import write_study

pytestmark = needs_browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_report(write_study(tmp_path_factory.mktemp("study"))).as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as found:
        yield found


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
