# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a request of a flow is, and those that both parties make.

``class GetBoard(NetworkRequest[bytes])`` says in one place that the request is answered by bytes: a flow that writes
``board = yield from GetBoard()`` has bytes for the type checker, and an answer of any other kind is refused when the
driver sends it.
"""

from collections.abc import Generator
from dataclasses import dataclass
from types import GenericAlias
from typing import Any, ClassVar, Generic, Self, TypeVar, cast, get_args

Answer = TypeVar("Answer", covariant=True)


class Request(Generic[Answer]):
    """One question of a flow to its driver; ``Answer`` is the type of what comes back."""

    answered_by: ClassVar[Any] = object
    """What isinstance takes: the type in the brackets of the request's base, which may be a union."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        (given,) = get_args(cls.__orig_bases__[0])  # type: ignore[attr-defined]  # typing sets it on every generic's child
        if isinstance(given, GenericAlias):
            # Of tuple[X, ...] only that it is a tuple can be seen.
            given = given.__origin__
        if not isinstance(given, TypeVar):
            cls.answered_by = given

    def __iter__(self) -> Generator[Self, object, Answer]:
        """Ask: ``yield from`` the request. Raises TypeError when the driver's answer is none of this request."""
        answer = yield self
        if not isinstance(answer, self.answered_by):
            raise TypeError(f"{type(self).__name__} is not answered by {type(answer).__name__}")
        return cast(Answer, answer)


class NetworkRequest(Request[Answer]):
    """Answered by the server, through whoever holds the connection."""


class LocalRequest(Request[Answer]):
    """Answered by this machine or the person at it. A storing request is answered by None once it is durable."""


@dataclass(frozen=True)
class GetDirectory(NetworkRequest[bytes]):
    """``GET /v1/directory``; answered by its body."""


@dataclass(frozen=True)
class GetRows(NetworkRequest[bytes]):
    """``GET /v1/rows``; answered by its body, up to 24 MiB."""


@dataclass(frozen=True)
class GetBoard(NetworkRequest[bytes]):
    """``GET /v1/board``; answered by its body."""
