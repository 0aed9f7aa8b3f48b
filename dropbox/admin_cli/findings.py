# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a self-check found, and how to mend it."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is. Only ``serious`` makes `dropbox-admin doctor` fail."""

    OK = "ok"
    WARNING = "warning"
    SERIOUS = "serious"


@dataclass(frozen=True)
class Finding:
    """One check's outcome; ``fix`` is empty when there is nothing to mend."""

    check: str
    level: Level
    what: str
    fix: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def ok(check: str, what: str) -> Finding:
    return Finding(check, Level.OK, what)


def warning(check: str, what: str, fix: str) -> Finding:
    return Finding(check, Level.WARNING, what, fix)


def serious(check: str, what: str, fix: str) -> Finding:
    return Finding(check, Level.SERIOUS, what, fix)
