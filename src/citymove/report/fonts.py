"""Fonts of figures and page: DejaVu Sans for what matplotlib brings, Noto Sans SC for Chinese.

Noto Sans SC (SIL Open Font License 1.1) is the file inside the package ``zhplot``. The package
itself is never imported: doing so changes matplotlib's settings for the whole process.

Examples
--------
>>> cjk_font_file().name
'NotoSansSC-Regular.ttf'
>>> missing_glyphs("停车 parking")
''
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Final

from citymove.foundation.errors import MachineError

FAMILIES: Final = ["DejaVu Sans", "Noto Sans SC"]
_PACKAGE: Final = "zhplot"
_FILE: Final = "NotoSansSC-Regular.ttf"


@lru_cache(maxsize=1)
def cjk_font_file() -> Path:
    """Return the file of Noto Sans SC.

    Raises
    ------
    MachineError
        The package that carries it is not installed, or lacks it.
    """
    spec = find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(place) / "fonts" / _FILE
        if path.is_file():
            return path
    raise MachineError(
        f"{_FILE} of the package {_PACKAGE} was not found; install it: pip install {_PACKAGE}"
    )


@lru_cache(maxsize=1)
def _cjk_glyphs() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(cjk_font_file(), lazy=True) as font:
        return frozenset(font.getBestCmap())


@lru_cache(maxsize=1)
def _latin_glyphs() -> frozenset[int]:
    import matplotlib as mpl
    from fontTools.ttLib import TTFont

    with TTFont(Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", lazy=True) as font:
        return frozenset(font.getBestCmap())


def missing_glyphs(characters: str) -> str:
    """Return the characters, sorted, for which Noto Sans SC has no glyph (controls left out)."""
    known = _cjk_glyphs()
    return "".join(sorted(c for c in set(characters) if c.isprintable() and ord(c) not in known))


def drawable(text: str) -> str:
    """Return `text` with a hollow square for each character that no figure's font can draw.

    Matplotlib would warn and draw the same square; saying so here keeps figures free of
    warnings whatever names a city holds.
    """
    known = _cjk_glyphs() | _latin_glyphs()
    return "".join(c if ord(c) in known else "□" for c in text)


def subset_font(characters: str) -> str:
    """Return Noto Sans SC cut down to `characters` as base64 of a WOFF file.

    Parameters
    ----------
    characters
        Text in which every character that is to be shown occurs. Characters that the font
        lacks are left to the reader's own fonts (`missing_glyphs` names them).

    Returns
    -------
    str
        ASCII, for ``url(data:font/woff;base64,...)``; equal characters give equal bytes.
    """
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options()
    options.hinting = False
    options.layout_features = []
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "BASE", "STAT"]  # vertical text is not set here
    with TTFont(cjk_font_file(), lazy=True, recalcTimestamp=False) as font:
        subsetter = Subsetter(options)
        subsetter.populate(text="".join(sorted(set(characters))))
        subsetter.subset(font)
        font.flavor = "woff"
        buffer = BytesIO()
        font.save(buffer)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


@contextmanager
def figure_fonts() -> Iterator[None]:
    """Let matplotlib draw Latin and Chinese text inside this context."""
    from matplotlib import rc_context
    from matplotlib.font_manager import fontManager

    path = str(cjk_font_file())
    if all(entry.fname != path for entry in fontManager.ttflist):
        fontManager.addfont(path)
    with rc_context({"font.family": FAMILIES, "axes.unicode_minus": True}):
        yield
