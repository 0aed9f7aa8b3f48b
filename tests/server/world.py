# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small service for the server's tests and measurements: roots, an anchor, units with keys, signed directories."""

import secrets
from dataclasses import dataclass, field, replace

from dropbox.protocol import labels
from dropbox.protocol.anchors import Anchor, Head, SignedAnchor, SignedHead, sign_as_root
from dropbox.protocol.armour import armour
from dropbox.protocol.batches import Batch, Upload, sign_batch
from dropbox.protocol.certificates import EpochCert, epoch_bounds, epoch_of
from dropbox.protocol.constants import ENTRY, HASH, LANES, PAYLOAD, XWING_SEED, UnitKind
from dropbox.protocol.directory import Directory, UntrustedDirectory
from dropbox.protocol.index import make_index
from dropbox.protocol.manifests import NO_HASH, Manifest
from dropbox.protocol.marks import mark_value
from dropbox.protocol.policy import Policy
from dropbox.protocol.primitives import SealingKey, ed25519_public, sha256
from dropbox.protocol.rows import join_rows, rows_root
from dropbox.protocol.units import BoardPlace, Unit, UnitKey

POLICY = Policy(
    period=100,
    collect=10,
    stay=5,
    linger=1,
    retention=4,
    epoch=7,
    give_up=60,
    silent_after=3,
    clock_slack=3,
    head_life=1_000,
    intake_per_period=1_000,
    blobs_per_period=1_024,
    close_after=4,
)
START = 500  # the period in which the tests begin


@dataclass
class DeskTwin:
    """A unit with its secrets, able to sign batches and segment requests."""

    unit: Unit
    seed: bytes
    last: Batch | None = None
    last_rows: bytes = b""
    last_period: int = 0
    certs: dict[int, bytes] = field(default_factory=dict)

    def cert(self, service_id: bytes, epoch: int, length: int) -> bytes:
        if epoch not in self.certs:
            first, last = epoch_bounds(epoch, length)
            public = SealingKey(secrets.token_bytes(XWING_SEED)).public
            self.certs[epoch] = EpochCert(service_id, self.unit.unit_id, epoch, first, last, public).encode()
        return self.certs[epoch]


class World:
    """Three roots, two of which sign, and as many units as asked."""

    def __init__(self, units: int = 2, quota: int = 8, policy: Policy = POLICY) -> None:
        self.service_id = secrets.token_bytes(16)
        self.roots = [secrets.token_bytes(32) for _ in range(3)]
        anchor = Anchor(self.service_id, 1, 2, tuple(ed25519_public(seed) for seed in self.roots))
        own = tuple(sign_as_root(self.roots[at], at, labels.ANCHOR_SIGNATURE, anchor.encode()) for at in (0, 1))
        self.anchor = SignedAnchor(anchor, (), own)
        self.policy = policy
        self.version = 0
        self.head: SignedHead | None = None
        self.desks = [self._desk(number, quota) for number in range(units)]
        self.retired: tuple[BoardPlace, ...] = ()

    def _desk(self, number: int, quota: int) -> DeskTwin:
        seed = secrets.token_bytes(32)
        kind = UnitKind.INTAKE_DESK if number == 0 else UnitKind.FORCE_UNIT
        unit = Unit(
            unit_id=secrets.token_bytes(16),
            slug=f"unit-{number}",
            name=f"Unit {number}",
            kind=kind,
            forces=(),
            keys=(UnitKey(ed25519_public(seed), 1),),
            contact_pk=b"",
            first_period=1,
            not_after=0xFFFF_FFF0,
            rows=quota,
            marks=2 * quota,
        )
        return DeskTwin(unit, seed)

    def anchor_text(self) -> bytes:
        return armour("ANCHOR", self.anchor.encode())

    def sign_directory(self, period: int = START, signers: tuple[int, ...] = (0, 2), expires: int = 0) -> bytes:
        """A new version of the directory of the units as they now are, as served."""
        self.version += 1
        body = Directory(self.service_id, self.policy, tuple(one.unit for one in self.desks), self.retired).encode()
        head = Head(self.service_id, 1, self.version, period, expires or period + self.policy.head_life, sha256(body))
        signatures = tuple(sign_as_root(self.roots[at], at, labels.HEAD_SIGNATURE, head.encode()) for at in signers)
        self.head = SignedHead(head, signatures)
        return UntrustedDirectory((self.anchor,), self.head, body).encode()

    def directory_text(self, **how: int) -> bytes:
        return armour("DIRECTORY", self.sign_directory(**how))

    def upload(self, desk: DeskTwin, period: int, rows: int | None = None, **changes: object) -> Upload:
        """The desk's next batch for ``period``; ``remember`` it with ``sent`` once it is accepted."""
        rows, marks = rows or desk.unit.rows, desk.unit.marks
        lanes = [[secrets.token_bytes(ENTRY) for _ in range(rows // LANES)] for _ in range(LANES)]
        names = {mark_value(secrets.token_bytes(HASH), marks): secrets.token_bytes(PAYLOAD) for _ in range(marks)}
        index, joined = make_index(lanes, names).encode(), join_rows(lanes)
        epoch = epoch_of(period, self.policy.epoch)
        certs = tuple(desk.cert(self.service_id, one, self.policy.epoch) for one in (epoch, epoch + 1))
        assert self.head is not None
        manifest = Manifest(
            service_id=self.service_id,
            unit_id=desk.unit.unit_id,
            period=period,
            prev_period=desk.last_period,
            prev_hash=desk.last.hash if desk.last else NO_HASH,
            q=rows,
            m=marks,
            index_hash=sha256(index),
            rows_hash=sha256(joined),
            root=rows_root(joined),
            intake_period=max(period - 1, 0),
            intake_root=bytes(32),
            audit_head=bytes(32),
            head=self.head,
            cert_current=sha256(certs[0]),
            cert_next=sha256(certs[1]),
        )
        manifest = replace(manifest, **changes)
        return Upload(sign_batch(manifest, desk.seed, (certs[0], certs[1]), index), joined)

    def sent(self, desk: DeskTwin, upload: Upload, period: int) -> None:
        """The desk notes that its batch was accepted: the next one follows it."""
        desk.last, desk.last_rows, desk.last_period = upload.batch, upload.rows, period


def random_envelope() -> bytes:
    """As good as a real one to the server, which opens none."""
    return secrets.token_bytes(16_384)
