# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is to be done about a service, and by whom: from facts alone. Nothing here moves when one envelope comes."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from dropbox.shown.days import DAY, day_of, day_of_time, whole_days
from dropbox.shown.signed_list import joined

HOUR = 3_600
LIST_SOON, LIST_NOW = 30, 7
"""Days before the end of the list from which the roots are to sign again, and from which it cannot wait."""
BACKUP_SOON, BACKUP_NOW = 2, 4
"""Days that the newest backup may be behind."""
STANDBY_LATE = 3 * HOUR
LATE_CLOSE = HOUR
OPERATOR, ROOTS = "the operator", "the keepers of the roots"


class State(StrEnum):
    """How urgent. The exit code of `status` is its place here."""

    WELL = "well"
    SOON = "soon"
    NOW = "now"

    @property
    def code(self) -> int:
        return list(State).index(self)


@dataclass(frozen=True)
class Duty:
    """One thing to do; ``page`` of docs/runbooks says how."""

    state: State
    what: str
    who: str
    do: str
    page: str

    def line(self) -> str:
        return f"{self.state}: {self.what}. {self.who[0].upper()}{self.who[1:]}: {self.do} (docs/runbooks/{self.page})"


@dataclass(frozen=True)
class BackupFacts:
    """``behind``: whole periods between the newest backup's and the newest closed one, None without a backup;
    ``standby``: seconds since the hour whose reports the standby copy holds, None without one. ``trouble``: why the
    folder could not be looked at."""

    behind: int | None = None
    standby: float | None = None
    day: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class Facts:
    """What is known of a service. ``list_left`` in seconds, None without a list of today's form; ``earlier``: it has an
    earlier one; ``silent``: units in the list whose newest batch is too old, with its day, "" where there is none."""

    now: float
    period: int
    serves: bool
    held: bool
    demo: bool
    list_left: float | None
    earlier: bool
    newest_closed: int | None
    silent: tuple[tuple[str, str], ...]
    disk_free: int
    disk_reserve: int
    flooded: bool
    backup: BackupFacts | None


def _of_the_list(facts: Facts) -> Iterator[Duty]:
    sign, page = "issue it again, and two of you sign", "calendar.md"
    if facts.earlier:
        what = "nothing is taken, for the list of units is of an earlier form"
        yield Duty(State.NOW, what, ROOTS, "issue it anew (`dropbox-keys directory upgrade`), and sign", "upgrade.md")
    elif facts.list_left is None:
        what = "nothing is taken, for no list of units is published"
        yield Duty(State.NOW, what, OPERATOR, "run `dropbox-admin directory publish`", "first-unit.md")
    elif facts.list_left <= 0:
        what = f"nobody can report, for the list of units ended {whole_days(-facts.list_left)} ago"
        yield Duty(State.NOW, what, ROOTS, sign, page)
    elif facts.list_left < LIST_SOON * DAY and not facts.demo:
        state = State.NOW if facts.list_left < LIST_NOW * DAY else State.SOON
        yield Duty(state, f"the list of units has {whole_days(facts.list_left)} left", ROOTS, sign, page)


def _of_the_server(facts: Facts) -> Iterator[Duty]:
    if not facts.serves:
        do = "run `systemctl start dropbox-server`, and read `journalctl -u dropbox-server`"
        yield Duty(State.NOW, "no server runs", OPERATOR, do, "server-lost.md")
        return
    if facts.held:
        do = "compare the date with another clock, then set it, or run `dropbox-admin clock confirm`"
        yield Duty(State.NOW, "nothing is taken, for the clock does not follow", OPERATOR, do, "wrong-clock.md")
    elif facts.newest_closed is not None:
        late = facts.now - (facts.newest_closed + 2) * facts.period
        if late > max(LATE_CLOSE, 2 * facts.period if facts.period < HOUR else 0):
            what = f"the day {day_of(facts.newest_closed + 1, facts.period)} is over and not closed"
            yield Duty(
                State.NOW,
                what,
                OPERATOR,
                "read `journalctl -u dropbox-server`, see to disk and database",
                "full-disk.md",
            )


def _of_the_disk(facts: Facts) -> Iterator[Duty]:
    above = facts.disk_free - facts.disk_reserve
    if above <= 0:
        what = "nothing is taken, for the disk is full up to its reserve"
        yield Duty(State.NOW, what, OPERATOR, "make room", "full-disk.md")
    elif above < 4 * facts.disk_reserve:
        what = f"the disk has {facts.disk_free >> 30} GiB free"
        yield Duty(State.SOON, what, OPERATOR, "make room, before nothing is taken any more", "full-disk.md")


def _of_backups(facts: Facts) -> Iterator[Duty]:
    found, page = facts.backup, "server-lost.md"
    if facts.demo:
        return
    if found is None:
        what = "nothing is backed up"
        yield Duty(State.SOON, what, OPERATOR, "name a folder and a recipient in server.toml", page)
    elif found.trouble or found.behind is None:
        what = found.trouble or "there is no backup yet"
        yield Duty(State.SOON, what, OPERATOR, "see to its disk, and run `dropbox-admin backup`", page)
    elif found.behind * facts.period >= BACKUP_SOON * DAY:
        state = State.NOW if found.behind * facts.period >= BACKUP_NOW * DAY else State.SOON
        what = f"the newest backup is of {found.day}"
        yield Duty(state, what, OPERATOR, "read `journalctl -u dropbox-backup`", page)
    elif found.standby is None or found.standby > STANDBY_LATE:
        yield Duty(
            State.SOON,
            "the standby copy of today is missing, or some hours old",
            OPERATOR,
            "see whether dropbox-backup.timer runs",
            page,
        )


def _of_others(facts: Facts) -> Iterator[Duty]:
    if facts.silent and facts.serves and not facts.held:
        first, since = facts.silent[0]
        names = joined([name for name, _ in facts.silent[:4]])
        more = f" and {len(facts.silent) - 4} more" if len(facts.silent) > 4 else ""
        what = f"{names}{more} published nothing " + (
            "yet" if not since else f"since {since}" if len(facts.silent) == 1 else "for days"
        )
        yield Duty(
            State.SOON, what, f"the unit {first}", "see whether the desk runs, and what it says", "silent-unit.md"
        )
    if facts.flooded:
        what = "more comes than is let in, so senders wait"
        yield Duty(State.SOON, what, OPERATOR, "see whether it passes; nobody is shut out", "flood.md")


def duties(facts: Facts) -> list[Duty]:
    """What is to be done, the most urgent first; nothing where all is well."""
    found = [
        *_of_the_server(facts),
        *_of_the_list(facts),
        *_of_the_disk(facts),
        *_of_backups(facts),
        *_of_others(facts),
    ]
    return sorted(found, key=lambda one: -one.state.code)


def state_of(found: list[Duty]) -> State:
    return found[0].state if found else State.WELL


def standby_hour(seconds: float) -> str:
    """As a day and an hour in UTC."""
    return f"{day_of_time(seconds)} {int(seconds % DAY // HOUR):02}:00 UTC"
