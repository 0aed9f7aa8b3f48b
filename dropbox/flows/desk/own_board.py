# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk compares its keyring with the board, before it opens or publishes anything (docs/protocol.md, 6.10)."""

from collections.abc import Sequence

from dropbox.flows.drive import Flow
from dropbox.flows.heads import newest_heads
from dropbox.flows.requests import GetBoard, GetDirectory, GetRows
from dropbox.flows.trust import ServedBoard, cut_board, prove_all
from dropbox.protocol.constants import LOST_KEYRING_STEP
from dropbox.protocol.directory import parse_signed_directory, verify_directory
from dropbox.protocol.ending import days_left, warned_from
from dropbox.protocol.errors import BoardAltered, ProtocolError, RowsMismatch
from dropbox.protocol.primitives import sha256
from dropbox.protocol.proofs import ProvedUnit, prove_unit
from dropbox.protocol.units import BoardPlace

from .notice import Notice
from .requests import DeskRequest, SaveKeyring
from .state import DeskContext, Keyring

REMEMBERED = 8
"""Batches whose periods are kept, the newest of which the board may not show yet."""
Steps = Flow[DeskRequest, None]


def refresh_directory(state: DeskContext, clock: int, notices: list[Notice]) -> Flow[DeskRequest, bytes]:
    """Take the server's directory when it verifies and is not older than the one held; tell the officers otherwise.
    Returns the answer, whatever it is: the board that follows is named after it."""
    answer = yield from GetDirectory()
    try:
        found = verify_directory(state.anchor, parse_signed_directory(answer))
    except ProtocolError as error:
        notices.append(Notice("directory-refused", {"error": error.code}))
        return answer
    head = found.signed_head.head
    near = warned_from(head, found.policy, clock)
    if near == 0:
        notices.append(Notice("directory-expired", {"version": head.dir_version}))
    elif near is not None:
        left = days_left(head, found.policy, clock)
        notices.append(Notice("directory-ends", {"version": head.dir_version, "left": left}))
    if head.dir_version < state.keyring.dir_version:
        notices.append(Notice("directory-older", {"version": head.dir_version}))
        return answer
    state.directory = found
    state.keyring.dir_version = head.dir_version
    return answer


def _own(state: DeskContext, board: ServedBoard, notices: list[Notice]) -> ProvedUnit | None:
    """This unit's own part of the board, proved; None when it is missing or altered, which the officers are told."""
    unit, served = state.unit(), board.parts.get(state.unit_id)
    if unit is None or served is None:
        notices.append(Notice("own-board-missing"))
        return None
    try:
        return prove_unit(state.trusted().service_id, BoardPlace(unit), served, board.rows[state.unit_id])
    except BoardAltered as error:
        notices.append(Notice("own-board-altered", {"error": error.code}))
        return None


def _compare_intake(state: DeskContext, proved: Sequence[ProvedUnit], notices: list[Notice]) -> None:
    """Other desks' roots of closed segments against ours: a difference shows that the server forks the intake."""
    present = {unit.unit_id for unit in state.trusted().directory.units} - {state.unit_id}
    for one in proved:
        if one.batch is None or one.unit.unit_id not in present:
            continue
        manifest = one.batch.manifest
        ours = state.ledger.roots.get(manifest.intake_period)
        if ours is not None and ours != manifest.intake_root:
            notices.append(Notice("intake-differs", {"unit": one.unit.slug, "period": manifest.intake_period}))


def note_published(keyring: Keyring, period: int, batch_hash: bytes) -> None:
    """A batch that this keyring made is on the server: the pending one, or one that it gave up."""
    pending = keyring.pending
    if pending is not None and pending.hash != batch_hash:
        # It follows another than the one that is there.
        give_up_batch(keyring)
    _newest_is(keyring, period, batch_hash)


def _newest_is(keyring: Keyring, period: int, batch_hash: bytes) -> None:
    keyring.published_period, keyring.published_hash, keyring.pending = period, batch_hash, None
    keyring.given_up = {made: one for made, one in keyring.given_up.items() if made > period}
    keyring.history = [*keyring.history, period][-REMEMBERED:]


def give_up_batch(keyring: Keyring) -> None:
    """The pending batch will never be stored, says the server; should it have been all the same, it is known again."""
    if keyring.pending is not None:
        keyring.given_up[keyring.pending.period] = keyring.pending.hash
        keyring.pending = None


def rolled_back(state: DeskContext, period: int, batch_hash: bytes, kept_epoch: int, now: int) -> None:
    """The server holds a newer batch of ours than the keyring knows: it was rolled back, or somebody has the key.

    Keeps the signing key and the epoch secrets that the newest manifest names or that came before; drops every chain,
    numbers on from 8 x period + 1, and lets nothing of the segments up to the present one seed.
    """
    keyring = state.keyring
    _newest_is(keyring, period, batch_hash)
    keyring.epochs = {number: secret for number, secret in keyring.epochs.items() if number <= kept_epoch}
    keyring.chains, keyring.next_number = {}, {}
    keyring.number_floor = max(keyring.number_floor, LOST_KEYRING_STEP * now + 1)
    keyring.no_seed_through = max(keyring.no_seed_through, now)


def _tell_of_missing(keyring: Keyring, shown: int, now: int, notices: list[Notice]) -> None:
    """The board shows the batch of this period, 0 for none, where by now it must show a later one."""
    due = [period for period in keyring.history if period <= now - 2]
    if due and shown < due[-1]:
        notices.append(Notice("own-batch-missing", {"period": due[-1]}))


def _settle(state: DeskContext, own: ProvedUnit, now: int, notices: list[Notice]) -> bool:
    """Bring the keyring to what the board proves; whether it changed."""
    keyring = state.keyring
    if own.batch is None:
        _tell_of_missing(keyring, 0, now, notices)
        return False
    manifest = own.batch.manifest
    newest_hash = sha256(manifest.encode())
    if manifest.period == keyring.published_period and newest_hash != keyring.published_hash:
        rolled_back(state, manifest.period, newest_hash, own.certs[1].epoch, now)
        notices.append(Notice("rolled-back", {"period": manifest.period}))
        return True
    if manifest.period <= keyring.published_period:
        _tell_of_missing(keyring, manifest.period, now, notices)
        return False
    made_here = {keyring.given_up.get(manifest.period), keyring.pending.hash if keyring.pending else None}
    if newest_hash in made_here:
        note_published(keyring, manifest.period, newest_hash)
        return True
    if not keyring.published_period and own.unit.key_at(manifest.period) != keyring.public:
        keyring.published_period, keyring.published_hash = manifest.period, newest_hash
        keyring.number_floor = max(keyring.number_floor, LOST_KEYRING_STEP * now + 1)
        notices.append(Notice("keyring-new", {"period": manifest.period}))
    else:
        rolled_back(state, manifest.period, newest_hash, own.certs[1].epoch, now)
        notices.append(Notice("rolled-back", {"period": manifest.period}))
    keyring.history = [manifest.period]
    return True


def _fetch_board(listing: bytes) -> Flow[DeskRequest, ServedBoard]:
    """Once more when something was replaced between the requests. Raises Malformed, RowsMismatch."""
    try:
        return cut_board(listing, (yield from GetBoard()), (yield from GetRows()))
    except RowsMismatch:
        return cut_board((yield from GetDirectory()), (yield from GetBoard()), (yield from GetRows()))


def look_at_own_board(state: DeskContext, clock: int, notices: list[Notice]) -> Flow[DeskRequest, bool]:
    """Fetch the board at a ``clock`` in Unix seconds and set ``state.own_manifest``; whether it was proved. Nothing is
    compared, decided or stored."""
    listing = yield from refresh_directory(state, clock, notices)
    if state.directory is None:
        return False
    try:
        board = yield from _fetch_board(listing)
    except ProtocolError as error:
        notices.append(Notice("board-refused", {"error": error.code}))
        return False
    own = _own(state, board, notices)
    state.own_manifest = own.batch.manifest if own and own.batch else None
    return own is not None


def check_board(state: DeskContext, now: int, listing: bytes, notices: list[Notice]) -> Steps:
    """Fetch the board, compare, and save the keyring when it had to change. Sets ``state.checked``. ``listing`` is the
    answer with the directory."""
    if state.directory is None:
        return
    try:
        board = yield from _fetch_board(listing)
    except ProtocolError as error:
        notices.append(Notice("board-refused", {"error": error.code}))
        return
    proved = prove_all(state.trusted(), board)[0]
    _compare_intake(state, proved, notices)
    state.heads = newest_heads(proved)
    own = _own(state, board, notices)
    if own is None:
        return
    state.own_manifest = own.batch.manifest if own.batch else None
    if _settle(state, own, now, notices):
        yield from SaveKeyring(state.keyring)
    state.checked = True
