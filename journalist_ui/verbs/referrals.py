# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cases that are referred to another unit, and referrals that came here."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from dropbox.protocol.body import Report
from dropbox.protocol.constants import ACCEPTS, REFERRAL
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.referral import Claim, claim_of, verify_referral
from dropbox.questions.told import told
from journalist_ui.casework import conversation, referrals
from journalist_ui.casework.cases import OpenedCase, open_case
from journalist_ui.casework.conversation import Conversation
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.people.session import Session
from journalist_ui.refusals import NoSuchCase, Undeclared
from journalist_ui.shapes.referrals import (
    AcceptsLine,
    AllReferrals,
    OtherUnitLine,
    OtherUnits,
    PreviewReferral,
    ReferralLine,
    ReferralPreviewed,
    Referrals,
    ReferredLine,
    UnitLine,
    Units,
)

from .desk import Desk
from .moments import DAY

WAITING, SENT, COLLECTED, REFUSED = "waiting", "sent", "collected", "refused"


def referral_lines(desk: Desk, number: int, found: Iterable[referrals.Referral]) -> tuple[ReferralLine, ...]:
    """As they are shown."""
    seconds = desk.engine.period_seconds()
    return tuple(
        ReferralLine(
            number,
            one.slug,
            iso_day(one.day, DAY),
            _state(one),
            one.refused,
            one.by,
            one.text,
            tuple(
                OtherUnitLine(each.number, iso_day(each.period, seconds), each.kind, each.text) for each in one.answers
            ),
        )
        for one in found
    )


def _state(one: referrals.Referral) -> str:
    if one.collected:
        return COLLECTED
    return REFUSED if one.refused else SENT if one.sent else WAITING


def open_whole(desk: Desk, session: Session, number: int) -> tuple[OpenedCase, Conversation]:
    """All of a case. Raises NoSuchCase, Undeclared."""
    with desk.engine.vault.reading() as connection:
        case = open_case(connection, session.holder, number)
        sealed = conversation.read_page(connection, case)
    return case, sealed.open()


def list_units(desk: Desk, session: Session, asked: Units) -> OtherUnits:
    """Raises NotYet."""
    engine = desk.engine
    engine.check_listed()
    units = engine.state.trusted().directory.units
    others = (one for one in units if one.unit_id != engine.settings.unit_id and not one.paused)
    return OtherUnits(tuple(UnitLine(one.slug, one.name, one.kind.name.lower().replace("_", "-")) for one in others))


def preview(desk: Desk, session: Session, asked: PreviewReferral) -> ReferralPreviewed:
    """Raises NoSuchCase, Undeclared, BadInput, NotYet."""
    desk.engine.check_listed()
    _, found = open_whole(desk, session, asked.case)
    engine = desk.engine
    directory = engine.state.trusted().directory
    unit, report = referrals.summarised(found, directory, engine.settings.unit_id, asked.to, asked.summary)
    return previewed(asked.case, unit.slug, unit.name, report)


def previewed(case: int, slug: str, name: str, report: Report) -> ReferralPreviewed:
    """As it is shown to whoever asks for it, and to whoever approves it."""
    answers = {asked: said for asked, said in report.answers.items() if isinstance(said, tuple)}
    return ReferralPreviewed(
        *(case, slug, name, report.text, report.categories, report.force), answers=answers, not_to=report.not_to
    )


def leaving_words(one: ReferralPreviewed) -> str:
    """All that leaves, for whoever approves it."""
    chosen = [f"{each.title}: {each.words}" for each in told(one.answers)]
    lines = [f"Categories: {', '.join(one.categories) or 'none'}", f"Force: {one.force or 'none'}", *chosen]
    lines += [f"Never to: {', '.join(one.not_to)}"] if one.not_to else []
    return "\n".join([one.text, "", *lines])


def list_referrals(desk: Desk, session: Session, asked: Referrals) -> AllReferrals:
    """Those of cases that do not open to the member are not among them."""
    lines: list[ReferralLine] = []
    with desk.engine.vault.reading() as connection:
        for number in referrals.with_referrals(connection):
            with suppress(NoSuchCase, Undeclared):
                case = open_case(connection, session.holder, number)
                lines += referral_lines(desk, number, referrals.read_referrals(connection, case))
    lines.sort(key=lambda one: one.day, reverse=True)
    return AllReferrals(tuple(lines))


@dataclass(frozen=True)
class Told:
    """What a case has to do with referrals: read in a transaction, and what is sealed in it opened."""

    left: tuple[ReferralLine, ...]
    referred: ReferredLine | None
    accepts: AcceptsLine | None


def told_of(desk: Desk, connection: Connection, session: Session, case: OpenedCase) -> Told:
    """``referred`` is not proved yet: that takes its report. Of cases that do not open to the member nothing tells."""
    came, says = (referrals.read_named(connection, case.number, kind) for kind in (REFERRAL, ACCEPTS))
    here = None
    if came is not None:
        here = ReferredLine("", False, _opened(connection, session, came.accepted))
    accepts = None
    if says is not None:
        others = _opened(connection, session, says.accepted)
        proved_ones = [
            one for one in _opened(connection, session, says.came) if _is_proved(desk, connection, session, one)
        ]
        accepts = AcceptsLine(proved_ones[0] if proved_ones else 0, others[:1] in ((), (case.number,)))
    return Told(referral_lines(desk, case.number, referrals.read_referrals(connection, case)), here, accepts)


def _is_proved(desk: Desk, connection: Connection, session: Session, number: int) -> bool:
    """Whether another unit refers that case."""
    case = open_case(connection, session.holder, number)
    first = conversation.read_first(connection, case).open().first
    found = proved(desk, case, first, ReferredLine("", False))
    return found is not None and found.proved


def _opened(connection: Connection, session: Session, numbers: Iterable[int]) -> tuple[int, ...]:
    """Those that open to the member."""
    found = []
    for number in numbers:
        with suppress(NoSuchCase, Undeclared):
            found.append(open_case(connection, session.holder, number).number)
    return tuple(found)


def proved(desk: Desk, case: OpenedCase, first: Report | None, told: ReferredLine | None) -> ReferredLine | None:
    """By whom the report of a case was referred, as far as the claim in it holds."""
    claim = claim_of(first) if first is not None else None
    directory = desk.engine.state.directory
    if told is None or first is None or claim is None or directory is None:
        return told
    unit = next((one for one in directory.directory.on_board() if one.unit_id == claim.unit_id), None)
    if unit is None or not any(_holds(desk, case, first, claim, key.public) for key in unit.keys):
        return told
    return replace(told, by=unit.slug, proved=True)


def _holds(desk: Desk, case: OpenedCase, first: Report, claim: Claim, key: bytes) -> bool:
    engine = desk.engine
    try:
        verify_referral(first, claim, key, engine.settings.unit_id, case.row.pseudonym, engine.service_id)
    except ProtocolError:
        return False
    return True
