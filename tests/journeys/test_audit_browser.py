"""The audit's page in a real browser, opened as a file, offline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser import CONTRAST, Visit, launched, needs_browser, used_fonts
from citymove.cli.auditing import audit_files
from citymove.report.audit_page import SHOWS
from osm_files import ban, cross, node, road, write

pytestmark = needs_browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An audit of a crossing with a light, a car park, a street that leads nowhere, a cut one."""
    folder = tmp_path_factory.mktemp("audit")
    path = write(
        folder / "kreuz.osm",
        *cross(),
        node(9, 3, 3),
        node(10, 3, 4),
        node(11, 1.1, 1.2, highway="traffic_signals"),
        node(12, 0.5, 0.5, amenity="parking", name="<b>Markt</b> 停车", capacity="30"),
        node(13, 1.5, 0.5, amenity="parking"),
        road(200, [9, 10], name="Nowhere"),
        road(201, [8, 11, 999], highway="primary", lanes="2", name="Cut 路"),
        ban(1, "no_left_turn", 102, 5, 104),
    )
    page, _ = audit_files(path, country="DE", out=folder / "out")
    assert page == folder / "out" / "index.html"
    return page.as_uri()


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
    assert visit.page.title() == "kreuz.osm: what is known of its roads"
    assert visit.seen("What is missing, most important first")
    assert visit.page.locator("b").count() == 0  # a name is no markup
    dark, _ = visit.painted()
    assert dark > 300


def test_every_view_of_the_map_differs_and_has_a_legend(visit: Visit) -> None:
    seen, legends = set(), set()
    for show in SHOWS:
        visit.page.select_option("#map-show", show)
        seen.add(visit.painted())
        legends.add(visit.page.locator("#map-legend").inner_text())
    assert len(seen) == len(legends) == len(SHOWS)
    assert "size not known" in visit.page.locator("#map-legend").inner_text()


def test_a_lost_street_is_found_by_its_name(visit: Visit) -> None:
    visit.page.select_option("#map-show", "signals")
    before = visit.painted()
    visit.page.get_by_role("button", name="Nowhere").click()
    assert visit.page.locator("#map-show").input_value() == "lost"
    assert visit.painted() != before


def test_hovering_names_what_is_there(visit: Visit) -> None:
    canvas = visit.page.locator("#map-canvas")
    visit.page.select_option("#map-show", "lanes_source")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    texts = set()
    for share in range(2, 98):
        visit.page.mouse.move(box["x"] + box["width"] * share / 100, box["y"] + box["height"] * 0.6)
        if visit.page.locator("#map-tip").is_visible():
            texts.add(visit.page.locator("#map-tip").inner_text())
    assert any("residential" in text and "(default)" in text for text in texts)


def test_both_languages(visit: Visit) -> None:
    visit.page.get_by_role("button", name="中文").click()
    text = visit.page.locator("main").inner_text()
    assert "缺失清单" in text
    assert "What is missing" not in text
    visit.until("document.fonts.check('16px \"Report CJK\"', '停车')")
    assert used_fonts(visit.page, "#missing-title .zh") == {("Noto Sans SC", True)}


def test_keys_and_buttons_move_the_map(visit: Visit) -> None:
    seen = {visit.painted()}
    visit.page.locator("#map-canvas").focus()
    for key in ("ArrowLeft", "ArrowUp", "+"):
        visit.page.keyboard.press(key)
        seen.add(visit.painted())
    visit.page.get_by_role("button", name="Zoom out").click()
    seen.add(visit.painted())
    assert len(seen) == 5
    visit.page.keyboard.press("0")


@pytest.mark.parametrize("width", [360, 900, 1600])
def test_no_page_is_wider_than_its_window(browser: Any, address: str, width: int) -> None:
    for language in ("en", "zh"):
        opened = Visit(browser, f"{address}#{language}", width)
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.painted()[0] > 200
        opened.close()


def test_every_control_has_a_name_and_every_text_contrast(visit: Visit) -> None:
    unnamed = visit.page.evaluate(
        """() => [...document.querySelectorAll('button, select, canvas, [role=region], nav')]
          .filter(n => !(n.textContent.trim() || n.getAttribute('aria-label') || n.labels?.length))
          .map(n => n.outerHTML)"""
    )
    assert unnamed == []
    assert visit.page.evaluate(CONTRAST) == []


def test_the_page_is_the_same_twice(tmp_path: Path) -> None:
    path = write(tmp_path / "kreuz.osm", *cross())
    pages = [audit_files(path, country="DE", out=tmp_path / name)[0].read_bytes() for name in "ab"]
    assert pages[0] == pages[1]
