# SPDX-License-Identifier: AGPL-3.0-or-later
"""One reminder as mail: one size, one of two sentences; by a relay of this machine or by a command."""

import os
import re
import stat
import time
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

import pytest

from journalist_ui.daemon import reminder_mail
from journalist_ui.daemon.reminder_hours import AHEAD, LATE, begins_next, due
from journalist_ui.daemon.reminder_mail import Letter, send, write
from journalist_ui.daemon.reminder_settings import check_reminders
from journalist_ui.daemon.settings import DeskSettings
from journalist_ui.mail_address import check_mail_address
from journalist_ui.refusals import BadInput, ReminderFailed
from tests.desk.relay import Relay, running_relay
from tests.long_form import LONG
from tests.ports import free_port

SETTINGS = DeskSettings(
    "http://127.0.0.1:9", "Unit north", bytes(16), bytes(16), "none", reminder_from="notice@unit.example"
)
DAY = 86_400
MOMENT = 20_000 * DAY + 8 * 3_600
HOURS = ("08:00", "16:30")
ADA, BOB = Letter("ada@unit.example", waits=True), Letter("bob@unit.example", waits=False)


@pytest.fixture
def relay() -> Iterator[Relay]:
    with running_relay() as found:
        yield found


def body(mail: bytes) -> str:
    return str(message_from_bytes(mail).get_payload()).strip()


class TestMoments:
    """Which moment is due, by the clock alone."""

    def test_each_day_has_each_hour_once(self) -> None:
        """From twenty seconds before it to two minutes after; between them nothing is due, and the next is known."""
        assert due(HOURS, MOMENT - AHEAD) == MOMENT
        assert due(HOURS, MOMENT + LATE) == MOMENT
        assert due(HOURS, MOMENT - AHEAD - 1) is None
        assert due(HOURS, MOMENT + LATE + 1) is None
        assert begins_next(HOURS, MOMENT + LATE + 1) == MOMENT + 8.5 * 3_600 - AHEAD
        assert begins_next(HOURS, MOMENT + 9 * 3_600) == MOMENT + DAY - AHEAD

    def test_hours_a_minute_apart_each_leave_at_theirs(self) -> None:
        """The later one is not kept waiting until the earlier can no more be late."""
        close = ("08:00", "08:01")
        assert [due(close, MOMENT + second) for second in (-20, 39, 40, 60)] == [
            *(MOMENT, MOMENT, MOMENT + 60, MOMENT + 60)
        ]

    def test_midnight_is_an_hour_as_any(self) -> None:
        """It is written on the day before."""
        assert due(("00:00",), 20_001 * DAY - 5) == 20_001 * DAY

    def test_without_hours_nothing_is_ever_due(self) -> None:
        """Nor is anything waited for."""
        assert due((), MOMENT) is None
        assert begins_next((), MOMENT) is None

    def test_a_year_has_each_hour_as_often_as_it_has_days(self) -> None:
        """No hour is skipped or twice there, as where a country changes its clocks."""
        found = {due(HOURS, float(now)) for now in range(20_000 * DAY, 20_365 * DAY, 60 if LONG else 900)} - {None}
        assert len(found) == 2 * 365


class TestBytes:
    """What stands in a mail."""

    def test_both_sentences_make_mails_of_one_size_that_differ_in_nothing_else(self) -> None:
        """But for the random name that each mail has."""
        one, other = (write(SETTINGS, replace(ADA, waits=waits), MOMENT) for waits in (True, False))
        assert len(one) == len(other)
        assert "Please sign in." in body(one)
        assert "Nothing to do." in body(other)

        def rest(mail: bytes) -> bytes:
            return re.sub(rb"<[0-9a-f]{32}@", b"<@", mail.partition(b"\r\n\r\n")[0])

        assert rest(one) == rest(other)

    def test_no_line_loses_anything_on_its_way(self) -> None:
        """No blank at an end, no dot at a beginning, nothing but ASCII, each line short."""
        for waits in (True, False):
            for line in write(SETTINGS, replace(ADA, waits=waits), MOMENT).decode("ascii").split("\r\n"):
                assert line == line.strip()
                assert not line.startswith(".")
                assert len(line) < 100

    def test_it_is_dated_by_its_moment_and_names_neither_unit_nor_service(self) -> None:
        """Whenever it leaves; and it names no program, machine or zone."""
        mail = message_from_bytes(write(SETTINGS, ADA, MOMENT))
        assert mail["Date"] == "Fri, 04 Oct 2024 08:00:00 -0000"
        assert set(mail.keys()) == {
            *("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"),
            *("Content-Transfer-Encoding", "Auto-Submitted"),
        }
        assert "north" not in mail.as_string().lower()
        assert "drop" not in mail.as_string().lower()


class TestRelay:
    """By SMTP to this machine."""

    def test_each_gets_one_and_the_relay_learns_no_name_of_the_machine(self, relay: Relay) -> None:
        """In the order given, each to one recipient alone."""
        send(replace(SETTINGS, reminder_relay=relay.address), [ADA, BOB], MOMENT)
        assert [to for to, _ in relay.mails] == [ADA.to, BOB.to]
        assert ["Please sign in." in body(mail) for _, mail in relay.mails] == [True, False]
        assert relay.names == ["localhost"]

    def test_one_that_is_refused_keeps_back_no_other(self, relay: Relay) -> None:
        """And it is said."""
        relay.refuses.add(ADA.to)
        with pytest.raises(ReminderFailed, match="relay-refused"):
            send(replace(SETTINGS, reminder_relay=relay.address), [ADA, BOB], MOMENT)
        assert [to for to, _ in relay.mails] == [BOB.to]

    def test_no_relay(self) -> None:
        """Nobody listens there."""
        with pytest.raises(ReminderFailed, match="relay-not-reached"):
            send(replace(SETTINGS, reminder_relay=f"127.0.0.1:{free_port()}"), [ADA], MOMENT)


def script(folder: Path, words: str) -> tuple[str, ...]:
    path = folder / "take"
    path.write_text(f"#!/bin/sh\n{words}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return (str(path), "-t", "two words")


class TestCommand:
    """A command that takes each mail on its stdin."""

    def test_it_gets_the_mail_and_nothing_of_the_desk(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its words as they were given, no environment, and no open file of the desk's."""
        monkeypatch.setenv("SECRET", "of the desk")
        taken = tmp_path / "taken"
        with (tmp_path / "open").open("w") as held:
            os.set_inheritable(held.fileno(), True)
            words = (
                f'/bin/cat > {taken}; echo "$#:$1:$2" > {taken}.words; /usr/bin/env > {taken}.env; pwd >> {taken}.words'
            )
            words += f"; ls /proc/$$/fd > {taken}.files"
            send(replace(SETTINGS, reminder_command=script(tmp_path, words)), [ADA], MOMENT)
        assert body(taken.read_bytes()) == "------- Please sign in. --------"
        assert (tmp_path / "taken.words").read_text().splitlines() == ["2:-t:two words", "/"]
        assert "SECRET" not in (tmp_path / "taken.env").read_text()
        assert "PYTHON" not in (tmp_path / "taken.env").read_text()
        assert str(held.name) not in (tmp_path / "taken.files").read_text()

    def test_one_that_ends_badly_is_said(self, tmp_path: Path) -> None:
        """And the others are handed over all the same."""
        words = f"/bin/cat >> {tmp_path / 'taken'}; exit 3"
        with pytest.raises(ReminderFailed, match="command-failed"):
            send(replace(SETTINGS, reminder_command=script(tmp_path, words)), [ADA, BOB], MOMENT)
        assert (tmp_path / "taken").read_text().count("Message-ID") == 2

    def test_one_that_hangs_is_ended_with_all_that_it_started(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """After a bounded time."""
        monkeypatch.setattr(reminder_mail, "PATIENCE", 0.5)
        words = f"/bin/sleep 600 & echo $! > {tmp_path / 'child'}; wait"
        with pytest.raises(ReminderFailed, match="too-slow"):
            send(replace(SETTINGS, reminder_command=script(tmp_path, words)), [ADA], MOMENT)
        child = (tmp_path / "child").read_text().strip()
        for _ in range(300):
            # A parent of its own takes it away, in its time.
            state = Path(f"/proc/{child}/stat")
            if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
                return
            time.sleep(0.1)
        pytest.fail("it goes on")

    def test_one_that_is_not_there(self) -> None:
        """It is said."""
        with pytest.raises(ReminderFailed, match="command-missing"):
            send(replace(SETTINGS, reminder_command=("/nowhere/at/all",)), [ADA], MOMENT)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "ada",
            "ada@",
            "@unit.example",
            "ada@unit..example",
            "ada@-unit.example",
            "-t@unit.example",
            "a b@unit.example",
        ),
        *("ada@unit.example\r\nBcc: eve@x.example", "ada@unit.example,eve@x.example", "<ada@unit.example>"),
        *("ada@[127.0.0.1]", "ädä@unit.example", "ada@unit.example\n", f"{'a' * 65}@unit.example", f"a@{'b.' * 130}uk"),
        *("|sh@unit.example", "ada@unit.example\x00", '"a"@unit.example'),
    ],
)
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    """So that nothing that was typed becomes a header, a second recipient or an option of a command."""
    with pytest.raises(BadInput, match="one address of mail"):
        check_mail_address(address, "It")


GOOD = {
    "hours": HOURS,
    "sender": "notice@unit.example",
    "subject": "Reminder",
    "relay": "127.0.0.1:25",
    "command": (),
}


def test_settings_that_can_be() -> None:
    """By relay, by command, and none at all."""
    for changed in (
        {},
        {"relay": "", "command": ("/usr/sbin/sendmail", "-t")},
        {"hours": (), "sender": "", "relay": ""},
    ):
        check_reminders(**{**GOOD, **changed})  # type: ignore[arg-type]  # settings of several kinds


@pytest.mark.parametrize(
    "changed",
    [
        {"hours": ("8:00",)},
        {"hours": ("24:00",)},
        {"hours": ("08:00", "08:00")},
        {"hours": tuple(f"0{hour}:00" for hour in range(7))},
        {"sender": ""},
        {"sender": "nobody"},
        {"subject": ""},
        {"subject": "A\r\nBcc: eve@x.example"},
        {"subject": "Fällig"},
        {"relay": ""},
        {"relay": "192.0.2.1:25"},
        {"relay": "mail.example:25"},
        {"relay": "127.0.0.1"},
        {"command": ("/usr/sbin/sendmail",)},
        {"relay": "", "command": ("sendmail", "-t")},
        {"relay": "", "command": ("/usr/sbin/sendmail", "")},
    ],
)
def test_settings_that_cannot_be(changed: dict[str, object]) -> None:
    """A relay beyond this machine, half a way out, two of them, no hour of a day, a subject that is more than one."""
    with pytest.raises(BadInput, match="reminder_"):
        check_reminders(**{**GOOD, **changed})  # type: ignore[arg-type]  # settings of several kinds
