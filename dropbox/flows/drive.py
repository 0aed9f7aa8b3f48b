# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one driver of flows. It has no sockets and no files itself: two hands have, one for the server, one for here."""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, TypeVar

from .requests import NetworkRequest, Request

Asked = TypeVar("Asked", bound=Request[object])
Result = TypeVar("Result")
Flow = Generator[Asked, object, Result]
"""A flow that makes requests of the kinds ``Asked`` and ends with a ``Result``."""
Hand = Callable[[Any], Awaitable[object]]
"""Fulfils the requests of one kind. Each party's hand says which; the request itself checks the answer."""


async def nobody(request: Request[object]) -> object:
    """The hand of a flow that makes no such request. Raises TypeError."""
    raise TypeError(f"nobody here answers {type(request).__name__}")


async def drive(flow: Flow[Asked, Result], network: Hand, local: Hand = nobody) -> Result:
    """Run ``flow`` to its end and return its result. Whatever a hand raises ends it; it is closed in any case."""
    try:
        request = next(flow)
        while True:
            hand = network if isinstance(request, NetworkRequest) else local
            request = flow.send(await hand(request))
    except StopIteration as done:
        result: Result = done.value
        return result
    finally:
        flow.close()


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
