# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk's settings: desk.toml in its vault folder. It holds nothing secret; the folder is the officers' alone."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from dropbox.command_line.addresses import parse_address
from dropbox.command_line.inputs import read_bytes, read_text
from dropbox.command_line.refused import InputRefused
from dropbox.protocol.anchor_file import parse_anchor_file
from dropbox.protocol.anchors import Anchor
from dropbox.protocol.constants import UNIT_ID
from dropbox.protocol.errors import ProtocolError
from dropbox.transport.errors import BadAddress, OnionWithoutTor
from dropbox.transport.http import check_address, is_onion
from journalist_ui.refusals import BadInput, VaultUnusable
from journalist_ui.vault.places import STORED_FILES
from journalist_ui.web_address import NO_WEB, WebAddress, check_web

from .reminder_settings import check_reminders

SETTINGS_FILE = "desk.toml"
ANCHOR_FILE = "anchor.txt"
NO_BACKUP = "none"
LARGEST_SETTINGS = LARGEST_ANCHOR = 64 * 1024
LONGEST_MARK = 60


@dataclass(frozen=True)
class DeskSettings:
    """``backup`` is an absolute folder or "none"; ``tor`` a SOCKS address (host:port) or empty; ``salt`` that of the
    desk key; ``idle_minutes`` after which a member's session locks; ``keep_backups`` how many of the newest stay;
    ``web`` where the web pages are served, ``web_url`` what officers type to reach them, ``web_cert`` and ``web_key``
    the files for TLS, ``web_front`` the address of a front that says who calls; ``demo`` puts a banner on every page;
    ``declaration`` asks each member, before they see anything of a case, whether anything keeps them from it.
    ``acknowledge_days`` within which the unit says that a report has come, ``answer_days`` within which it answers, 0
    where it sets none; ``out_of_hours`` who is on duty when nobody sits at the desk, and how they are reached, "" for
    nobody.

    ``reminder_hours``, HH:MM in UTC, are those at which reminders leave, from ``reminder_from`` under
    ``reminder_subject``, by ``reminder_relay`` (HOST:PORT of this machine) or ``reminder_command`` (its words);
    ``title_count``: an open page's title counts cases with unread messages; ``handling_mark`` stands on each sheet that
    is printed; ``junk_days`` after which a case that was set aside is to be looked at again, and
    ``flood_after`` the new cases of a day after which the rest share a box. ``preview_socket`` is the path at which the
    service listens that makes sandboxes, "" where the desk makes them itself; ``scanner`` that of a ClamAV daemon, ""
    for none, and ``open_unscanned`` whether files are opened that were not scanned.
    """

    service: str
    name: str
    unit_id: bytes
    salt: bytes
    backup: str
    tor: str = ""
    idle_minutes: int = 15
    keep_backups: int = 3
    web: str = NO_WEB
    web_url: str = ""
    web_cert: str = ""
    web_key: str = ""
    web_front: str = ""
    demo: bool = False
    declaration: bool = True
    acknowledge_days: int = 2
    answer_days: int = 7
    out_of_hours: str = ""
    reminder_hours: tuple[str, ...] = ()
    reminder_from: str = ""
    reminder_subject: str = "Reminder"
    reminder_relay: str = ""
    reminder_command: tuple[str, ...] = ()
    title_count: bool = True
    handling_mark: str = ""
    junk_days: int = 90
    flood_after: int = 300
    preview_socket: str = ""
    scanner: str = ""
    open_unscanned: bool = True

    @property
    def web_address(self) -> WebAddress | None:
        """Where the web pages are served; None when they are not. Raises BadInput."""
        return check_web(self.web, self.web_url, self.web_cert, self.web_key, self.web_front)

    @property
    def backup_folder(self) -> Path | None:
        """None when the desk has been told to make none."""
        return None if self.backup == NO_BACKUP else Path(self.backup)


_COMMENTS = {
    "service": "Where the service is.",
    "name": "The unit's printed name, as it was enrolled.",
    "unit_id": "Never changes, also not when the keyring is replaced.",
    "salt": "Stretches the desk passphrase. Not secret; without it the passphrase opens nothing.",
    "backup": 'The folder that backups of the vault go to, on another disk, or "none".',
    "tor": "A SOCKS proxy, host:port; empty for none.",
    "idle_minutes": "A session without a command for so long is locked.",
    "keep_backups": "So many of the newest backups are kept.",
    "web": 'Where the web pages are served, HOST:PORT, or "none". On loopback only where nobody else uses the machine.',
    "web_url": "What officers type to reach the pages; empty for http://HOST:PORT/.",
    "web_cert": "A TLS certificate, PEM, an absolute path. Needed where others than this machine reach the pages.",
    "web_key": "Its key.",
    "web_front": "The address of a front that writes a PROXY line before each connection's first byte; empty for none.",
    "demo": "True puts a banner on every page.",
    "declaration": "True asks each member, before they see anything of a case, whether anything keeps them from it.",
    "acknowledge_days": "Days within which the unit first writes to a source; 0 for no such clock.",
    "answer_days": "Days within which a message of a source is answered; 0 for no such clock.",
    "out_of_hours": "Who is on duty when nobody sits at the desk, and how to reach them; empty where nobody is.",
    "reminder_hours": 'At which hours of UTC members are reminded by mail, as ["07:30", "15:00"]; none by default.',
    "reminder_from": "Whom reminders come from, an address of mail.",
    "reminder_subject": "Under which subject. It need not say what this is.",
    "reminder_relay": "A mail relay of this machine, HOST:PORT; empty for none.",
    "reminder_command": 'A command that takes each mail on its stdin, as ["/usr/sbin/sendmail", "-t"]; else none.',
    "title_count": "False leaves the count of cases with unread messages out of the titles of open pages.",
    "handling_mark": 'What stands at head and foot of each printed sheet, as "OFFICIAL-SENSITIVE"; empty for nothing.',
    "junk_days": "After so many days a case that was set aside is to be looked at again. Nothing is deleted.",
    "preview_socket": "The socket of the service that makes sandboxes for previews; empty where the desk makes them.",
    "scanner": "The socket of the ClamAV daemon that files are given to before they are opened; empty for none.",
    "open_unscanned": "False refuses to open files that were not scanned.",
    "flood_after": "After so many new cases of a day the rest of them share a box, listed apart.",
}
_LISTS = frozenset({"reminder_hours", "reminder_command"})
_KINDS: dict[str, type] = dict.fromkeys(_COMMENTS, str) | {
    "idle_minutes": int,
    "keep_backups": int,
    "acknowledge_days": int,
    "answer_days": int,
    "junk_days": int,
    "flood_after": int,
    **dict.fromkeys(("demo", "declaration", "title_count", "open_unscanned"), bool),
    **dict.fromkeys(_LISTS, list),
}
_MAY_LACK = frozenset(
    {"web", "web_url", "web_cert", "web_key", "web_front", "demo", "declaration", "title_count"}
    | {"acknowledge_days", "answer_days", "out_of_hours", "handling_mark", "junk_days", "flood_after"}
    | {"preview_socket", "scanner", "open_unscanned"}
    | {key for key in _COMMENTS if key.startswith("reminder_")}
)
"""A desk.toml that was written before there were web pages, fronts, declarations, clocks or reminders lacks these."""
MOST_DAYS, LONGEST_DUTY = 366, 120


def write_settings(folder: Path, settings: DeskSettings) -> None:
    """Write desk.toml, 0600."""
    values = {key: getattr(settings, key) for key in _COMMENTS}
    values |= {"unit_id": settings.unit_id.hex(), "salt": settings.salt.hex()}
    # A JSON string, number or truth value is a TOML one too.
    lines = [f"# {_COMMENTS[key]}\n{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items()]
    path = folder / SETTINGS_FILE
    path.touch(0o600)
    path.write_text("".join(lines), encoding="utf-8")


def kept_beside(folder: Path) -> list[Path]:
    """What is copied beside each backup: without the salt of desk.toml no passphrase opens it; and the files that
    messages brought, each sealed to its case as it lies there."""
    return [path for path in (folder / SETTINGS_FILE, folder / ANCHOR_FILE, folder / STORED_FILES) if path.exists()]


def read_settings(folder: Path) -> DeskSettings:
    """Raises VaultUnusable: no desk lives there, or desk.toml is not as it must be, with the key that is wrong."""
    path = folder / SETTINGS_FILE
    try:
        if not path.exists():
            raise VaultUnusable(f"There is no desk in {folder}. Make one with `dropbox-desk init`.")
        found = tomllib.loads(read_text(path, LARGEST_SETTINGS, "settings file"))
    except PermissionError:
        raise VaultUnusable(f"{path} is not yours to read. Run as the desk's own user.") from None
    except InputRefused as error:
        raise VaultUnusable(error.say) from None
    except (ValueError, OSError):
        raise VaultUnusable(f"{path} is not readable TOML. Mend it.") from None
    return _checked(path, found)


def _checked(path: Path, found: dict[str, object]) -> DeskSettings:
    for key in (*_KINDS, *found):
        if key not in _KINDS:
            raise VaultUnusable(f"{path}: there is no setting {key}. Remove it.")
        if key == "backup" and key not in found:
            raise VaultUnusable(f'{path}: backup is missing. Name a folder on another disk, or say backup = "none".')
        if type(found.get(key)) is not _KINDS[key] and not (key in _MAY_LACK and key not in found):
            raise VaultUnusable(f"{path}: {key} is missing or not of its kind. Mend it.")
        if key in _LISTS and not all(type(one) is str for one in cast(list[object], found.get(key, []))):
            raise VaultUnusable(f"{path}: {key} is a list of words, each in quotes. Mend it.")
    try:
        unit_id, salt = bytes.fromhex(str(found["unit_id"])), bytes.fromhex(str(found["salt"]))
    except ValueError:
        raise VaultUnusable(f"{path}: unit_id and salt are hexadecimal. Mend them.") from None
    values: dict[str, Any] = {**found, "unit_id": unit_id, "salt": salt}
    values |= {key: tuple(values[key]) for key in _LISTS & values.keys()}
    settings = DeskSettings(**values)
    _refuse_out_of_range(path, settings)
    try:
        check_service(settings.service, settings.tor)
        check_backup(settings.backup)
        check_web(settings.web, settings.web_url, settings.web_cert, settings.web_key, settings.web_front)
        check_reminders(
            *(settings.reminder_hours, settings.reminder_from, settings.reminder_subject, settings.reminder_relay),
            settings.reminder_command,
        )
    except BadInput as error:
        raise VaultUnusable(f"{path}: {error.say}") from None
    return settings


def _refuse_out_of_range(path: Path, settings: DeskSettings) -> None:
    least = min(settings.idle_minutes, settings.keep_backups, settings.junk_days, settings.flood_after)
    if len(settings.unit_id) != UNIT_ID or least < 1:
        raise VaultUnusable(
            f"{path}: a value is out of its range. Mend unit_id, idle_minutes, keep_backups, junk_days or flood_after."
        )
    if not all(0 <= days <= MOST_DAYS for days in (settings.acknowledge_days, settings.answer_days)):
        raise VaultUnusable(f"{path}: acknowledge_days and answer_days are 0 to {MOST_DAYS}. Mend them.")
    if not all(not one or Path(one).is_absolute() for one in (settings.preview_socket, settings.scanner)):
        raise VaultUnusable(f"{path}: preview_socket and scanner are absolute paths, or empty. Mend them.")
    duty = settings.out_of_hours
    if len(duty) > LONGEST_DUTY or (duty and not duty.isprintable()):
        raise VaultUnusable(f"{path}: out_of_hours is one line of at most {LONGEST_DUTY} letters. Mend it.")
    if len(settings.handling_mark) > LONGEST_MARK or not settings.handling_mark.isprintable():
        raise VaultUnusable(f"{path}: handling_mark is up to {LONGEST_MARK} plain letters in one line. Mend it.")


def check_service(url: str, tor: str) -> str:
    """The service's address, and for an onion the proxy that alone may learn its name. Raises BadInput."""
    try:
        address = check_address(url)
        if tor:
            parse_address(tor, "tor")
    except (BadAddress, InputRefused) as error:
        raise BadInput(error.say) from None
    if is_onion(url) and not tor:
        raise BadInput(OnionWithoutTor.say)
    return address


def check_backup(backup: str) -> str:
    """Raises BadInput."""
    if backup != NO_BACKUP and not Path(backup).is_absolute():
        raise BadInput("The backup folder is an absolute path, or the word none.")
    return backup


def read_anchor(path: Path) -> Anchor:
    """The anchor of a file that ``dropbox-keys`` wrote; its own threshold signed it. Raises BadInput."""
    try:
        return parse_anchor_file(read_bytes(path, LARGEST_ANCHOR, "anchor file")).anchor
    except InputRefused as error:
        raise BadInput(error.say) from None
    except ProtocolError as error:
        raise BadInput(f"The anchor file is not usable: {error.say or error.code}") from None
