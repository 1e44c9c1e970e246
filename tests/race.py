"""Many clients at the same instant: threads that start together, in this process or in several."""

import multiprocessing
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gateway.kit.db import Sessions, open_engine
from gateway.kit.errors import HearthError

PATIENCE_S = 60


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run every act in a thread of its own, all from the same moment on.

    Returns what each came to, a refusal as its code; any other error is raised.
    """
    together = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        together.wait(PATIENCE_S)
        try:
            return act()
        except HearthError as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


def half_way_through(
    sessions: Sessions,
    first: Callable[[Session], Any],
    second: Callable[[], Any],
    *,
    meanwhile: Callable[[], Any] = lambda: None,
) -> Any:
    """Do `first`, and before its transaction ends begin `second` in a thread; it ends once `second` waits or is over.

    `meanwhile` happens just before that end. Returns what `second` came to, a refusal as its code.
    """
    with ThreadPoolExecutor(1) as pool:
        with sessions.begin() as session:
            first(session)
            later = pool.submit(at_once, [second])
            _until_it_waits(sessions, later)
            meanwhile()
        return later.result(PATIENCE_S)[0]


def _until_it_waits(sessions: Sessions, later: Future[Any]) -> None:
    """On SQLite whoever would write waits for the one turn there is. PostgreSQL is asked."""
    if sessions.engine.dialect.name == "sqlite":
        return
    with sessions.engine.connect() as looking:
        while not wait([later], timeout=0.005).done:
            if looking.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                return


def in_processes(act: Callable[[Sessions, int], Any], url: str, *, processes: int, threads: int) -> list[Any]:
    """Run `act(sessions, number)` for every number in threads of several fresh processes, as `at_once` does.

    `act` must be importable: a function of a module, or a partial of one.
    """
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(processes)
    results = context.Queue()
    workers = [
        context.Process(target=_work, args=(act, url, range(n * threads, (n + 1) * threads), ready, results))
        for n in range(processes)
    ]
    for worker in workers:
        worker.start()
    found = [results.get(timeout=PATIENCE_S) for _ in workers]
    for worker in workers:
        worker.join(PATIENCE_S)
        worker.close()
    broken = [outcome for outcome in found if isinstance(outcome, str)]
    assert not broken, broken
    return [result for outcome in found for result in outcome]


def _work(act: Callable[[Sessions, int], Any], url: str, numbers: range, ready: Any, results: Any) -> None:
    sessions = Sessions(open_engine(url))
    ready.wait(PATIENCE_S)
    try:
        results.put(at_once([lambda number=number: act(sessions, number) for number in numbers]))
    except BaseException as error:
        results.put(f"{type(error).__name__}: {error}")  # an error may not survive the way to another process
        raise
    finally:
        sessions.close()
