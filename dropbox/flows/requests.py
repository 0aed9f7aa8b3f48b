# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a flow asks of its driver. A flow yields one of these and is sent the answer named here.

The network requests are answered by the server's bytes; a driver that cannot get an answer throws a
``TransportFailed`` of its own into the flow or simply stops. The storing requests are answered by None once
the change is durable: the order in which a flow yields them is the order in which a crash may cut.
"""

from dataclasses import dataclass, field

from .desk_state import Keyring, Ledger


@dataclass(frozen=True)
class GetDirectory:
    """``GET /v1/directory``; answered by its body, bytes."""


@dataclass(frozen=True)
class GetBoard:
    """``GET /v1/board``; answered by its body, bytes."""


@dataclass(frozen=True)
class PostEnvelope:
    """``POST /v1/envelopes`` with exactly 16,384 bytes; answered by the receipt's 256 bytes, or by NotTaken."""

    envelope: bytes


@dataclass(frozen=True)
class NotTaken:
    """What a visit is told in place of a receipt: none came, or it is none for this envelope. ``reason`` is the error,
    ``perhaps`` whether the envelope may be stored all the same."""

    reason: Exception
    perhaps: bool = True


@dataclass(frozen=True)
class ConfirmClock:
    """The date warning stands; answered by True when the person wants to go on, else False."""


@dataclass(frozen=True)
class GetIntakeState:
    """``GET /v1/intake``; answered by its 256 bytes."""


@dataclass(frozen=True)
class GetSegment:
    """``GET /v1/intake/{period}`` signed by the unit; answered by its bytes, or None when it is not served."""

    period: int
    unit_id: bytes
    signature: bytes


@dataclass(frozen=True)
class PostBatch:
    """``POST /v1/batches``; answered by a BatchAnswer."""

    upload: bytes


@dataclass(frozen=True)
class BatchAnswer:
    """``code`` is published, or that of the refusal (docs/http-api.md); with ``batch-held`` the server holds another
    batch of this unit and period, whose bytes are ``held``."""

    code: str
    held: bytes = b""


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
class CommitVault:
    """Make the changed conversations, texts, messages (P_pk and message_id) and the new contents durable, in one
    transaction; what the ledger does not hold any more goes from the vault. With ``backup`` also write the backup where
    one is configured."""

    ledger: Ledger
    conversations: frozenset[bytes] = frozenset()
    texts: frozenset[int] = frozenset()
    messages: frozenset[tuple[bytes, bytes]] = frozenset()
    contents: tuple[NewContent, ...] = ()
    backup: bool = False


@dataclass(frozen=True)
class SaveKeyring:
    """Make the whole keyring durable, old values overwritten."""

    keyring: Keyring


@dataclass
class Notice:
    """Something that the officers must be told: a code of docs/runbooks and the numbers that belong to it."""

    code: str
    values: dict[str, int | str] = field(default_factory=dict)


VisitRequest = GetDirectory | GetBoard | PostEnvelope | ConfirmClock
DeskRequest = GetDirectory | GetBoard | GetIntakeState | GetSegment | PostBatch | CommitVault | SaveKeyring
