# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the desk answers, as JSON: the keys are a contract with everything that runs `dropbox-desk … --json`."""

import datetime
from typing import Any

from dropbox.flows.desk.notice import Notice
from dropbox.flows.desk.state import Keyring, TextState
from dropbox.protocol.body import Report
from journalist_ui.vault.evidence import Proof
from journalist_ui.vault.members import Member
from journalist_ui.vault.session import Case, CaseLine, OfficerText, SourceMessage

from .notice_log import iso_day
from .notices import say

DAY = 86_400
COLLECTED = "collected"
NOT_READABLE = "unreadable"


def case_line(line: CaseLine, seconds: int, day: int, reader: str) -> dict[str, Any]:
    """One line of `cases`; ``age`` is in days up to ``day``, ``draft`` whose there is: none, mine (the ``reader``'s),
    other, both."""
    mine, others = reader in line.drafts, bool(set(line.drafts) - {reader})
    return {
        "case": line.number,
        "state": line.state,
        "categories": list(line.categories),
        "opened": iso_day(line.opened, seconds),
        "age": max(0, day - line.opened * seconds // DAY),
        "unread": line.unread,
        "waiting": line.waiting,
        "to_answer": line.to_answer,
        "given_up": line.given_up,
        "draft": "both" if mine and others else "mine" if mine else "other" if others else "none",
    }


def case(found: Case, seconds: int) -> dict[str, Any]:
    """A whole case, as `show` prints it. ``force`` and ``answers`` are those of the report that opened it; what a later
    message holds beside its text stands with that message."""
    first = found.first
    return {
        "case": found.number,
        "state": found.state,
        "categories": list(first.categories) if first else [],
        "force": first.force if first else "",
        "answers": dict(first.answers) if first else {},
        "messages": [message(one, seconds) | _beside(one, first) for one in found.messages],
        "files": [],
    } | ({"page": found.page, "pages": found.pages} if found.page else {})


def _beside(one: SourceMessage | OfficerText, first: Report | None) -> dict[str, Any]:
    """The fields of a later report, those that are not empty."""
    if isinstance(one, OfficerText) or one.report is None or one.report is first or one.proof is Proof.UNPROVED:
        return {}
    report = one.report
    fields = {"categories": list(report.categories), "force": report.force, "answers": dict(report.answers)}
    return {key: value for key, value in fields.items() if value}


def message(one: SourceMessage | OfficerText, seconds: int) -> dict[str, Any]:
    """One message of either side. ``number`` counts the source's whole messages from 1; for ours it is the number that
    the source sees, 0 before it is given. A source's message that is no form of ours has ``form`` unreadable, and its
    text is what came, byte for byte. ``proof`` is there where it is before (stored before proofs were kept) or
    unproved; what is not proved to be the source's is ``from`` nobody that is known."""
    if isinstance(one, OfficerText):
        return {
            "number": one.number,
            "from": "unit",
            "text": one.text,
            "day": iso_day(one.period, seconds),
            "state": one.state,
            "author": one.author,
        } | _proof(one)
    form = {
        "number": one.number,
        "from": "unproved" if one.proof is Proof.UNPROVED else "source",
        "text": one.report.text if one.report else one.raw,
        "day": iso_day(one.period, seconds),
        "state": COLLECTED,
    } | _proof(one)
    return form if one.report else form | {"form": NOT_READABLE}


def _proof(one: SourceMessage | OfficerText) -> dict[str, Any]:
    """Said where it is not simply proved."""
    return {} if one.proof is Proof.PROVED else {"proof": one.proof.value}


def member(one: Member) -> dict[str, Any]:
    """One line of `member list`."""
    return {
        "name": one.name,
        "roles": sorted(role.value for role in one.roles),
        "provisional": one.provisional,
    }


def notice(one: Notice) -> dict[str, str]:
    """A code for programs and a sentence for people."""
    return {"code": one.code, "say": say(one)}


def minute(moment: float | None) -> str:
    """A moment in unix seconds as UTC, rounded up to the minute; empty for none."""
    if moment is None:
        return ""
    whole = datetime.datetime.fromtimestamp(-(-moment // 60) * 60, datetime.UTC)
    return whole.strftime("%Y-%m-%dT%H:%MZ")


def epochs(keyring: Keyring, now: int, seconds: int) -> list[dict[str, Any]]:
    """The epochs whose secrets are held, never the secrets."""
    return [
        {
            "epoch": one.epoch,
            "first": iso_day(one.not_before, seconds),
            "last": iso_day(one.not_after, seconds),
            "state": "past" if one.not_after < now else "next" if one.not_before > now else "present",
        }
        for one in sorted(keyring.epochs.values(), key=lambda one: one.epoch)
    ]


def waiting(states: list[TextState]) -> dict[str, int]:
    """How many of the unit's texts are in each state."""
    return {state.value: states.count(state) for state in TextState}
