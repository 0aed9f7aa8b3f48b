# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk's flows ask of their driver besides directory and board.

The storing requests are answered by None once the change is durable: the order in which a flow yields them is the order
in which a crash may cut.
"""

from dataclasses import dataclass, field

from dropbox.flows.requests import GetBoard, GetDirectory, GetRows, LocalRequest, NetworkRequest
from dropbox.protocol.blobs import BlobsHead
from dropbox.protocol.envelope_open import OpenedEnvelope
from dropbox.protocol.errors import SegmentUnsorted, WrongService, WrongType

from .opening import EpochKey
from .state import Keyring, Ledger


@dataclass(frozen=True)
class GetIntakeState(NetworkRequest[bytes]):
    """``GET /v1/intake``; answered by its 256 bytes."""


@dataclass(frozen=True)
class GetSegment(NetworkRequest[int | None]):
    """``GET /v1/intake/{period}`` signed by the unit; kept aside by whoever holds the connection, and answered by its
    size in bytes, or None when it is not served. A segment may have 1.6 GB."""

    period: int
    unit_id: bytes
    signature: bytes


@dataclass(frozen=True)
class ReadSegment(NetworkRequest[bytes]):
    """``size`` bytes of the segment last fetched, from byte ``start``; the server is not asked again."""

    start: int
    size: int


@dataclass(frozen=True)
class OpenEnvelopes(LocalRequest[tuple[OpenedEnvelope | None, ...]]):
    """Try each envelope by each key, in their order; answered by what each opened as, or None. It takes no decision, so
    that it may be done in another process."""

    envelopes: tuple[bytes, ...]
    keys: tuple[EpochKey, ...] = field(repr=False)


@dataclass(frozen=True)
class GetBlobs(NetworkRequest[bytes | None]):
    """``GET /v1/blobs/{period}/{chunk}`` signed by the unit; answered by at most 4 MiB, None when it is not served, or
    nothing where no answer came."""

    period: int
    chunk: int
    unit_id: bytes
    signature: bytes


@dataclass(frozen=True)
class BatchAnswer:
    """``code`` is published, or that of the refusal (docs/http-api.md); with ``batch-held`` the server holds another
    batch of this unit and period, whose bytes are ``held``."""

    code: str
    held: bytes = b""


@dataclass(frozen=True)
class PostBatch(NetworkRequest[BatchAnswer]):
    """``POST /v1/batches``."""

    upload: bytes


@dataclass(frozen=True)
class NewContent:
    """A part of a message that has just been opened; the vault seals it to the case before it is stored, together with
    its encoded ``proof`` (dropbox/protocol/part_proof.py)."""

    pseudonym: bytes
    message_id: bytes
    part: int
    parts: int
    period: int
    body: bytes = field(repr=False)
    proof: bytes = field(repr=False)


@dataclass(frozen=True)
class CommitVault(LocalRequest[None]):
    """Make the changed conversations, texts, messages (P_pk and message_id) and the new contents durable, in one
    transaction; what the ledger does not hold any more goes from the vault. ``manifest`` is that of a batch which is
    about to leave, kept for good; b"" for none. With ``backup`` also write the backup where one is configured."""

    ledger: Ledger
    conversations: frozenset[bytes] = frozenset()
    texts: frozenset[int] = frozenset()
    messages: frozenset[tuple[bytes, bytes]] = frozenset()
    contents: tuple[NewContent, ...] = ()
    manifest: bytes = b""
    backup: bool = False


@dataclass(frozen=True)
class BlobsThrough(LocalRequest[tuple[int, tuple[int, ...]]]):
    """The newest period whose blobs were fetched, 0 for none, and those up to it that were refused and not given up."""


@dataclass(frozen=True)
class Steady(LocalRequest[float]):
    """Seconds of a clock that nobody sets."""


@dataclass(frozen=True)
class RefuseBlobs(LocalRequest[None]):
    """What is served of a period is not what it must be: it is come back to, after others."""

    period: int


@dataclass(frozen=True)
class ChunksKept(LocalRequest[int]):
    """How many whole chunks of a period are put aside, from an earlier run that did not get to its end."""

    period: int


@dataclass(frozen=True)
class KeepChunk(LocalRequest[bool]):
    """Put a chunk of a period's blobs aside behind those before it. Answered by whether there is room."""

    period: int
    chunk: int
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class FinishBlobs(LocalRequest[bool]):
    """All ``chunks`` of a period are there, 0 where it is given up: keep them as long as a message may name one.
    Answered by whether they are what they must be; if not, nothing of them is kept."""

    period: int
    chunks: int
    service_id: bytes

    def check(self, head: BlobsHead) -> None:
        """Raises WrongService, WrongType."""
        if head.service_id != self.service_id:
            raise WrongService("blobs")
        if head.period != self.period:
            raise WrongType("blobs")

    @staticmethod
    def check_order(before: bytes, one: bytes) -> None:
        """Two ids in their order. Raises SegmentUnsorted."""
        if before >= one:
            raise SegmentUnsorted("blobs")


@dataclass(frozen=True)
class SettleBlobs(LocalRequest[bool]):
    """Take what whole messages name out of the blobs at hand, and let go of those that can be named no more, with
    segments up to ``processed`` done: those of periods after which so many are, ``behind``. ``takes``: whether this
    desk takes files. Answered by whether there was room for it: if not, nothing is let go of."""

    processed: int
    behind: int
    takes: bool


@dataclass(frozen=True)
class MakeAuditHead(LocalRequest[bytes]):
    """What a batch of this period tells of the desk's record of acts: 32 bytes. What opens it is durable before it is
    answered."""

    period: int


@dataclass(frozen=True)
class SaveKeyring(LocalRequest[None]):
    """Make the whole keyring durable, old values overwritten."""

    keyring: Keyring


BlobWork = BlobsThrough | Steady | ChunksKept | KeepChunk | FinishBlobs | RefuseBlobs | SettleBlobs
ServerRequest = GetDirectory | GetBoard | GetRows | GetIntakeState | GetSegment | ReadSegment | GetBlobs | PostBatch
DeskWork = OpenEnvelopes | CommitVault | MakeAuditHead | SaveKeyring | BlobWork
DeskRequest = ServerRequest | DeskWork
