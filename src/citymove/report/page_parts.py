"""What every page of ours is made of: templates, both languages, style, script, its own font.

All words stand in a page in both languages; a switch shows one. Nothing is loaded from
anywhere: script, style, data and the Chinese glyphs are inside, and the content security policy
forbids the rest.
"""

from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from citymove.report.fonts import subset_font
from citymove.report.wording import words
from citymove.scenario.results import Text

FONT_PLACE: Final = "@@font@@"
# What the page's own font is for: signs and everything from the CJK radicals on. Letters come
# from the reader's fonts. The font stands first in the style's list and is bound to this range,
# since Chromium otherwise keeps the hollow squares that it drew before the font was there.
_FONT_RANGES: Final = ((0x2190, 0x21FF), (0x2300, 0x2BFF), (0x2E80, 0xFFFF), (0x1F000, 0x3FFFF))
FONT_RANGE: Final = ", ".join(f"U+{a:X}-{b:X}" for a, b in _FONT_RANGES)

_BOTH: Final = Markup('<span class="en" lang="en">{}</span><span class="zh" lang="zh">{}</span>')
_LABEL: Final = Markup('aria-label="{0}" data-label-en="{0}" data-label-zh="{1}"')


def environment() -> Environment:
    """Return the templates of the report, which escape what they are given."""
    made = Environment(
        loader=PackageLoader("citymove.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["json.dumps_kwargs"] = {
        "ensure_ascii": False,  # the font is cut to the characters that stand in the page
        "allow_nan": False,
        "separators": (",", ":"),
    }
    return made


def with_font(page: str) -> str:
    """Return a page with its font in the place that `FONT_PLACE` marks."""
    return page.replace(FONT_PLACE, subset_font(embedded_characters(page)))


def embedded_characters(page: str) -> str:
    """Return the characters of a page that its own font draws, sorted."""
    return "".join(sorted(c for c in set(page) if any(a <= ord(c) <= b for a, b in _FONT_RANGES)))


def both(text: Text) -> Markup:
    """Return a text in both languages, one of which the page shows."""
    return escape(text.en) if text.en == text.zh else _BOTH.format(text.en, text.zh)


def sentence(text: Text) -> Markup:
    """Return a text in both languages that begins with a capital, as a sentence does."""
    return both(Text(en=text.en[:1].upper() + text.en[1:], zh=text.zh))


def spoken(key: str, **values: object) -> Markup:
    """Return a text of `wording` in both languages."""
    return both(words(key, **values))


def label(key: str, **values: object) -> Markup:
    """Return the attributes of a label that is read and not seen."""
    text = words(key, **values)
    return _LABEL.format(text.en, text.zh)


def static(name: str) -> Markup:
    """Return a checked-in script or style as it is; it holds no data."""
    text = files("citymove.report").joinpath("static", name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 - a file of this package, not input
