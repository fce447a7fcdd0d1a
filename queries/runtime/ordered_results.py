"""Results of tasks that run beside each other, in the order of the tasks."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

_Result = TypeVar("_Result")


def results_in_order(
    executor: Executor, tasks: Iterable[Callable[[], _Result]], ahead: int
) -> Iterator[_Result]:
    """Run tasks, and yield their results in order.

    Args:
        executor: runs the tasks.
        tasks: the tasks; taken one by one as results are.
        ahead: how many tasks may run or be done ahead of the result that is waited for.
    """
    pending: deque[Future[_Result]] = deque()
    for task in tasks:
        pending.append(executor.submit(task))
        if len(pending) > ahead:
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()
