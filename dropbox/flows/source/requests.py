# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a visit asks of its driver besides directory and board."""

from dataclasses import dataclass, field

from dropbox.flows.requests import GetBoard, GetDirectory, GetRows, LocalRequest, NetworkRequest

from .reading import Reading


@dataclass(frozen=True)
class NotTaken:
    """What a visit is told in place of a receipt: none came, or it is none for this envelope. ``reason`` is the error,
    ``perhaps`` whether the envelope may be stored all the same."""

    reason: Exception
    perhaps: bool = True


@dataclass(frozen=True)
class PostEnvelope(NetworkRequest[bytes | NotTaken]):
    """``POST /v1/envelopes`` with exactly 16,384 bytes; answered by the receipt's 256 bytes, or by NotTaken.

    ``reading`` does not leave: it is for whoever shows it while the receipt is waited for, and not before the envelope
    is on its way, for who has read may go.
    """

    envelope: bytes
    reading: Reading | None = field(default=None, repr=False)


@dataclass(frozen=True)
class GetPass(NetworkRequest[bytes]):
    """``POST /v1/passes`` for so many blobs; answered by the pass's 256 bytes."""

    blobs: int


@dataclass(frozen=True)
class PassGone:
    """The server does not know the pass, or not any more: nothing of the blob was kept."""


@dataclass(frozen=True)
class PostBlob(NetworkRequest[bytes | PassGone]):
    """``POST /v1/blobs/{pass}`` with exactly 262,144 bytes; answered by the receipt's 256 bytes, or by PassGone."""

    name: bytes
    blob: bytes = field(repr=False)


@dataclass(frozen=True)
class ReadingBegins(NetworkRequest[None]):
    """All is judged, which takes as long for every codename; reading does not. The server is asked nothing: whoever
    holds the connection settles now when the envelope leaves."""


@dataclass(frozen=True)
class ConfirmClock(LocalRequest[bool]):
    """The date warning stands; answered by True when the person wants to go on, else False."""


ServerRequest = GetDirectory | GetBoard | GetRows | ReadingBegins | GetPass | PostBlob | PostEnvelope
VisitRequest = ServerRequest | ConfirmClock
