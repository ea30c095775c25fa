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
    return _compiled(function)


def inner_kernel(function: Function) -> Function:
    """Compile a function that only kernels call, without the way in from Python.

    Taking a tuple of many arrays apart for Python costs more to compile than most small functions
    themselves: it is left out of all that nothing but kernels call.
    """
    return _compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def _compiled(function: Function, **options: bool) -> Function:
    njit: Any = numba.njit  # its stubs lack the options that leave the way in out
    folder = kernel_cache_folder()
    if folder is None:
        return cast("Function", njit(nogil=True, cache=False, **options)(function))
    config: Any = numba.core.config  # its attributes are made at run time
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder)
    try:
        return cast("Function", njit(nogil=True, cache=True, **options)(function))
    finally:
        config.CACHE_DIR = before
