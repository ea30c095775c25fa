"""Many independent tasks on several cores.

Tasks are shared out to processes as these become free. Each task depends on its own arguments
alone, so results do not depend on the number of workers; only the order in which tasks are
reported does.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from citymove.foundation.errors import MachineError

Result = TypeVar("Result")


def run_all(
    function: Callable[..., Result], tasks: Sequence[tuple[Any, ...]], *, jobs: int
) -> Iterator[Result]:
    """Yield ``function(*task)`` of each task as it is done.

    Parameters
    ----------
    function
        Importable by name; its arguments and result can be pickled.
    tasks
        Arguments of each call.
    jobs
        Processes, >= 1; 1 runs everything here.

    Raises
    ------
    MachineError
        Where a worker died (as a rule for lack of memory). What was stored is kept.
    """
    if jobs == 1 or len(tasks) < 2:
        for task in tasks:
            yield function(*task)
        return
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    workers = Parallel(n_jobs=jobs, return_as="generator_unordered", pre_dispatch="all")
    try:
        yield from workers(delayed(function)(*task) for task in tasks)
    except TerminatedWorkerError as error:
        raise MachineError(
            "a worker process died, as a rule for lack of memory; run again with fewer --jobs: "
            "what was finished is kept"
        ) from error
