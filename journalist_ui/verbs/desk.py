# SPDX-License-Identifier: AGPL-3.0-or-later
"""A running desk: what its verbs act upon."""

import asyncio
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from journalist_ui.daemon.drafts import Drafts
from journalist_ui.daemon.engine import Engine
from journalist_ui.daemon.sessions import SessionBook
from journalist_ui.vault.seen import CaseWords


@dataclass
class Desk:
    """Its engine, who is signed in, and what they have begun to write."""

    engine: Engine
    sessions: SessionBook
    drafts: Drafts = field(init=False)
    words: WeakValueDictionary[int, CaseWords] = field(default_factory=WeakValueDictionary, repr=False)
    """By case, as long as a session keeps them."""
    trying: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    """Held while a reminder is tried."""

    looking: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    """Held while a sandbox looks at a file."""

    hashes: dict[str, str] = field(default_factory=dict, repr=False)
    """Of files that were read whole, by the name under which each begins in the desk's folder; "" where damaged."""

    scans: dict[str, str] = field(default_factory=dict, repr=False)
    """Of files that were scanned, by the same name: what was found; "" where nothing was."""

    def __post_init__(self) -> None:
        self.drafts = Drafts(self.engine.vault)

    def read_stored(self, name: str) -> bytes:
        """What lies in the desk's folder of files under a name. Raises OSError."""
        return (self.engine.blobs.own / name).read_bytes()

    @property
    def name(self) -> str:
        """The unit's printed name."""
        return self.engine.settings.name

    @property
    def unit_id(self) -> bytes:
        """16 bytes."""
        return self.engine.settings.unit_id

    @property
    def demo(self) -> bool:
        """Nothing here is real."""
        return self.engine.settings.demo

    def is_signed_in(self, token: str) -> bool:
        """Whether a token names a session that is not over. It does not count as used."""
        return self.sessions.is_open(token)

    async def known_browser(self, name: str, browsers: tuple[str, ...]) -> str:
        """What tells a browser that holds these from others, where a member of that name has signed in with it; else
        nothing."""
        found = await asyncio.to_thread(self.sessions.sign_ins.find_browser, name, browsers)
        return found.hex() if found else ""

    def writer_of(self, form: str) -> str:
        """Whose ended session a page is of, by its form. It lets nothing be read. Raises NotSignedIn."""
        return self.sessions.writer(form)
