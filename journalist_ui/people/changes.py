# SPDX-License-Identifier: AGPL-3.0-or-later
"""Another passphrase, and with it another key, to which everything is wrapped again that the old one opened."""

import base64
import json
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, update

from dropbox.protocol.chance import Random
from dropbox.protocol.passphrase import composed
from journalist_ui.refusals import BadInput, SignInRefused
from journalist_ui.vault import tables
from journalist_ui.vault.audit_sealing import read_reader_keys, store_reader_keys
from journalist_ui.vault.case_keys import delete_case_keys, read_case_keys, store_case_keys
from journalist_ui.vault.evidence import record_key
from journalist_ui.vault.sealing import Holder, WrappedKey, rewrap_case_key

from . import codes
from .contact_key import rewrap_halves
from .known_browsers import forget_browsers
from .members import MemberRow, read_member
from .passphrases import Secrets, check_passphrase, draw_secrets, open_secrets, waste_a_stretch
from .spares import draw_spares, store_spares

CHANGED_MEANWHILE = "The passphrase was changed meanwhile. Sign in with the new one."


@dataclass(frozen=True)
class Wanted:
    """A change as its member asks for it: from ``old`` to ``new``. ``new_code``: another code secret too."""

    name: str
    old: str = field(repr=False)
    new: str = field(repr=False)
    new_code: bool = False


@dataclass(frozen=True)
class Present:
    """What a change begins with: the member, None for nobody, and what is wrapped to them, by case and generation."""

    row: MemberRow | None
    wrapped: dict[tuple[int, int], WrappedKey] = field(repr=False)


@dataclass(frozen=True)
class Change:
    """A change of passphrase that is worked out and not stored yet. ``salt`` is the one that it replaces, ``old`` who
    opened everything until now; ``wrapped`` each case key as it is and as it will be, None where it does not open;
    ``secret`` the new code secret, base32, None when the old one stays; ``spares`` new recovery codes with it; ``used``
    the steps of its codes, None to leave those that are remembered; ``first``: the member was provisional."""

    salt: bytes
    old: Holder
    secrets: Secrets
    wrapped: dict[tuple[int, int], tuple[WrappedKey, WrappedKey | None]] = field(repr=False)
    secret: str | None = field(repr=False)
    spares: tuple[str, ...] = field(repr=False)
    used: tuple[int, ...] | None
    first: bool

    @property
    def name(self) -> str:
        """The member's."""
        return self.old.name


def read_present(connection: Connection, name: str) -> Present:
    """What a change begins with."""
    return Present(read_member(connection, name), read_case_keys(connection, name))


def prepare_change(present: Present, wanted: Wanted, random: Random) -> Change:
    """A new key to which all is wrapped that the old one opened. With ``new_code``, and always where the member is
    provisional, a new code secret too. It takes long and touches no database. Raises SignInRefused, BadInput."""
    check_passphrase(wanted.new, "new passphrase")
    row, opened = present.row, None
    if row is None:
        waste_a_stretch(wanted.old)
    else:
        opened = open_secrets(row.name, row.salt, row.sealed, wanted.old)
    if row is None or opened is None:
        raise SignInRefused("The present passphrase is wrong. Nothing was changed.")
    if composed(wanted.new) == composed(wanted.old):
        raise BadInput("That is the present passphrase. Choose another.")
    old, fresh = Holder(row.name, opened.key), wanted.new_code or row.provisional
    secrets = draw_secrets(row.name, wanted.new, random, None if fresh else opened.code_secret)
    wrapped = {
        place: (before, rewrap_case_key(before, old, row.name, secrets.public))
        for place, before in present.wrapped.items()
    }
    shown = codes.printed_secret(secrets.code_secret) if fresh else None
    spares = draw_spares(random) if fresh else ()
    return Change(row.salt, old, secrets, wrapped, shown, spares, () if fresh else None, row.provisional)


def confirm_change(change: Change, code: str, now: float) -> Change:
    """The same change, once its new secret has shown that it works: the code counts as used. ``now`` is unix time.
    Raises BadInput."""
    step = codes.matching_step(base64.b32decode(change.secret or ""), code, now)
    if step is None:
        raise BadInput(
            "That is no code of the new secret at this moment. Nothing was changed: look at the app again, and at the "
            "clock of the telephone."
        )
    return replace(change, used=(step,))


def apply_change(connection: Connection, change: Change, day: int = 0) -> None:
    """Store it, with what was wrapped to the old key meanwhile. Raises SignInRefused when the passphrase is not the one
    any more that the change began with, or the member is gone."""
    rows, secrets, name = tables.members, change.secrets, change.name
    values: dict[str, bytes | bool | str] = {
        "public": secrets.public,
        "signing": secrets.signing,
        "salt": secrets.salt,
        "sealed": secrets.sealed,
    }
    values["provisional"] = False
    if change.used is not None:
        values["used_steps"] = json.dumps(change.used)
    mine = update(rows).where(rows.c.name == name, rows.c.salt == change.salt)
    if connection.execute(mine.values(**values)).rowcount != 1:
        raise SignInRefused(CHANGED_MEANWHILE)
    # Few, and the same work in a transaction as before it.
    log = [one.rewrap(change.old, name, secrets.public) for one in read_reader_keys(connection, name).values()]
    store_reader_keys(connection, [one for one in log if one])
    rewrap_halves(connection, change.old, secrets.public)
    if change.spares:
        store_spares(connection, name, change.spares)
    fresh = []
    for place, wrapped in read_case_keys(connection, name).items():
        before, after = change.wrapped.get(place, (None, None))
        if before != wrapped:
            after = rewrap_case_key(wrapped, change.old, name, secrets.public)
        # What does not open goes, so that another member can share it again.
        fresh += [after] if after else []
    delete_case_keys(connection, name)
    store_case_keys(connection, fresh)
    # Whoever knew the old passphrase may have signed in by one of them.
    forget_browsers(connection, name)
    record_key(connection, day, name)
