# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the commands say that work on a desk's folder while no desk runs."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class DeskMade:
    """A new desk: where its enrolment is, that one's fingerprint, the anchor's, the first member's code secret, the
    unit's id, the first member's recovery codes."""

    enrolment: Path
    fingerprint: str
    anchor: str
    totp_secret: str = field(repr=False)
    unit_id: str
    recovery_codes: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class KeyringReplaced:
    """A new keyring: its enrolment, and what can no longer be done. ``unanswerable`` counts conversations that must
    write again before they can be answered, ``unsent`` texts that wait for that."""

    enrolment: Path
    fingerprint: str
    unanswerable: int
    unsent: int


@dataclass(frozen=True)
class BackupVerified:
    """A whole backup: its file, its day ("" where an earlier release made it), and how many rows of what it holds."""

    file: str
    day: str
    cases: int
    members: int
    audit: int


@dataclass(frozen=True)
class RestoreTried:
    """What came back of a backup in a folder that is gone again: counts of what it holds, of the ``files`` of messages
    beside it, and of what was ``withdrawn`` from it as a restore does."""

    file: str
    day: str
    cases: int
    members: int
    audit: int
    files: int
    withdrawn: int = 0


@dataclass(frozen=True)
class VaultRestored:
    """The backup that was put in the vault's place, its day, and whether there is a keyring. ``withdrawn``: how many
    keys and members it held that had been let go since, and that were taken from it again."""

    file: str
    day: str
    keyring: bool
    withdrawn: int = 0
