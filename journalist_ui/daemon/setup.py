# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making a desk, and giving it a new keyring when the old one is lost."""

import os
import secrets
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from dropbox.flows.desk.state import Keyring
from dropbox.local.whole_file import write_whole
from dropbox.protocol.armour import ENROLMENT, armour
from dropbox.protocol.constants import KEY, LOST_KEYRING_STEP, UNIT_ID
from dropbox.protocol.enrolment import Enrolment
from dropbox.protocol.errors import BadText
from dropbox.protocol.units import check_name
from journalist_ui.people import members, steps
from journalist_ui.people.members import Role
from journalist_ui.people.passphrases import SALT, check_passphrase
from journalist_ui.people.sheets import SheetKind
from journalist_ui.people.spares import draw_spares, store_spares
from journalist_ui.refusals import BadInput, VaultUnusable
from journalist_ui.shapes.offline import DeskMade, KeyringReplaced
from journalist_ui.vault import audit, evidence, tables
from journalist_ui.vault.audit_sealing import Pen
from journalist_ui.vault.backup import sync_path
from journalist_ui.vault.database import VAULT_FILE, Vault, create_vault, read_meta
from journalist_ui.vault.roles import FROM_THE_BEGINNING, SHEETS
from journalist_ui.web_address import NO_WEB, check_web

from .audit_log import new_audit_key
from .desk_key import stretch_desk_key
from .engine import DAY
from .keyring import KeyringStore
from .notice_log import iso_day
from .opening import open_desk_vault
from .recovery import Printed
from .settings import (
    ANCHOR_FILE,
    DeskSettings,
    check_backup,
    check_service,
    read_anchor,
    read_settings,
    write_settings,
)
from .vault_lock import hold_vault

ENROLMENT_FILE = "enrolment.txt"
PREVIEWS = Path("/run/dropbox-preview/socket")
LONGEST_AWAY = 400 * DAY
"""Seconds after what was collected last in which a clock is believed: more than a desk is ever away."""


@dataclass(frozen=True)
class NewDesk:
    """What `init` is asked for. ``backup`` is a folder or "none", ``tor`` a SOCKS address or empty; ``sheets`` are in
    force from the beginning; DeskSettings says what ``web`` and its companions are."""

    folder: Path
    service: str
    anchor: Path
    name: str
    member: str
    backup: str
    tor: str = ""
    roles: tuple[str, ...] = ()
    web: str = NO_WEB
    web_url: str = ""
    web_cert: str = ""
    web_key: str = ""
    demo: bool = False
    declaration: bool = True
    sheets: Printed | None = None


def first_roles(names: Iterable[str]) -> frozenset[Role]:
    """The first member administers, and investigates too: somebody must be able to open the first case.

    Raises BadInput when the roles leave administration out.
    """
    roles = members.parse_roles(names) if names else frozenset({Role.ADMINISTRATOR})
    if Role.ADMINISTRATOR not in roles:
        raise BadInput("The first member is an administrator. Add the others with `dropbox-desk member add`.")
    return roles | {Role.INVESTIGATOR}


def init_desk(wanted: NewDesk, desk_passphrase: str, member_passphrase: str) -> DeskMade:
    """Make a desk whole, or nothing at all. Raises BadInput, OSError."""
    anchor = read_anchor(wanted.anchor)
    roles = first_roles(wanted.roles)
    members.check_name(wanted.member)
    check_passphrase(desk_passphrase, "desk passphrase")
    check_passphrase(member_passphrase, "member's passphrase")
    settings = _new_settings(wanted)
    target = wanted.folder.absolute()
    if settings.backup_folder is not None and settings.backup_folder.resolve().is_relative_to(target.resolve()):
        raise BadInput(
            "The backup folder lies in the desk's own folder, and would be lost with it. Name another disk's."
        )
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadInput(f"{target} is not an empty folder. Choose another.")
    building = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    building.mkdir(mode=0o700, parents=True)
    try:
        shutil.copyfile(wanted.anchor, building / ANCHOR_FILE)
        write_settings(building, settings)
        desk_key = stretch_desk_key(desk_passphrase, settings.salt)
        keyring = Keyring(secrets.token_bytes(KEY), audit_key=new_audit_key(), audit_from=1)
        pen = Pen(keyring.audit_key, time.time)
        first = _fill_vault(building, desk_key, pen, wanted, roles, member_passphrase)
        enrolment = _new_signing_key(building, desk_key, settings, anchor.service_id, keyring)
        os.rename(building, target)
        sync_path(target.parent)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    fingerprint, unit_id = enrolment.fingerprint.hex(), settings.unit_id.hex()
    pinned = anchor.fingerprint.hex()
    return DeskMade(target / ENROLMENT_FILE, fingerprint, pinned, first.code_secret, unit_id, first.spares)


def _new_settings(wanted: NewDesk) -> DeskSettings:
    """With a unit id and a salt of its own. Raises BadInput."""
    try:
        name = check_name(wanted.name)
    except BadText:
        raise BadInput("The unit's name is up to 120 bytes of printable text. Choose another.") from None
    check_web(wanted.web, wanted.web_url, wanted.web_cert, wanted.web_key)
    return DeskSettings(
        service=check_service(wanted.service, wanted.tor),
        name=name,
        unit_id=secrets.token_bytes(UNIT_ID),
        salt=secrets.token_bytes(SALT),
        backup=check_backup(wanted.backup),
        tor=wanted.tor,
        web=wanted.web,
        web_url=wanted.web_url,
        web_cert=wanted.web_cert,
        web_key=wanted.web_key,
        demo=wanted.demo,
        declaration=wanted.declaration,
        # Where the package's service makes sandboxes: under its unit a desk may make none.
        preview_socket=str(PREVIEWS) if PREVIEWS.is_socket() else "",
    )


@dataclass(frozen=True)
class _First:
    """What the first member is shown once."""

    code_secret: str = field(repr=False)
    spares: tuple[str, ...] = field(repr=False)


def _fill_vault(
    folder: Path, desk_key: bytes, pen: Pen, wanted: NewDesk, roles: frozenset[Role], passphrase: str
) -> _First:
    member = wanted.member
    vault = create_vault(folder / VAULT_FILE, desk_key)
    vault.take_pen(pen)
    try:
        first = members.prepare_member(member, roles, passphrase, vault.random, provisional=False)
        spares = draw_spares(vault.random)
        with vault.writing() as connection:
            day = int(time.time() // DAY)
            evidence.keep_nothing(connection, day)
            members.store_member(connection, first, day, told=FROM_THE_BEGINNING)
            store_spares(connection, member, spares)
            audit.record(connection, day, "", "init", member)
            if wanted.sheets:
                step = steps.sheets(SheetKind(wanted.sheets.kind), bytes.fromhex(wanted.sheets.public))
                steps.put_sheets(connection, SHEETS, step, day, FROM_THE_BEGINNING)
        vault.truncate_wal()
    finally:
        vault.close()
    return _First(first.code_secret, spares)


def _new_signing_key(
    folder: Path, desk_key: bytes, settings: DeskSettings, service_id: bytes, keyring: Keyring
) -> Enrolment:
    """Store a keyring in place of whatever there is, and write the enrolment file of its signing key."""
    KeyringStore(folder, desk_key).replace(keyring)
    enrolment = Enrolment(service_id, settings.unit_id, keyring.public, b"", settings.name)
    path = folder / ENROLMENT_FILE
    write_whole(path, armour(ENROLMENT, enrolment.sign(keyring.signing_seed)))
    return enrolment


def replace_keyring(folder: Path, desk_passphrase: str) -> KeyringReplaced:
    """Give up the keyring, whatever is left of it: a new signing key, texts numbered on from 8 x period + 1.

    The unit's id and the vault stay. Raises VaultUnusable, DeskBusy.
    """
    settings = read_settings(folder)
    anchor = read_anchor(folder / ANCHOR_FILE)
    with hold_vault(folder):
        desk_key = stretch_desk_key(desk_passphrase, settings.salt)
        vault = open_desk_vault(folder, settings, desk_key)
        try:
            keyring, conversations, unsent = successor(vault, time.time())
            enrolment = _new_signing_key(folder, desk_key, settings, anchor.service_id, keyring)
        finally:
            vault.close()
    return KeyringReplaced(folder / ENROLMENT_FILE, enrolment.fingerprint.hex(), conversations, unsent)


def successor(vault: Vault, now: float) -> tuple[Keyring, int, int]:
    """A new keyring whose numbers are above every one that the lost one can have given; how many conversations it
    cannot answer yet, and how many texts wait for that. ``now`` in unix seconds."""
    key = new_audit_key()
    vault.take_pen(Pen(key))
    with vault.writing() as connection:
        seconds = int(read_meta(connection, "period_seconds", str(DAY)))
        period = int(now // seconds)
        processed = int(read_meta(connection, "processed_through", "0"))
        if processed and not 0 <= (period - processed) * seconds <= LONGEST_AWAY:
            raise VaultUnusable(
                f"This machine's clock says {iso_day(period, seconds)}, and this desk collected reports of "
                f"{iso_day(processed, seconds)} last. Numbers of a new keyring follow from the clock for good: set it "
                "right, and try again."
            )
        conversations = connection.execute(select(func.count()).select_from(tables.conversations)).scalar_one()
        open_states = tables.texts.c.state.in_(("waiting", "published"))
        unsent = connection.execute(select(func.count()).where(open_states)).scalar_one()
        audit.record(connection, int(now // DAY), "", "replace keyring")
        first = audit.newest_number(connection)
    floor = LOST_KEYRING_STEP * period + 1
    keyring = Keyring(secrets.token_bytes(KEY), number_floor=floor, audit_key=key, audit_from=first)
    return keyring, conversations, unsent
