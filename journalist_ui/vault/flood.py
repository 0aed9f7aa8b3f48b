# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many new cases a day may bring before the rest of them share a box, and the box.

A case of a box is a case as any other, but for its key: it is sealed to that of the box, which is wrapped once to each
member who takes new reports, under the box's number. So nothing that goes by the keys of cases shows it: no list, count
or search. The box has a row among the cases without a message of its own, and generations of keys as every case.
"""

import json
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from dropbox.protocol.constants import XWING_SEED
from dropbox.protocol.primitives import SealingKey

from . import tables
from .audit import pen_of
from .case_keys import store_case_keys
from .database import read_meta, write_meta
from .sealing import wrap_case_key

FLOOD_AFTER = "flood_after"
"""Of the vault: new cases of a day that stand for themselves, as the desk's settings say; 0 for all."""
_CAME = "new_cases"
_DAY = 86_400
_STATE = "box"


@dataclass
class Came:
    """What a day of the desk has brought: cases that stand for themselves, and of them those beyond the limit, in which
    somebody is at risk."""

    day: int
    own: int = 0
    at_risk: int = 0


class Floodgate:
    """Of one commit. Without a limit, or a clock, nothing is flooded."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._limit = int(read_meta(connection, FLOOD_AFTER, "0"))
        clock = pen_of(connection).clock
        day = int(clock() // _DAY) if clock else 0
        stored = Came(*json.loads(read_meta(connection, _CAME, "[0]")))
        # A clock that was ahead, or is behind, begins the day anew: a few cases more stand for themselves.
        self._came = stored if stored.day == day else Came(day)
        self._limited = bool(self._limit and clock)
        self._box: tuple[int, bytes] | None = None

    def lets_in(self, *, at_risk: bool, named: bool) -> bool:
        """Whether one more new case stands for itself. One that speaks of a member always does: a box is open to all
        who take new reports. One in which somebody is at risk does beyond the limit too, as many times as the limit
        again: whoever floods can say so as well."""
        came = self._came
        if not self._limited or named or came.own < self._limit:
            came.own += 1
            return True
        if at_risk and came.at_risk < self._limit:
            came.at_risk += 1
            return True
        return False

    def box(self) -> tuple[int, bytes] | None:
        """Number and public key of the day's box; None where there is none yet."""
        boxes, cases = tables.boxes, tables.cases
        if self._box is None:
            found = select(cases.c.number, cases.c.public).join(boxes, boxes.c.number == cases.c.number)
            row = self._connection.execute(found.where(boxes.c.day == self._came.day)).first()
            self._box = (int(row.number), bytes(row.public)) if row else None
        return self._box

    def make_box(self, takers: list[tuple[str, bytes]], number: int) -> tuple[int, bytes]:
        """The day's box, under this ``number`` and for these members, names and public keys."""
        boxes, cases, day = tables.boxes, tables.cases, self._came.day
        seed = pen_of(self._connection).random(XWING_SEED)
        public = SealingKey(seed).public
        values = {"number": number, "pseudonym": b"box %d" % number, "public": public, "opened": 0, "state": _STATE}
        self._connection.execute(insert(cases).values(**values))
        self._connection.execute(insert(boxes).values(number=number, day=day))
        store_case_keys(self._connection, [wrap_case_key(number, 1, seed, name, key) for name, key in takers])
        self._box = number, public
        return self._box

    def keep(self) -> None:
        """With the transaction."""
        if self._limited:
            write_meta(self._connection, _CAME, json.dumps([self._came.day, self._came.own, self._came.at_risk]))
