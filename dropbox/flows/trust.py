# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a client believes of a directory and a board: proofs, warnings, and whom it may write to.

docs/protocol.md, sections 3.6 and 6.8 (reading) and 3.5 (certificates).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dropbox.protocol.anchors import Anchor, Head, verify_head
from dropbox.protocol.batches import UnitBoard, board_id, parse_board, parse_rows
from dropbox.protocol.certificates import EpochCert
from dropbox.protocol.directory import VerifiedDirectory, parse_signed_directory, verify_directory
from dropbox.protocol.errors import (
    AnchorOlder,
    BoardAltered,
    HeadExpired,
    HeadOlder,
    ProtocolError,
    TrustError,
    UnitCannotReceive,
    UnitConflicted,
)
from dropbox.protocol.proofs import ProvedUnit, prove_unit

BY_THE_LIST = frozenset({"retired", "paused", "ended"})
"""Why a unit cannot receive, where the signed list says so: no server can bring that about."""


@dataclass(frozen=True)
class Warned:
    """A plain warning: ``code`` is replies-altered, clock, silent or, of a whole visit, not-acknowledged (its envelope
    has no receipt); ``slug`` the unit it is about (clock, not-acknowledged: empty);
    ``days`` how many periods a silent unit has been silent, or how far the clock is off (negative: behind)."""

    code: str
    slug: str = ""
    days: int = 0
    proof: str = ""


@dataclass(frozen=True)
class Judged:
    """A directory and a board that were read together, and what follows from them."""

    directory: VerifiedDirectory
    units: tuple[ProvedUnit, ...]
    warnings: tuple[Warned, ...]
    reached: int
    now: int

    @property
    def clock_suspect(self) -> bool:
        """Warning 2 stands: nothing is sent until the person confirms."""
        return any(warning.code == "clock" for warning in self.warnings)

    def proved(self, slug: str) -> ProvedUnit | None:
        """A present unit whose board is proved, by slug."""
        for unit in self.units:
            if unit.unit.slug == slug:
                return unit
        return None


@dataclass(frozen=True)
class ServedBoard:
    """A board's parts, and the rows of each. Nothing is believed yet."""

    parts: dict[bytes, UnitBoard]
    rows: dict[bytes, bytes]


def cut_board(directory_bytes: bytes, board_bytes: bytes, rows_bytes: bytes) -> ServedBoard:
    """The answers that came one after another. Raises Malformed, RowsMismatch."""
    parts = parse_board(board_bytes)
    rows = parse_rows(rows_bytes, board_id(directory_bytes, board_bytes), parts)
    ids = [part.unit_id for part in parts]
    return ServedBoard(dict(zip(ids, parts, strict=True)), dict(zip(ids, rows, strict=True)))


def prove_all(directory: VerifiedDirectory, board: ServedBoard) -> tuple[tuple[ProvedUnit, ...], tuple[Warned, ...]]:
    """Every unit's newest batch; a unit whose part is missing or wrong is a warning, and its board is not used."""
    proved, warnings = [], []
    for place in directory.directory.places():
        unit_id = place.unit.unit_id
        try:
            served, rows = board.parts.get(unit_id), board.rows.get(unit_id, b"")
            proved.append(prove_unit(directory.service_id, place, served, rows))
        except BoardAltered as error:
            warnings.append(Warned("replies-altered", place.unit.slug, proof=error.code))
    return tuple(proved), tuple(warnings)


def _newest_heads(directory: VerifiedDirectory, proved: Sequence[ProvedUnit]) -> list[Head]:
    """The heads in the units' newest manifests that verify; others do not count."""
    heads = []
    for unit in proved:
        if unit.batch:
            try:
                heads.append(verify_head(directory.anchors, unit.batch.manifest.head))
            except TrustError:
                continue
    return heads


def _check_not_older(directory: VerifiedDirectory, proved: Sequence[ProvedUnit]) -> None:
    """Raises HeadOlder, AnchorOlder (step 3.6)."""
    shown = directory.signed_head.head
    heads = _newest_heads(directory, proved)
    if any(seen.dir_version > shown.dir_version for seen in heads):
        raise HeadOlder("directory")
    present = {unit.unit_id for unit in directory.directory.units}
    speaking = [unit.batch for unit in proved if unit.batch and unit.unit.unit_id in present]
    named = [batch.manifest.head.head.anchor_version for batch in speaking]
    higher = sum(version > shown.anchor_version for version in named)
    if 2 * higher > len(named):
        raise AnchorOlder("directory")


def reached_period(directory: VerifiedDirectory, proved: Sequence[ProvedUnit]) -> int:
    """D: the newest period that at least half of the present, not paused units have reached (step 6.9)."""
    newest_of = {unit.unit.unit_id: unit.newest for unit in proved}
    counted = [unit for unit in directory.directory.units if not unit.paused] or list(directory.directory.units)
    newest = sorted((newest_of.get(unit.unit_id, max(unit.first_period - 1, 0)) for unit in counted), reverse=True)
    return newest[(len(newest) + 1) // 2 - 1] if newest else 0


def _time_warnings(
    directory: VerifiedDirectory, proved: Sequence[ProvedUnit], reached: int, now: int
) -> tuple[Warned, ...]:
    policy = directory.policy
    warnings = []
    if now - reached > policy.silent_after or reached - now > policy.clock_slack:
        warnings.append(Warned("clock", days=now - reached))
    present = {unit.unit_id for unit in directory.directory.units}
    reference = min(reached, now)
    for unit in proved:
        if unit.unit.unit_id in present and reference - unit.newest > policy.silent_after:
            warnings.append(Warned("silent", unit.unit.slug, days=reference - unit.newest))
    return tuple(warnings)


def judge(pinned: Anchor, directory_bytes: bytes, board_bytes: bytes, rows_bytes: bytes, clock: int) -> Judged:
    """Read a directory, the board that came with it, and that one's rows; ``clock`` is the device's, in Unix seconds.

    Raises TrustError and Malformed, after which nothing of them is used. A board that is proved altered for one
    unit, a silent unit and a suspect clock are warnings.
    """
    directory = verify_directory(pinned, parse_signed_directory(directory_bytes))
    now = clock // directory.policy.period
    proved, altered = prove_all(directory, cut_board(directory_bytes, board_bytes, rows_bytes))
    _check_not_older(directory, proved)
    reached = reached_period(directory, proved)
    warnings = altered + _time_warnings(directory, proved, reached, now)
    judged = Judged(directory, proved, warnings, reached, now)
    if now > directory.signed_head.head.expires and not judged.clock_suspect:
        raise HeadExpired("head")
    return judged


def choose_cert(judged: Judged, proved: ProvedUnit) -> EpochCert:
    """The certificate to seal to (step 3.5). Raises UnitCannotReceive, with the reason as its ``where``.

    Under the clock warning, which somebody has confirmed by then, the device's clock decides only between the two.
    """
    unit, now, policy = proved.unit, judged.now, judged.directory.policy
    if unit.unit_id not in {present.unit_id for present in judged.directory.directory.units}:
        raise UnitCannotReceive("retired")
    if unit.paused:
        raise UnitCannotReceive("paused")
    if not proved.batch:
        raise UnitCannotReceive("no batch yet")
    newest = proved.newest
    last_key = unit.keys[-1].first_period
    if newest < last_key and last_key <= max(now, judged.directory.signed_head.head.issued + 1):
        raise UnitCannotReceive("new key not yet used")
    current, following = proved.certs
    if judged.clock_suspect:
        if newest > unit.not_after:
            raise UnitCannotReceive("ended")
        return following if now > following.not_after else current
    if newest - now > policy.clock_slack:
        raise UnitCannotReceive("ahead")
    if now > unit.not_after:
        raise UnitCannotReceive("ended")
    for cert in (current, following):
        if cert.holds(max(now, newest)):
            return cert
    raise UnitCannotReceive("no valid certificate")


def by_the_list(error: ProtocolError) -> bool:
    """Whether the signed list itself keeps a message from its unit. Only then may another one be offered at once:
    whoever brought about any other failure watches for who comes back."""
    return isinstance(error, UnitConflicted) or (isinstance(error, UnitCannotReceive) and error.where in BY_THE_LIST)
