"""What an extract's header says of the data."""

from pathlib import Path

from citymove.foundation.errors import InputError

_KEYS = ("osmosis_replication_timestamp", "timestamp")


def header_date(path: Path) -> str:
    """Return date and time of the data (ISO 8601), "" where the header states none.

    Raises
    ------
    InputError
        The header cannot be read.
    """
    import osmium

    try:
        with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
            header = reader.header()
            return next((text for key in _KEYS if (text := header.get(key))), "")
    except RuntimeError as error:  # all that pyosmium raises here
        raise InputError(
            f"cannot be read as OpenStreetMap data ({error})",
            file=path,
            remedy="the file may be cut short or damaged: download or export it again",
        ) from None
