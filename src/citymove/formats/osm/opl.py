"""Objects of an extract as lines of text, the fast way out of libosmium.

Asking pyosmium for the tags and nodes of one object after the other costs ten times what reading
the file does. libosmium also writes OPL, one line of text per object (Object Per Line format,
https://osmcode.org/opl-file-format/), and such lines are split at the speed of `str.split`.
Fields are parted by single blanks, tags and members by commas; these, ``=``, ``@`` and what is
not plain are written as ``%hex%`` inside a text.
"""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

Tags = dict[str, str]
Member = tuple[str, int, str]

DELETED = "dD"  # in the third field
_FORMAT = "opl,add_metadata=version"  # with a version comes the field that tells deleted objects
_ESCAPED = re.compile("%([0-9a-f]+)%")
_BYTES = 1 << 22  # of lines held at a time


@contextmanager
def lines_of(
    path: Path, entities: Any, *filters: Any
) -> Iterator[Callable[[], Iterator[list[str]]]]:
    """Give the fields of each object's line, as often as asked.

    They are (kind and id, version, ``dV`` or ``dD``, tags, nodes or members); of a node, (...,
    longitude, latitude).

    Parameters
    ----------
    path
        The extract.
    entities
        Of `osmium.osm`: the kinds of object.
    *filters
        Of `osmium.filter`: what all objects must pass.

    Raises
    ------
    RuntimeError, ValueError, osmium.InvalidLocationError, UnicodeDecodeError
        Where the file cannot be read. pyosmium raises nothing narrower.
    """
    import osmium

    with tempfile.TemporaryDirectory(prefix="citymove-") as folder:
        text = Path(folder) / "objects.opl"
        with (
            osmium.io.Reader(str(path), entities) as reader,
            osmium.SimpleWriter(osmium.io.File(str(text), _FORMAT)) as writer,
        ):
            osmium.apply(reader, *filters, writer)

        def fields() -> Iterator[list[str]]:
            # no other line end than "\n", no other blank than " ": texts may hold all the others
            with text.open(encoding="utf-8", newline="\n") as lines:
                blocks = iter(lambda: lines.readlines(_BYTES), [])
                for line in chain.from_iterable(blocks):
                    yield line[:-1].split(" ")

        yield fields


class TagWords(dict[str, tuple[str, str]]):
    """Key and value by their written form: each pair is unescaped once and held once."""

    def __missing__(self, written: str) -> tuple[str, str]:
        """Return key and value of a form met for the first time."""
        key, _, value = written.partition("=")
        pair = self[written] = unescaped(key), unescaped(value)
        return pair

    def tags(self, field: str) -> Tags:
        """Return the tags of a field.

        Examples
        --------
        >>> TagWords().tags("Thighway=primary,name=High%20%Street"), TagWords().tags("T")
        ({'highway': 'primary', 'name': 'High Street'}, {})
        """
        return dict(map(self.__getitem__, field[1:].split(","))) if len(field) > 1 else {}


def unescaped(written: str) -> str:
    """Return a text with its escapes resolved.

    Examples
    --------
    >>> unescaped("Caf%e9%%20%Müller")
    'Café Müller'
    """
    if "%" not in written:
        return written
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), written)


def refs_in(field: str) -> list[int]:
    """Return the nodes of a way's field.

    Examples
    --------
    >>> refs_in("Nn12,n-3"), refs_in("N")
    ([12, -3], [])
    """
    return list(map(int, field[2:].split(",n"))) if len(field) > 1 else []


def members_in(field: str, roles: dict[str, str]) -> tuple[Member, ...]:
    """Return the members of a relation's field; `roles` holds each role once.

    Examples
    --------
    >>> members_in("Mw12@outer,n-3@", {}), members_in("M", {})
    ((('w', 12, 'outer'), ('n', -3, '')), ())
    """
    members = []
    for one in field[1:].split(",") if len(field) > 1 else ():
        ref, _, role = one.partition("@")
        members.append((ref[0], int(ref[1:]), roles.setdefault(role, unescaped(role))))
    return tuple(members)
