"""The one place that says how kernels are compiled.

A kernel is a top-level function on arrays: no models, no strings, no logging, no files. It
is compiled on its first call, without the global interpreter lock, and kept on disk. It
never uses fast-math (infinite labels are legal) nor automatic threads (their sums depend on
the number of threads, and a process that forks afterwards dies).

Numba looks only at the caller's own file to decide whether a cached kernel is fresh. When a
callee in another file changes, the cached caller keeps the old answer. So the cache folder
is named after a hash of all sources of citymove: an edit anywhere starts a new cache.
"""

import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from platformdirs import user_cache_path

from citymove.foundation.fingerprint import source_fingerprint

Function = TypeVar("Function", bound=Callable[..., Any])


@lru_cache(maxsize=1)
def kernel_cache_folder() -> Path | None:
    """Return where compiled kernels are kept, or None where no folder can be written.

    Never a shared temporary folder: the cache is a pickle, and others could write there.
    """
    folder = user_cache_path("citymove") / "kernels" / source_fingerprint()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def kernel(function: Function) -> Function:
    """Compile `function` by numba on its first call, cached on disk where that is possible."""
    folder = kernel_cache_folder()
    if folder is None:
        return cast("Function", numba.njit(nogil=True, cache=False)(function))
    config: Any = numba.core.config  # its attributes are made at run time
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder)
    try:
        return cast("Function", numba.njit(nogil=True, cache=True)(function))
    finally:
        config.CACHE_DIR = before
