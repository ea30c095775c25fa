"""Where the bundled cities and studies lie: in a checkout, or inside an installed package."""

from pathlib import Path

from citymove.foundation.errors import InputError

_PACKAGE = Path(__file__).resolve().parents[1]
_DEMO_STUDY = {"helsinki": "kerb_pricing.yaml", "monaco": "morning.yaml"}


def _bundle() -> Path:
    installed = _PACKAGE / "bundled"
    return installed if installed.is_dir() else _PACKAGE.parents[1]


def _bundled(kind: str, city: str) -> Path:
    home = _bundle() / kind
    folder = home / city
    if Path(city).name != city or not folder.is_dir():
        cities = (
            ", ".join(sorted(p.name for p in home.iterdir() if p.is_dir()))
            if home.is_dir()
            else "none"
        )
        raise InputError(
            "is not a bundled city", value=f"--city {city}", remedy=f"there are: {cities}"
        )
    return folder


def seed_folder(city: str) -> Path:
    """Return the folder of a bundled city's facts."""
    return _bundled("seeds", city)


def demo_study(city: str) -> Path:
    """Return the study that shows a bundled city."""
    folder = _bundled("scenarios", city)
    name = _DEMO_STUDY.get(city)
    if name is None:
        raise InputError("has no demo study", value=f"--city {city}")
    return folder / name
