# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk remembers, as plain data: the keyring and the ledger (docs/protocol.md, section 6.10).

The **keyring** holds what must not go backwards; it lives in a store of its own, is overwritten in place and is never
in a backup. The **ledger** is the part of the vault that the daemon needs with nobody signed in: conversations with
their beacons, and the texts that wait to go out. What a source wrote is in neither.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dropbox.flows.heads import BoardHead
from dropbox.protocol.anchors import Anchor
from dropbox.protocol.certificates import EpochCert
from dropbox.protocol.constants import EntryType
from dropbox.protocol.directory import VerifiedDirectory
from dropbox.protocol.errors import UnknownUnit
from dropbox.protocol.manifests import Manifest
from dropbox.protocol.primitives import SealingKey, ed25519_public
from dropbox.protocol.units import Unit

from .opening import EpochKey


@dataclass
class EpochSecret:
    """The private key of one epoch, as its 32-byte seed, and the periods it is announced for."""

    epoch: int
    not_before: int
    not_after: int
    seed: bytes = field(repr=False)

    def cert(self, service_id: bytes, unit_id: bytes) -> EpochCert:
        """The certificate that announces it."""
        public = SealingKey(self.seed).public
        return EpochCert(service_id, unit_id, self.epoch, self.not_before, self.not_after, public)

    def key(self, service_id: bytes, unit_id: bytes) -> EpochKey:
        """What opens the envelopes that were sealed to the certificate."""
        return EpochKey(self.epoch, self.cert(service_id, unit_id).hash, self.seed)


@dataclass(frozen=True)
class TextKey:
    """T of the chain's step ``step``, 32 bytes: what seals a text for as long as it stands on the board."""

    step: int
    key: bytes = field(repr=False)


@dataclass
class Chain:
    """The reply chain of a conversation: CK_step, seeded by the message of this id, which was sealed to ``epoch``;
    ``texts`` the keys of those that stand on the board, by their msg_no. Whatever seeds a new one drops them all."""

    message_id: bytes
    epoch: int
    step: int
    key: bytes = field(repr=False)
    texts: dict[int, TextKey] = field(default_factory=dict, repr=False)


@dataclass
class PendingBatch:
    """A batch that is signed and not yet answered; it is uploaded again, the same bytes, before any other is made."""

    period: int
    hash: bytes
    upload: bytes = field(repr=False)


@dataclass(frozen=True)
class Seen:
    """An envelope that was recorded: the epoch of the certificate that it was sealed to, and the period of the segment
    in which it first stood (0: not known, of a keyring of before)."""

    epoch: int
    period: int = 0


@dataclass
class Keyring:
    """What must not go backwards. Keys of the dictionaries: P_pk, epoch number or envelope id.

    ``number_floor`` is where a conversation unknown to this keyring starts to count its texts; ``no_seed_through`` the
    segment up to which nothing seeds; ``published`` period and hash of the newest own batch (0 and zeros before the
    first); ``given_up`` the hashes, by their periods, of batches made since then that the server said it will never
    store; ``history`` the periods of the last few batches, oldest first; ``built`` the newest period for which a batch
    was made, stored or not; ``dir_version`` the newest directory seen; ``audit_key`` what the desk's record of acts is
    known by, b"" before it is made, ``audit_from`` the number of the first act that is known by it, and ``audit_since``
    the period of the newest batch of before, whose manifests were not kept.
    """

    signing_seed: bytes = field(repr=False)
    epochs: dict[int, EpochSecret] = field(default_factory=dict)
    chains: dict[bytes, Chain] = field(default_factory=dict)
    seeded: dict[bytes, int] = field(default_factory=dict)
    next_number: dict[bytes, int] = field(default_factory=dict)
    seen: dict[bytes, Seen] = field(default_factory=dict)
    number_floor: int = 1
    no_seed_through: int = 0
    pending: PendingBatch | None = None
    published_period: int = 0
    published_hash: bytes = bytes(32)
    given_up: dict[int, bytes] = field(default_factory=dict)
    history: list[int] = field(default_factory=list)
    built: int = 0
    dir_version: int = 0
    audit_key: bytes = field(default=b"", repr=False)
    audit_from: int = 0
    audit_since: int = 0

    @property
    def public(self) -> bytes:
        """Usig_pk."""
        return ed25519_public(self.signing_seed)


class TextState(StrEnum):
    """Where an officer's text is on its way."""

    WAITING = "waiting"
    PUBLISHED = "published"
    READ = "read"
    EXPIRED = "expired"


ON_ITS_WAY = frozenset({TextState.WAITING, TextState.PUBLISHED})


@dataclass
class Text:
    """An officer's text on its way out. ``number`` is its msg_no from its first placing on; ``written`` the period for
    which it was first planned; ``stood`` that of the newest batch that carried it; ``read`` that of the segment which
    acknowledged it; each 0 before. The parts are emptied once it is expired, or cannot be read again."""

    id: int
    pseudonym: bytes
    type: EntryType
    parts: tuple[bytes, ...] = field(repr=False)
    number: int = 0
    written: int = 0
    stood: int = 0
    read: int = 0
    state: TextState = TextState.WAITING


class Texts(Mapping[int, Text]):
    """Officers' texts by id, and at hand those that may stand on a board, unread or read of late: a desk of years has
    finished tens of thousands, and asks for every part and every envelope about the few others.

    Only ``admit``, ``acknowledge`` and ``finish`` give a text its number and its end, so that what is at hand is what a
    search would find.
    """

    def __init__(self, texts: Iterable[Text] = ()) -> None:
        self._all: dict[int, Text] = {}
        self._open: dict[int, Text] = {}
        self._open_of: dict[bytes, dict[int, Text]] = {}
        self._highest: dict[bytes, int] = {}
        for text in texts:
            self.add(text)

    def __getitem__(self, number: int) -> Text:
        return self._all[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def add(self, text: Text) -> None:
        """Take up a text, also in place of the one of the same id."""
        if text.id in self._all:
            self._close(self._all[text.id])
        self._all[text.id] = text
        self._note_number(text)
        if text.state in ON_ITS_WAY or text.parts:
            self._open[text.id] = text
            self._open_of.setdefault(text.pseudonym, {})[text.id] = text

    def states(self) -> list[TextState]:
        """Of every text; also while another thread changes some."""
        return [text.state for text in list(self._all.values())]

    def open(self) -> list[Text]:
        """Those that may stand on a board, oldest first."""
        return sorted(self._open.values(), key=lambda text: text.id)

    def open_of(self, pseudonym: bytes) -> list[Text]:
        """Those of one conversation, oldest first."""
        return sorted(self._open_of.get(pseudonym, {}).values(), key=lambda text: text.id)

    def live(self) -> list[Text]:
        """Those that nobody has read or given up, oldest first."""
        return [text for text in self.open() if text.state in ON_ITS_WAY]

    def live_of(self, pseudonym: bytes) -> list[Text]:
        """Those of one conversation, oldest first."""
        return [text for text in self.open_of(pseudonym) if text.state in ON_ITS_WAY]

    def highest(self, pseudonym: bytes) -> int:
        """The highest msg_no that a conversation's texts ever had; 0 before the first."""
        return self._highest.get(pseudonym, 0)

    def admit(self, text: Text, number: int) -> None:
        """Give a waiting text its msg_no."""
        text.number = number
        self._note_number(text)

    def acknowledge(self, text: Text, period: int) -> None:
        """A text is read; for a while it may be read again."""
        text.state, text.read = TextState.READ, period

    def finish(self, text: Text) -> None:
        """A text stands on no board any more: its words are emptied. One that nobody read is expired."""
        if text.state in ON_ITS_WAY:
            text.state = TextState.EXPIRED
        text.parts = ()
        self._close(text)

    def _note_number(self, text: Text) -> None:
        self._highest[text.pseudonym] = max(text.number, self.highest(text.pseudonym))

    def _close(self, text: Text) -> None:
        self._open.pop(text.id, None)
        of = self._open_of.get(text.pseudonym, {})
        of.pop(text.id, None)
        if not of:
            self._open_of.pop(text.pseudonym, None)


@dataclass(slots=True)
class Incoming:
    """A message of which at least one part came; small, because a desk holds one for each message that ever came.
    ``have`` are the parts that came; ``epoch`` is the latest that any of them was sealed to; ``number`` counts complete
    messages from 1, 0 while parts are missing; ``period`` is that of the newest part."""

    parts: int
    have: frozenset[int]
    epoch: int
    number: int = 0
    period: int = 0


@dataclass
class Conversation:
    """One source's conversation with this unit, known by P_pk. ``collected`` is n, and ``grown`` the period of the
    segment in which it last grew; ``asked`` that of the last envelope that came while a text was off the board; each 0
    before. ``set_aside``: a person has said that nothing is posted to it; its texts wait. ``unfinished`` are the
    message_ids of ``incoming`` of which parts are missing. ``closing`` is the period of the newest message by which its
    source closes it, and ``burn`` whether that asks to delete; ``spoke`` that of the newest part of any other; each 0
    before. ``closed``: it is done, and stands until its source writes again."""

    pseudonym: bytes
    beacon: bytes = field(repr=False)
    opened: int
    incoming: dict[bytes, Incoming] = field(default_factory=dict)
    collected: int = 0
    acknowledged: int = 0
    last_heard: int = 0
    grown: int = 0
    asked: int = 0
    answered: bool = False
    set_aside: bool = False
    unfinished: set[bytes] = field(default_factory=set)
    closing: int = 0
    burn: bool = False
    spoke: int = 0
    closed: bool = False

    @property
    def closes(self) -> bool:
        """Whether its source wants it closed. Of one day it is not known what came first: people write, then close."""
        return self.closing > 0 and self.spoke <= self.closing


@dataclass
class Ledger:
    """The daemon's part of the vault. ``processed_through`` is the newest closed segment up to which every one is
    processed; ``roots`` those of processed closed segments still served; ``backed_up_through`` the value of
    processed_through at the last backup."""

    conversations: dict[bytes, Conversation] = field(default_factory=dict)
    texts: Texts = field(default_factory=Texts)
    roots: dict[int, bytes] = field(default_factory=dict)
    processed_through: int = 0
    backed_up_through: int = 0

    def set_aside(self, pseudonym: bytes, aside: bool) -> None:
        """Whether nothing is posted to that source from now on; one that is not known stays so."""
        if pseudonym in self.conversations:
            self.conversations[pseudonym].set_aside = aside


@dataclass
class DeskContext:
    """Everything a desk's flows work on. ``directory`` is the newest that verified; ``has_backup`` whether commits that
    ask for it are backed up; ``tried`` the ids of envelopes of the open segment that this process has tried already;
    ``checked`` whether the board has shown, in this process, that the keyring is not behind it; ``own_manifest`` that
    of the own batch that the board proved, None where it shows none and before; ``heads`` the newest of every unit, as
    a source sees them."""

    anchor: Anchor
    unit_id: bytes
    keyring: Keyring
    ledger: Ledger
    directory: VerifiedDirectory | None = None
    has_backup: bool = False
    tried: set[bytes] = field(default_factory=set)
    checked: bool = False
    own_manifest: Manifest | None = None
    heads: tuple[BoardHead, ...] = ()

    def trusted(self) -> VerifiedDirectory:
        """The directory held. Raises UnknownUnit before the first one was fetched."""
        if self.directory is None:
            raise UnknownUnit("no directory yet")
        return self.directory

    def period(self, clock: int) -> int:
        """The period of a clock in Unix seconds. Raises UnknownUnit before the first directory was fetched."""
        return clock // self.trusted().policy.period

    def unit(self) -> Unit | None:
        """This unit's row of the directory, present or retired; None while the roots have not listed it."""
        if self.directory is None:
            return None
        for unit in self.directory.directory.on_board():
            if unit.unit_id == self.unit_id:
                return unit
        return None
