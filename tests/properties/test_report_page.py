"""What the report's page must hold whatever the results are."""

from __future__ import annotations

import base64
import gzip
import json
import re
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from citymove.foundation.terms import TERMS
from citymove.report import findings as first_lines
from citymove.report.drawing import LANGUAGES, Drawn
from citymove.report.findings import findings, places_of, sides_of
from citymove.report.map_data import NO_TIME, pack_map
from citymove.report.maps import change_class, normals
from citymove.report.page import draw_figures, embedded_characters, render_page, write_report
from citymove.report.rails import rails
from citymove.report.stored import StoredStudy, read_results
from citymove.report.tables import indicator_rows, over_capacity_sentence
from citymove.report.wording import WORDING, words
from citymove.scenario.results import Difference, StudyResults, Text
from made_up_results import BASE, DRAWS, SCRIPT, differences, study_results, write_study

VOID = {"meta", "img", "br", "link", "input"}


class Outline(HTMLParser):
    """The texts of a page by the id of the section that they stand in, scripts apart."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.text: dict[str, str] = {}
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.labels: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag not in VOID:
            self.open.append((tag, found.get("id") or ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open[-1][0] == tag, (self.open[-3:], tag)
        self.open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if dict(attrs).get("id"):
            self.ids.append(str(dict(attrs)["id"]))

    def handle_data(self, data: str) -> None:
        section = next((i for t, i in reversed(self.open) if t == "section" and i), "")
        if self.open and self.open[-1][0] in ("script", "style"):
            section = self.open[-1][0]
        self.text[section] = self.text.get(section, "") + data


def outline(page: str) -> Outline:
    found = Outline()
    found.feed(page)
    found.close()
    return found


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> StoredStudy:
    return read_results(write_study(tmp_path_factory.mktemp("study")))


@pytest.fixture(scope="module")
def drawn(study: StoredStudy) -> list[Drawn]:
    return draw_figures(study)


@pytest.fixture(scope="module")
def page(study: StoredStudy, drawn: list[Drawn]) -> str:
    return render_page(study, drawn)


def with_results(study: StoredStudy, **changes: Any) -> StoredStudy:
    return StoredStudy(
        folder=study.folder,
        results=study_results(**changes),
        links=study.links,
        curves=study.curves,
    )


def test_names_are_text_and_never_markup(page: str) -> None:
    """Two scripts of the page's own and the data, whatever names the city holds."""
    found = outline(page)
    assert found.tags.count("script") == 2
    assert SCRIPT in found.text["findings"]
    assert SCRIPT in found.text["detail"]
    assert SCRIPT in found.text["parking"]
    assert SCRIPT in found.text["sure"]
    data = re.search(r'<script type="application/json" id="map-data">(.*?)</script>', page, re.S)
    assert data is not None
    assert SCRIPT in json.loads(data[1])["names"]


def test_the_page_is_well_formed_and_its_ids_are_its_own(page: str) -> None:
    found = outline(page)
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    levels = [int(tag[1]) for tag in found.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_every_reference_of_a_chart_stays_inside_the_page(page: str) -> None:
    ids = set(outline(page).ids)
    used = set(re.findall(r"url\(#([^)]+)\)", page)) | set(
        re.findall(r'xlink:href="#([^"]+)"', page)
    )
    assert used
    assert used <= ids


def test_nothing_is_loaded_from_elsewhere(page: str) -> None:
    assert "default-src 'none'" in page
    sources = re.findall(r'(?:src|srcset|poster)="([^"]+)"', page)
    assert all(source.startswith("data:") for source in sources)
    assert re.findall(r"url\((?!\"data:|#)([^)]+)", page) == []
    assert "@import" not in page
    assert re.findall(r"<(?:link|iframe|object|embed)\b", page) == []


def test_first_lines_of_grade_d_hold_no_amounts(page: str) -> None:
    text = outline(page).text["findings"]
    assert not re.search(r"\d\s*(min|minutes|分钟)\b|\d\s*分钟", text)
    assert not re.search(r"\d+\.\d+", text.replace(SCRIPT, ""))
    assert "5 of 5 draws" in text
    assert "5 次抽样中 5 次一致" in text
    assert words("model_only").en in outline(page).text["detail"]


def test_grade_d_prints_no_money(page: str, study: StoredStudy, drawn: list[Drawn]) -> None:
    """Even where the results hold it."""
    money = Difference(
        option="park",
        indicator="revenue",
        base=BASE["revenue"],
        value=1,
        difference=-4321.0,
        low=-5000,
        high=-4000,
        detectable=10,
        agree=1,
        blanked=False,
        draws=DRAWS,
    )
    paid = with_results(study, differences=(*differences(), money))
    for text in (page, render_page(paid, drawn)):
        assert TERMS["revenue"].en not in text
        assert TERMS["revenue"].zh not in text
        assert "4,321" not in text
    checked = with_results(study, differences=(*differences(), money), grade="B")
    assert any(row.name.en == TERMS["revenue"].en for row in indicator_rows(checked.results))


def test_a_checked_study_prints_amounts_first(study: StoredStudy, drawn: list[Drawn]) -> None:
    found = outline(render_page(with_results(study, grade="B"), drawn)).text
    assert "Base: 41.7 min." in found["findings"]
    assert words("model_only").en not in found["detail"]


def test_what_cannot_be_seen_takes_no_place(study: StoredStudy, page: str) -> None:
    by_indicator = [["1", "4"], ["1", "4"], ["1", "2", "5"]]  # a retiming is ranked on the last
    for finding, places in zip(findings(study.results), by_indicator, strict=True):
        kerb = next(p for p in finding.places if p.option.zh.startswith("路内停车调价"))
        assert (kerb.place, kerb.way) == ("", "none")
        assert [p.place for p in finding.places if p.way in ("better", "worse")] == places
    # detectable is 1.4 x 0.012 x 41.7
    assert "detectable from 0.70 min" in page
    assert "可检出最小差值 0.70 分钟" in page


def test_a_gain_over_an_inferred_plan_is_no_headline(study: StoredStudy) -> None:
    held = words("held")
    for measured, expected in ((False, [1, 1, 0]), (True, [0, 0, 0])):
        (retiming,) = study.results.retimings
        known = retiming.model_copy(update={"base_plan_inferred": not measured})
        found = findings(with_results(study, retimings=(known,)).results)
        assert [sum(p.effect == held for p in f.places) for f in found] == expected


def test_retiming_is_told_against_both_plans_and_not_first(page: str) -> None:
    found = outline(page).text
    detail = found["detail"]
    for expected in (
        "against the base plan: −8.6",  # 22.6 - 31.2
        "against the delay-minimal plan: +0.2",  # 22.6 - 22.4
        "against the base plan: −6.3",  # 24.9 - 31.2
        "against the delay-minimal plan: +2.5",  # 24.9 - 22.4
        "the base plan is inferred",
    ):
        assert expected in detail
    assert "delay-minimal" not in found["findings"]


def test_the_failed_run_is_named(page: str) -> None:
    text = outline(page).text["sure"]
    assert "1 of 25 runs did not converge: Close Column 2: draw 3." in text
    assert "25 次运行中有 1 次未收敛" in text
    assert "v/c > 1 is demand, not flow" in text


def test_guard_rails_are_told_in_words(page: str) -> None:
    text = outline(page).text["rails"]
    assert "Drivers who gave up: not worse than in the base." in text
    assert "Broken by Close Column 2." in text
    assert "Time to find a space, 90th percentile: not above 15 min." in text
    assert "Not proven: Kerb price" in text
    assert "不得高于 15 分钟" in text
    assert "10,000" not in text  # a bound on money, at grade D
    assert words("rail_unjudged_money").en in text


def test_a_rail_that_nobody_breaks_is_kept(study: StoredStudy) -> None:
    kept = with_results(study, breaches=()).results
    assert [(r.way, r.verdicts) for r in rails(kept)[:2]] == [
        ("better", (words("rail_kept"),)),
        ("better", (words("rail_kept"),)),
    ]


def test_links_over_capacity_are_those_of_the_table(study: StoredStudy) -> None:
    """One definition: the mean over the draws of counts, in the table and in the sentence."""
    sentence = over_capacity_sentence(study.results)
    cell = next(row.base for row in indicator_rows(study.results) if "capacity" in row.name.en)
    assert f"In the base {cell.en}, in the mean over the draws" in sentence.en
    assert f"有 {cell.zh}路段" in sentence.zh


def test_driving_adds_up_in_words(page: str) -> None:
    text = outline(page).text["sure"]
    assert "7,630 to where" in text
    assert "8,120 counted on the links" in text


def test_inputs_stand_with_their_reference(page: str) -> None:
    text = outline(page).text["sure"]
    assert "no survey at hand" in text
    assert "上班" in text


def test_every_chinese_glyph_of_the_page_is_inside(page: str) -> None:
    font = re.search(r"data:font/woff;base64,([A-Za-z0-9+/=]+)", page)
    assert font is not None
    with TTFont(BytesIO(base64.b64decode(font[1]))) as woff:
        known = set(woff.getBestCmap())
    shown = embedded_characters(page)
    assert "停" in shown
    assert "新" in shown  # of a facility's name
    assert {c for c in shown if ord(c) not in known} == set()
    spare = {chr(c) for c in known} - set(shown)
    assert len(spare) <= 40  # letters that the font draws with the same shapes
    assert len(font[1]) < 200_000


def test_every_text_has_both_languages_with_the_same_fields() -> None:
    for key, (en, zh) in WORDING.items():
        assert en, key
        assert set(re.findall(r"{(\w+)}", en)) == set(re.findall(r"{(\w+)}", zh)), key
        assert not re.search("[一-鿿]", en), key


def test_every_text_is_used() -> None:
    import citymove.report

    folder = Path(str(citymove.report.__path__[0]))
    source = (
        "".join(
            path.read_text(encoding="utf-8")
            for path in sorted(folder.rglob("*"))
            if path.suffix in (".py", ".j2", ".js") and not path.name.endswith("wording.py")
        )
        + (folder / "wording.py").read_text(encoding="utf-8").split("UNITS: Final")[1]
    )
    stems = "grade|verb|word|verb_min|word_min|show|table|"  # of keys put together
    stems += "attribute|book|default|kind|missing|side|source|state"
    made = re.compile(rf"({stems})_\w+")
    unused = [
        key for key in WORDING if f'"{key}"' not in source and not re.search(rf"\.{key}\b", source)
    ]
    assert [key for key in unused if not made.fullmatch(key)] == []


def test_figures_are_written_the_same_twice(
    tmp_path: Path, study: StoredStudy, drawn: list[Drawn], page: str
) -> None:
    folder = write_study(tmp_path)
    stale = folder / "figures" / "difference_9_gone_en.png"
    stale.parent.mkdir()
    stale.write_bytes(b"old")
    path = write_report(folder)
    assert path == folder / "report" / "index.html"
    assert path.read_text(encoding="utf-8") == page
    names = {p.name for p in (folder / "figures").iterdir()}
    assert names == {f.file_name(s) for f in drawn for s in ("png", "svg")}
    for figure in drawn:
        assert (folder / "figures" / figure.file_name("png")).read_bytes() == figure.png
        assert (folder / "figures" / figure.file_name("svg")).read_bytes() == figure.svg
    assert list(folder.rglob("*.part")) == []


def test_every_map_names_its_source_and_speaks_both_languages(drawn: list[Drawn]) -> None:
    maps = [f for f in drawn if f.stem.startswith(("network", "difference_"))]
    assert len(maps) == len(LANGUAGES) * 5
    for figure in maps:
        svg = figure.svg.decode()
        assert "© OpenStreetMap contributors" in svg
        assert ("辆/小时" in svg) == (figure.language == "zh")
        assert figure.png.startswith(b"\x89PNG")
        assert b"<dc:date>" not in figure.svg


def test_map_data_hold_what_was_stored(study: StoredStudy) -> None:
    data = pack_map(study)
    raw = gzip.decompress(base64.b64decode(data.block))
    arrays, at = {}, 0
    for item in data.header["layout"]:
        kind = np.dtype("<" + item["type"])
        count = int(np.prod(item["shape"]))
        part = np.frombuffer(raw[at : at + count * kind.itemsize], np.uint8)
        values = part.reshape(kind.itemsize, count).T.copy().reshape(-1).view(kind)
        arrays[item["name"]] = values.reshape(item["shape"]).copy()
        at += count * kind.itemsize
    assert at == len(raw)
    for name in ("volume", "time", "open", "capacity", "free"):
        arrays[name][1:] += arrays[name][0]  # modulo 65,536, as the page does
    assert np.abs(arrays["volume"] - study.links.volume_vph).max() <= 0.5
    known = np.isfinite(study.links.time_s)
    assert np.abs(arrays["time"] / 10 - study.links.time_s)[known].max() <= 0.051
    assert (arrays["time"][~known] == NO_TIME).all()
    assert (arrays["open"].astype(bool) == study.links.open).all()
    assert [data.header["names"][n] for n in arrays["name"]] == study.links.name.tolist()


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(0.01, 4)), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_places_follow_the_intervals(rows: list[tuple[float, float]]) -> None:
    """Each place lies within what the intervals allow, and surely ordered pairs keep order."""
    made = [
        Difference(
            option="a",
            indicator="veh_km",
            base=1,
            value=1,
            difference=mean,
            low=mean - reach,
            high=mean + reach,
            detectable=0,
            agree=1,
            blanked=False,
            draws=5,
        )
        for mean, reach in sorted(rows)
    ]
    spans = [[int(part) for part in place.split("–")] for place in places_of(made)]
    for at, span in enumerate(spans):
        assert span[0] <= at + 1 <= span[-1]
    for a, first in enumerate(made):
        for b, second in enumerate(made):
            if first.high < second.low:
                assert spans[a][0] < spans[b][-1]
            elif a < b and first.high >= second.low and len(made) == 2:
                assert spans[a] == spans[b]


def test_sides_split_by_what_is_better() -> None:
    results: StudyResults = study_results()
    good, unseen, bad = sides_of(results, "veh_h")
    assert [d.option for d in good] == ["park", "retime"]
    assert [d.option for d in unseen] == ["kerb"]
    assert [d.option for d in bad] == ["close"]


def test_a_study_of_the_base_alone_is_drawn(study: StoredStudy, drawn: list[Drawn]) -> None:
    alone = first_lines.findings(
        study_results(options=study.results.options[:1], differences=(), decide_on=())
    )
    assert [f.sentence for f in alone] == [words("only_base")] * 3


def test_change_classes_are_symmetric() -> None:
    change = np.array([-900.0, -40, -1, 0, 1, 40, 900])
    kind = change_class(change, 600.0)
    assert kind.tolist() == [0, 1, 2, 2, 2, 3, 4]
    assert change_class(-change, 600.0).tolist() == (4 - kind).tolist()


def test_normals_point_to_the_left() -> None:
    """A road to the east has north on its left; a corner the half-way direction."""
    x, y = normals(np.array([0.0, 1, 1]), np.array([0.0, 0, 1]), np.array([0, 3]))
    assert np.allclose(x, [0, -(0.5**0.5), -1])
    assert np.allclose(y, [1, 0.5**0.5, 0])


def test_texts_stand_in_both_languages() -> None:
    text = words("then", options=Text(en="A", zh="甲"))
    assert (text.en, text.zh) == ("then A", "其次为甲")
