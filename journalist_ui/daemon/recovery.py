# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recovery sheets without a running desk: drawing them, and a new administrator by two of them."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dropbox.flows.desk.notice import Notice
from journalist_ui.people import members
from journalist_ui.people.members import Role
from journalist_ui.people.sheets import Sheet, SheetKind, draw_sheets, join_sheets, read_sheet as read_sheet
from journalist_ui.refusals import BadInput
from journalist_ui.shapes.recovery import RecoveryUsed
from journalist_ui.vault import audit
from journalist_ui.vault.case_keys import read_case_keys, store_case_keys
from journalist_ui.vault.database import VAULT_FILE, Vault
from journalist_ui.vault.evidence import unproved_members
from journalist_ui.vault.roles import SHEETS
from journalist_ui.vault.sealing import Holder, rewrap_case_key

from .desk_key import stretch_desk_key
from .notice_log import iso_day, remember_notices
from .opening import open_desk_vault
from .restore import restore_vault
from .settings import read_settings
from .vault_lock import hold_vault

DAY = 86_400
NONE = "This vault knows no recovery sheets: none were printed before it was backed up, or they were made void."
OTHERS = "These sheets are not those that are in force at this desk: others were printed since. Use two of those."
THERE = "There is a vault in that folder already: leave --from and --file out, and the sheets are used on it."
ALTERED = (
    "The recovery sheets' key is not the one of this desk's record of acts: somebody changed the vault. Nothing was "
    "done. Restore an earlier backup, and tell whoever oversees this desk."
)


@dataclass(frozen=True)
class Printed:
    """What is to be shown of new sheets: of each its words and its code. ``public`` is their key, hexadecimal."""

    kind: str
    public: str
    sheets: tuple[tuple[tuple[str, ...], str], ...] = field(repr=False)


def print_sheets(kind: str) -> Printed:
    """New ones; nothing of them is kept. Raises BadInput."""
    public, drawn = draw_sheets(SheetKind(kind), os.urandom)
    return Printed(kind, public.hex(), tuple((sheet.words(), sheet.code()) for sheet in drawn))


def restore_first(folder: Path, desk_passphrase: str, file: Path | None, source: Path | None) -> None:
    """The newest backup, or the one that is named, where there is no vault. Raises BadInput, DeskRefused."""
    if (folder / VAULT_FILE).exists():
        raise BadInput(THERE)
    restore_vault(folder, desk_passphrase, file, replace=False, source=source)


def use_sheets(folder: Path, desk_passphrase: str, sheets: Sequence[Sheet], name: str, passphrase: str) -> RecoveryUsed:
    """A new administrator of that name and passphrase, who by sheets for cases also reads each case that was wrapped to
    them. No desk may run. Raises BadInput, DeskRefused."""
    settings = read_settings(folder)
    key = join_sheets(sheets)
    with hold_vault(folder):
        vault = open_desk_vault(folder, settings, stretch_desk_key(desk_passphrase, settings.salt))
        try:
            return _use(vault, Holder(SHEETS, key), name, passphrase, int(time.time() // DAY))
        finally:
            vault.close()


def _use(vault: Vault, holder: Holder, name: str, passphrase: str, day: int) -> RecoveryUsed:
    with vault.reading() as connection:
        row = members.read_member(connection, SHEETS)
        if row is None:
            raise BadInput(NONE)
        if row.public != holder.key.public:
            raise BadInput(OTHERS)
        if SHEETS in unproved_members(connection):
            raise BadInput(ALTERED)
        members.refuse_taken(connection, name)
        wrapped = read_case_keys(connection, SHEETS)
    roles = row.member.roles | {Role.ADMINISTRATOR}
    new = members.prepare_member(name, roles, passphrase, vault.random, provisional=False)
    keys = [rewrap_case_key(one, holder, name, new.secrets.public) for one in wrapped.values()]
    opened = [one for one in keys if one]
    shown = tuple(sorted(roles))
    with vault.writing() as connection:
        members.store_member(connection, new, day)
        store_case_keys(connection, opened)
        audit.record(connection, day, "", "recovery use", name)
        values: dict[str, int | str] = {"member": name, "roles": ", ".join(shown), "day": iso_day(day, DAY)}
        remember_notices(connection, [Notice("recovery-used", values)], day)
    vault.truncate_wal()
    return RecoveryUsed(name, shown, len({one.number for one in opened}), new.code_secret)
