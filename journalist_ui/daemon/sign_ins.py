# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in: a turn, the stretch, and what is counted and remembered of it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from dropbox.flows.desk.notice import Notice
from journalist_ui.people import known_browsers, tries
from journalist_ui.people.members import read_member, spelled
from journalist_ui.people.security_keys import KeySite, KeyUse, StoredKey, read_keys, read_sign_in
from journalist_ui.people.sign_in import CodeRefused, Unlocked, accept_sign_in, prove
from journalist_ui.people.spares import count_spares, read_spares
from journalist_ui.people.tries import NOBODY, Tried
from journalist_ui.refusals import SignInRefused
from journalist_ui.vault import audit
from journalist_ui.vault.audit_sealing import share_reader_keys
from journalist_ui.vault.database import Vault

from .challenges import Challenges
from .notice_log import remember_notices
from .turns import SOCKET, Kind, Lane, Turns

DAY = 86_400
MOST_OF_A_BROWSER = 20
"""Wrong tries in a row after which a known browser is a stranger's."""
CODES_SPENT = (
    "Somebody who has your passphrase is trying one-time codes. Until tomorrow only a browser in which you signed in "
    "before can sign you in, or `dropbox-desk login` on the desk itself. Then change your passphrase."
)


@dataclass(frozen=True)
class SignIn:
    """What a person gave, and where: ``browsers`` is what the browser holds of earlier sign-ins; ``key``
    what a security key has signed at this ``site``, JSON, empty for none."""

    name: str
    passphrase: str = field(repr=False)
    code: str = field(repr=False)
    lane: Lane = SOCKET
    browsers: Sequence[str] = field(default=(), repr=False)
    key: str = field(default="", repr=False)
    site: KeySite | None = None


@dataclass(frozen=True)
class Proved:
    """Somebody is who they say. ``browser`` is what theirs is known by from now on, "" at the socket; ``tried`` the
    wrong tries since their last sign-in; ``spares_left`` how many recovery codes are left, where one was used."""

    unlocked: Unlocked
    browser: str = field(repr=False)
    tried: Tried
    spares_left: int | None = None


class SignIns:
    """``now`` gives unix seconds, by which codes are judged and days counted; ``steady`` those by which challenges of
    security keys age."""

    def __init__(
        self, vault: Vault, turns: Turns, now: Callable[[], float], steady: Callable[[], float] = time.monotonic
    ) -> None:
        self.challenges = Challenges(steady)
        self._vault = vault
        self._turns = turns
        self._now = now

    def find_browser(self, name: str, held: Sequence[str]) -> bytes | None:
        """What a browser is known by to a member of that name. It reads the vault."""
        if not held:
            return None
        with self._vault.reading() as connection:
            found = known_browsers.find_browser(connection, spelled(connection, name), held)
        return found[1] if found else None

    async def prove(self, asked: SignIn) -> Proved:
        """Raises SignInRefused."""
        # A code is judged by when it was typed, not by when its turn came.
        now = self._now()
        if not asked.lane.known and asked.browsers:
            known = await asyncio.to_thread(self.find_browser, asked.name, asked.browsers)
            if known is not None:
                asked = replace(asked, lane=Lane(Kind.BROWSER, known.hex()))
        async with self._turns.turn(asked.lane):
            last = self._turns.wrong_tries(asked.lane) + 1 >= MOST_OF_A_BROWSER
            # In a thread: neither the stretch nor the vault keeps anybody else waiting.
            return await asyncio.to_thread(self._prove, asked, now, last)

    def _prove(self, asked: SignIn, now: float, last: bool) -> Proved:
        day = int(now // DAY)
        with self._vault.writing() as connection:
            name = spelled(connection, asked.name)
            row = read_member(connection, name)
            counted = name if row else NOBODY
            spares, keys = read_spares(connection, name), read_keys(connection, name)
            tries.count_try(connection, counted, day)
        try:
            unlocked, step = prove(row, asked.passphrase, asked.code, now, spares, self._key_used(asked, keys))
            return self._accept(asked, unlocked, row.salt if row else b"", step, day)
        except SignInRefused as error:
            codes = int(isinstance(error, CodeRefused) and not asked.lane.known)
            with self._vault.writing() as connection:
                tries.was_wrong(connection, counted, day, codes)
                if last and asked.lane.kind is Kind.BROWSER:
                    known_browsers.forget_browser(connection, name, bytes.fromhex(asked.lane.name))
            raise

    def _key_used(self, asked: SignIn, keys: Sequence[StoredKey]) -> KeyUse | None:
        """Which of the member's keys has signed, if any was asked."""
        if not asked.key or asked.site is None:
            return None
        return read_sign_in(asked.key, asked.site, keys, self.challenges)

    def _accept(self, asked: SignIn, unlocked: Unlocked, salt: bytes, step: int | None, day: int) -> Proved:
        name, browser = unlocked.member.name, ""
        with self._vault.writing() as connection:
            accept_sign_in(connection, unlocked, salt, step, day)
            # The code is used up either way.
            spent = not asked.lane.known and tries.codes_tried(connection, name, day) >= tries.MOST_CODES
            if not spent:
                tries.was_right(connection, name, day)
                tried = tries.tell_member(connection, name)
                audit.record(connection, day, name, "login")
                share_reader_keys(connection, unlocked.holder)
                left = count_spares(connection, name) if unlocked.spare else None
                if asked.lane.kind is not Kind.SOCKET:
                    browser = known_browsers.keep_browser(connection, name, asked.browsers, day)
                if unlocked.altered:
                    remember_notices(connection, [Notice("member-key-altered", {"member": name})], day)
        if spent:
            raise SignInRefused(CODES_SPENT)
        return Proved(unlocked, browser, tried, left)
