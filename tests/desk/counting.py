# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the rows of a vault say of each case, counted one by one, to hold what is kept against."""

from typing import Any

from sqlalchemy import func, select

from journalist_ui.vault import tables
from journalist_ui.vault.database import Vault

Counts = dict[int, tuple[int, int, int, int, bool, bool, int]]
Progress = dict[tuple[int, str], tuple[int, int]]


def kept(vault: Vault) -> tuple[Counts, Progress]:
    """By case: whole messages, the newest one's place, the newest text's place, texts on the way, whether the newest
    text was given up, whether referral was decided, and since when CHIS status is to be considered. By case and member:
    messages shown, and the newest one's place."""
    cases, progress = tables.cases, tables.progress
    with vault.reading() as connection:
        counts = {
            row.number: (
                *(row.whole, row.newest, row.answered, row.waiting, row.given_up),
                *(row.referral_decided, row.chis),
            )
            for row in connection.execute(select(cases))
        }
        read = {(row.number, row.member): (row.shown, row.place) for row in connection.execute(select(progress))}
    return counts, read


def counted(vault: Vault) -> tuple[Counts, Progress]:
    """The same by the rows themselves."""
    cases, messages, answers, texts = tables.cases, tables.messages, tables.answers, tables.texts
    shown = tables.shown
    with vault.reading() as connection:
        numbers = connection.execute(select(cases.c.number)).scalars().all()
        whole = connection.execute(select(messages).where(messages.c.complete > 0)).all()
        sent = connection.execute(select(answers, texts.c.state).join(texts, texts.c.id == answers.c.text)).all()
        joined = (shown.c.number == messages.c.number) & (shown.c.message_id == messages.c.message_id)
        seen: list[Any] = list(
            connection.execute(
                select(
                    shown.c.number, shown.c.member, func.count().label("shown"), func.max(messages.c.place).label("at")
                )
                .join(messages, joined)
                .group_by(shown.c.number, shown.c.member)
            ).all()
        )
        made = connection.execute(select(tables.decisions)).all()
    counts = {}
    for number in numbers:
        theirs = [one.place for one in whole if one.number == number]
        ours = sorted((one.place, one.state) for one in sent if one.number == number)
        waiting = sum(state in ("waiting", "published") for _, state in ours)
        newest = ours[-1] if ours else (0, "")
        counts[number] = (len(theirs), max(theirs, default=0), newest[0], waiting, newest[1] == "expired")
        decided = [(one.what, one.place) for one in made if one.number == number]
        counts[number] += (any(what == "referral" for what, _ in decided),)
        considered = max((place for what, place in decided if what == "chis"), default=0)
        mine = [one for one in sent if one.number == number]
        counts[number] += (_occasion([one for one in whole if one.number == number], mine, considered),)
    return counts, {(one.number, one.member): (one.shown, one.at) for one in seen}


def _occasion(theirs: list[Any], ours: list[Any], considered: int) -> int:
    """The period of the first occasion to consider CHIS status behind a place: that the source's third turn begins, or
    a text of ours about what is to come; 0 for none."""
    found, turns, source = [], 0, False
    for place, period, ahead, is_source in sorted(
        [(one.place, one.period, False, True) for one in theirs]
        + [(one.place, one.period, one.ahead, False) for one in ours]
    ):
        turns += is_source and not source
        begins = turns == 3 and is_source and not source
        source = is_source
        if (begins or ahead) and place > considered:
            found.append(period)
    return min(found, default=0)
