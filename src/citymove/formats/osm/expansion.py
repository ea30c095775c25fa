"""Limits on what a file of a given size can hold, so that no small file takes much memory.

Packed data may be a thousand times larger than the file that holds it. Extracts of cities
unpack to 2 or 3 times their size as PBF and to 7 to 15 times as gzipped XML; what claims far
more is no map, and is refused before memory is spent on it.
"""

import shutil
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from citymove.formats.osm.pbf import blobs, text_bytes
from citymove.foundation.errors import InputError

MOST_OF_PBF, MOST_OF_GZIP = 10, 40  # times the size of the file
BYTES_OF_ITEM, ALWAYS_ITEMS = 3, 50_000  # a node of a way takes 5 bytes or more: its place alone
ALWAYS_BYTES = 1 << 20  # small files are not worth a look
# a tag of 2 bytes becomes some 30, a node of 8 bytes the 16 of an index
UNPACKED_TO_TEXT, ALWAYS_FREE_BYTES = 8, 1 << 26
MOST_TEXT, ALWAYS_TEXT_BYTES = 300, 1 << 26
_PIECE = 1 << 20  # bytes


def check_expansion(path: Path) -> int:
    """Return to how many bytes a file unpacks; raise where that is far more than a map does.

    Raises
    ------
    InputError
        It does.
    ValueError
        The file is not packed as its suffix says.
    """
    name = path.name.lower()
    packed = path.stat().st_size
    sizes: Iterator[int]
    if name.endswith(".pbf"):
        most, sizes = MOST_OF_PBF, (blob.unpacked_bytes for blob in blobs(path))
    elif name.endswith(".gz"):
        most, sizes = MOST_OF_GZIP, _unpacked_pieces(path)
    else:
        return packed
    limit = most * packed + ALWAYS_BYTES
    unpacked = 0
    for size in sizes:
        unpacked += size
        if unpacked > limit:
            raise InputError(
                f"must not unpack to more than {most} times its size, as no extract does",
                file=path,
                value=f"{packed} bytes hold more than {limit}",
                remedy="the file is damaged or no extract: download or export it again",
            )
    return unpacked


def check_text(path: Path) -> None:
    """Raise where the objects of a PBF file hold far more text than those of a map do.

    Raises
    ------
    InputError
        They do.
    ValueError
        A text is no UTF-8, or the file is no PBF.
    """
    if not path.name.lower().endswith(".pbf"):  # XML writes out every text, its parser checks it
        return
    packed = path.stat().st_size
    limit = MOST_TEXT * packed + ALWAYS_TEXT_BYTES
    text = text_bytes(path, enough=limit)
    if text > limit:
        raise InputError(
            f"must not hold more than {MOST_TEXT} times its size in texts, as no extract does",
            file=path,
            value=f"{packed} bytes hold up to {text}",
            remedy="the file is damaged or no extract: download or export it again",
        )


def check_disk(path: Path, unpacked: int) -> None:
    """Raise `InputError` where the temporary folder has no room for what is unpacked there.

    This is asked beforehand since libosmium ends the process when a file that it writes cannot
    be finished.
    """
    folder = tempfile.gettempdir()
    needed = UNPACKED_TO_TEXT * unpacked + ALWAYS_FREE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise InputError(
            f"needs {needed // 10**6} MB in the temporary folder while it is read",
            file=path,
            value=f"{folder} has {free // 10**6} MB",
            remedy="free some room, or let TMPDIR name a folder on another disk",
        )


def _unpacked_pieces(path: Path) -> Iterator[int]:
    """Yield sizes that add up to what a gzip file, of one member or several, unpacks to."""
    with path.open("rb") as file:
        unpacker = zlib.decompressobj(wbits=31)
        while piece := file.read(_PIECE):
            while piece:
                try:
                    yield len(unpacker.decompress(piece, _PIECE))
                except zlib.error as error:
                    raise ValueError(f"gzip: {error}") from None
                piece = unpacker.unconsumed_tail
                if unpacker.eof:
                    piece, unpacker = unpacker.unused_data, zlib.decompressobj(wbits=31)


class Room:
    """Counts what is taken out of a file, and refuses more than a file of its size can hold.

    Parameters
    ----------
    path
        The file. Objects, nodes of ways and members of relations count.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = path.stat().st_size // BYTES_OF_ITEM + ALWAYS_ITEMS

    def take(self, items: int) -> None:
        """Count more items; raise `InputError` where there are too many."""
        self._left -= items
        if self._left < 0:
            raise InputError(
                f"must not hold more than one object or reference in {BYTES_OF_ITEM} bytes, as no "
                "extract does",
                file=self._path,
                remedy="the file is damaged or no extract: download or export it again",
            )
