# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one driver of flows. It has no sockets and no files itself: two hands have, one for the server, one for here."""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .requests import NetworkRequest, Request

Asked = TypeVar("Asked", bound=Request[object])
Result = TypeVar("Result")
Flow = Generator[Asked, object, Result]
"""A flow that makes requests of the kinds ``Asked`` and ends with a ``Result``."""
Hand = Callable[[Any], Awaitable[object]]
"""Fulfils the requests of one kind. Any, for each party's hand says which; the request itself checks the answer."""


@dataclass(frozen=True)
class Ended(Generic[Result]):
    """A flow came to its end."""

    result: Result


Step = Callable[[], Request[object] | Ended[Any]]
Run = Callable[[Step], Awaitable[Request[object] | Ended[Any]]]
"""Where the steps between two requests are done; Any, for it does not look at what a flow ends with."""


async def nobody(request: Request[object]) -> object:
    """The hand of a flow that makes no such request. Raises TypeError."""
    raise TypeError(f"nobody here answers {type(request).__name__}")


async def here(step: Step) -> Request[object] | Ended[Any]:
    """Run a step where the driver runs."""
    return step()


async def drive(flow: Flow[Asked, Result], network: Hand, local: Hand = nobody, run: Run = here) -> Result:
    """Run ``flow`` to its end and return its result. Whatever a hand raises ends it; it is closed in any case.

    ``run`` may do the steps elsewhere, so that a long one stops nothing else; it must not return, or raise, before the
    step has ended.
    """
    answer: object = None
    try:
        while True:
            request = await run(_step(flow, answer))
            if isinstance(request, Ended):
                result: Result = request.result
                return result
            answer = await (network if isinstance(request, NetworkRequest) else local)(request)
    finally:
        flow.close()


def _step(flow: Flow[Asked, Result], answer: object) -> Step:
    def step() -> Request[object] | Ended[Result]:
        try:
            return flow.send(answer)
        except StopIteration as done:
            return Ended(done.value)

    return step


def at_once(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of work whose hands never wait, such as ``drive`` over a service in memory. Raises RuntimeError when
    one does."""
    try:
        work.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    finally:
        work.close()
    raise RuntimeError("a hand waited")
