"""How every figure is drawn and written: style, colours, and files whose bytes repeat.

Colours keep apart for colour-blind readers: blue and orange for less and more (deuteranopia
leaves their distance at 111 of 119, where red and green fall from 120 to 23), and options
that differ in dash and marker as well as in colour.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, Literal

from citymove.report.fonts import drawable, figure_fonts
from citymove.scenario.results import OptionResult, Text

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")

INK: Final = "#1b2733"
MUTED: Final = "#5b6b7a"
RULE: Final = "#d5dce3"
PALE: Final = "#eef2f5"
LESS: Final = "#0b62a4"
MORE: Final = "#c9580a"
# Volume over capacity: upper limits of the classes, and a colour each (the last is open).
RATIO_LIMITS: Final = (0.5, 0.7, 0.85, 1.0)
RATIO_COLOURS: Final = ("#a9c4dd", "#4f8fc4", "#f0bd5e", "#e07b1f", "#9c2f04")
# Differences: strong less, less, little, more, strong more.
CHANGE_COLOURS: Final = ("#0b62a4", "#7fb2dc", "#d0d6dc", "#f2b277", "#c9580a")
_OPTION_COLOURS: Final = (INK, "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#56b4e9")
_DASHES: Final[tuple[Any, ...]] = ("-", (0, (5, 1.6)), (0, (1.2, 1.4)), (0, (6, 1.6, 1.2, 1.6)))
_MARKERS: Final = ("o", "s", "^", "D", "v", "P", "X")

_STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a dollar in a name is a dollar
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One figure in one language.

    Parameters
    ----------
    stem
        File name without language and suffix.
    language
        Of its words.
    alt
        What it shows, for readers who cannot see it.
    png, svg
        The files' bytes.
    """

    stem: str
    language: Language
    alt: str
    png: bytes
    svg: bytes

    def file_name(self, suffix: str) -> str:
        """Return the file name with this suffix."""
        return f"{self.stem}_{self.language}.{suffix}"


@contextmanager
def figure_style(salt: str) -> Iterator[None]:
    """Draw in the report's style; `salt` fixes the ids inside an SVG."""
    from matplotlib import rc_context

    with figure_fonts(), rc_context({**_STYLE, "svg.hashsalt": f"citymove-{salt}"}):
        yield


def said(text: Text, language: Language) -> str:
    """Return a text in one language, in characters that the figures' fonts have."""
    return drawable(text.zh if language == "zh" else text.en)


def option_line(index: int) -> dict[str, Any]:
    """Return colour, dash and width of an option's line; 0 is the base."""
    colours = _OPTION_COLOURS
    return {
        "color": colours[0] if index == 0 else colours[1 + (index - 1) % (len(colours) - 1)],
        "linestyle": _DASHES[index % len(_DASHES)],
        "linewidth": 2.2 if index == 0 else 1.6,
    }


def option_marker(index: int) -> str:
    """Return the marker of an option."""
    return _MARKERS[index % len(_MARKERS)]


def option_labels(options: Sequence[OptionResult], language: Language) -> list[str]:
    """Return the options' names for legends, shortened where they are long."""
    room = 18 if language == "zh" else 34
    return [
        name if len(name) <= room else name[: room - 1] + "…"
        for name in (said(option.name, language) for option in options)
    ]


def write_figure(figure: Any, stem: str, language: Language, alt: str, *, dpi: int) -> Drawn:
    """Return a figure as PNG and SVG whose bytes depend on the figure alone."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(dpi)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    png = _few_colours(canvas.buffer_rgba())
    figure.set_layout_engine("none")  # what the first drawing laid out holds for the second
    svg = BytesIO()
    figure.savefig(svg, format="svg", dpi=dpi, metadata={"Date": None, "Creator": None})
    return Drawn(stem, language, alt, png, svg.getvalue())


def _few_colours(pixels: Any) -> bytes:
    """Return a PNG with a palette: a quarter of the size, and the page holds many of them."""
    from PIL import Image  # comes with matplotlib, which writes its PNG through it

    high, wide, _ = pixels.shape
    flat = Image.frombytes("RGBA", (wide, high), pixels).convert("RGB")
    few = flat.quantize(_PALETTE, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    small = BytesIO()
    few.save(small, "PNG")
    return small.getvalue()


_PALETTE: Final = 128
_ID: Final = re.compile(r' id="([^"]+)"')
_NUMBERS: Final = re.compile(r'<svg[^>]*?viewBox="([^"]+)"[^>]*>', re.DOTALL)


def inline_svg(drawn: Drawn) -> str:
    """Return an SVG to stand inside the page: no head, sized by the page, ids of its own.

    Groups lose their ids, which repeat from figure to figure ("axes_1"); what is referred to
    (clip paths, markers) keeps its id behind the figure's name.
    """
    text = drawn.svg.decode("utf-8")
    head = _NUMBERS.search(text)
    if head is None:
        raise ValueError(f"{drawn.stem}: an SVG without a viewBox")  # a fault of this module
    body = text[head.end() : text.rindex("</svg>")]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', body))
    prefix = f"{drawn.stem}-{drawn.language}-"
    body = _ID.sub(lambda m: f' id="{prefix}{m[1]}"' if m[1] in used else "", body)
    body = re.sub(r'(url\(#|href="#)', rf"\g<1>{prefix}", body)
    return (
        f'<svg class="chart" role="img" aria-label="{_escaped(drawn.alt)}" '
        f'viewBox="{head[1]}" xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink">{body}</svg>'
    )


def _escaped(text: str) -> str:
    from html import escape

    return escape(text, quote=True)
