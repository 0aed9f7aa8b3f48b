# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the officers must be told, from wherever the desk knows it."""

from collections.abc import Iterator

from sqlalchemy import Connection

from dropbox.flows.desk.notice import Notice
from journalist_ui.daemon.notice_log import iso_day, lasting_notices, remember_notices
from journalist_ui.daemon.notices import say
from journalist_ui.people.proposals import count_open
from journalist_ui.people.tries import MANY, NOBODY, Tried, many_tries
from journalist_ui.shapes.notices import ToldNotice

from .contact_key import key_notices
from .desk import Desk
from .moments import DAY


def all_notices(desk: Desk) -> tuple[ToldNotice, ...]:
    """Everything that the officers must be told now, each once."""
    engine = desk.engine
    found = engine.standing.all()
    with engine.vault.reading() as connection:
        found += [one for one in lasting_notices(connection, engine.day) if one not in found]
        for tried in many_tries(connection, engine.day):
            found += _of_tries(tried)
        waiting = count_open(connection, engine.day)
    if waiting:
        found.append(Notice("proposals-open", {"count": waiting}))
    found += [Notice(code) for code in key_notices(desk)]
    if engine.settings.backup_folder is None:
        found.append(Notice("no-backup"))
    return tuple(ToldNotice(one.code, say(one)) for one in found)


def _of_tries(tried: Tried) -> Iterator[Notice]:
    """Counts go up with every try: such notices are made of them and never kept."""
    day = iso_day(tried.day, DAY)
    if tried.member == NOBODY:
        yield Notice("names-tried", {"count": tried.count, "day": day})
        return
    yield Notice("sign-in-tried", {"member": tried.member, "count": tried.count, "day": day})
    if tried.codes >= MANY:
        yield Notice("codes-tried", {"member": tried.member, "count": tried.codes, "day": day})


def tell_members(desk: Desk, connection: Connection, code: str, **values: str) -> None:
    """Tell all members for two weeks what one of them did."""
    day = desk.engine.day
    remember_notices(connection, [Notice(code, {**values, "day": iso_day(day, DAY)})], day)
