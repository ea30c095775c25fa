"""The outer parts of a PBF file, looked at before libosmium unpacks them.

A file is a row of blobs, each behind a short header; a blob of objects starts with the table of
all its texts (PBF format, https://wiki.openstreetmap.org/wiki/PBF_Format).
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_LONGEST_HEADER, _LONGEST_BLOB = 1 << 16, 1 << 25  # bytes, the format's own limits
_PIECE = 1 << 20  # bytes looked at together
_RAW, _ZLIB = 1, 3  # fields of a blob; its stated size is field 2


@dataclass(frozen=True)
class Blob:
    """One part of a file.

    Parameters
    ----------
    is_data
        Whether it holds objects, not the header.
    unpacked_bytes
        What it states to hold. libosmium sets aside as much, and refuses a blob that holds more.
    packing
        Number of the field with the content, which tells how it is packed.
    content
        As packed.
    """

    is_data: bool
    unpacked_bytes: int
    packing: int
    content: bytes


def blobs(path: Path) -> Iterator[Blob]:
    """Yield the blobs of a PBF file; raise `ValueError` where they are not as the format wants."""
    end = path.stat().st_size
    with path.open("rb") as file:
        while start := file.read(4):
            length = int.from_bytes(start, "big")
            if len(start) < 4 or length > _LONGEST_HEADER:
                raise ValueError(f"PBF: a header of {length} bytes")
            header = dict(_fields(file.read(length)))
            kind, size = header.get(1), header.get(3)
            if not isinstance(size, int) or size > _LONGEST_BLOB or file.tell() + size > end:
                raise ValueError(f"PBF: a blob of {size!r} bytes")
            yield _blob(kind == b"OSMData", file.read(size))


def _blob(is_data: bool, message: bytes) -> Blob:
    size, packing, content = 0, _RAW, b""
    for key, value in _fields(message):
        if isinstance(value, int):
            size = value if key == 2 else size
        else:
            packing, content = key, value
    return Blob(is_data, size if packing != _RAW else len(content), packing, content)


def text_bytes(path: Path, *, enough: int) -> int:
    """Return at most how many bytes of text the objects of a file hold, each its own copy.

    A text stands once in the table of its blob, and each tag that names it, in a byte or two,
    gets a copy. Blobs packed in rarer ways than zlib are not looked into.

    Parameters
    ----------
    path
        The file.
    enough
        Where a simple estimate says that there are no more, they are not looked at closely.

    Raises
    ------
    UnicodeDecodeError
        A text is no UTF-8; libosmium would make other letters of it.
    """
    simple = sum(len(content) * _longest(_table(content)) // 2 for content in _contents(path))
    return simple if simple <= enough else sum(map(_named_bytes, _contents(path)))


def _longest(table: bytes) -> int:
    """Return the bytes of the longest text of a table, or more; raise where one is no UTF-8."""
    try:
        table.decode()
    except UnicodeDecodeError:
        texts = _texts(table)
        for text in texts:
            text.decode()
        return max(map(len, texts), default=0)
    return 127  # texts stand between their lengths; longer ones have a length that is no UTF-8


def _contents(path: Path) -> Iterator[bytes]:
    """Yield the objects of each blob, unpacked."""
    readable = (_RAW, _ZLIB)
    return (_unpacked(b) for b in blobs(path) if b.is_data and b.packing in readable)


def _table(content: bytes) -> bytes:
    """Return the table of texts of a blob, its first field."""
    key, table = next(_fields(content), (0, b""))
    return table if key == 1 and isinstance(table, bytes) else b""


def _texts(table: bytes) -> list[bytes]:
    return [text for _, text in _fields(table) if isinstance(text, bytes)]


def _unpacked(blob: Blob) -> bytes:
    if blob.packing == _RAW:
        return blob.content
    try:
        return zlib.decompressobj().decompress(blob.content, max(1, blob.unpacked_bytes))
    except zlib.error as error:
        raise ValueError(f"PBF: {error}") from None


def _named_bytes(content: bytes) -> int:
    """Return at most how many bytes of text the numbers in a blob name.

    Which numbers are rows of the table is not asked: each number ends in a byte below 128, and is
    taken for the longest text that its last one, two or three bytes name.
    """
    table = _table(content)
    # the last row is that of what no text has
    length = np.array([*map(len, _texts(table)), 0])
    total = 0
    for start in range(len(table), len(content), _PIECE):
        piece = np.frombuffer(content[max(0, start - 2) : start + _PIECE], np.uint8)
        ends = np.flatnonzero(piece < 128)
        ends = ends[ends >= min(2, start)]  # the others ended in the piece before
        number, longest = np.zeros(ends.size, np.int32), np.zeros(ends.size, np.int64)
        for back in range(3):
            number = number << 7 | piece[np.maximum(ends - back, 0)] & 127
            longest = np.maximum(longest, length[np.minimum(number, length.size - 1)])
        total += int(longest.sum())
    return total


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of each field (Protocol Buffers, encoding)."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        value, at = _varint(message, at)
        if key & 7 == 0:
            yield key >> 3, value
        elif key & 7 == 2:  # a length, then so many bytes
            yield key >> 3, message[at : at + value]
            at += value
        else:
            raise ValueError(f"PBF: a field of kind {key & 7}")


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """Return a number in base 128, lowest digit first, and the position behind it."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            raise ValueError("PBF: a message is cut")
        value |= (message[at] & 127) << shift
        at += 1
        if message[at - 1] < 128:
            return value, at
    raise ValueError("PBF: a number has no end")
