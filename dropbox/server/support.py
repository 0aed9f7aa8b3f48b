# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who else helps, by nation and kind. Numbers change: none but the public emergency numbers ships with a release. A
line is shown once the operator's file gives its number and the day on which somebody found it right, and for a year."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from dropbox.command_line.inputs import read_text
from dropbox.command_line.refused import InputRefused

from .config import ConfigRefused

_LARGEST = 65_536  # bytes of the file
CHECKED_WITHIN = timedelta(days=365)
_NUMBER = re.compile(r"\+?[0-9](?:[0-9 ]{1,18})[0-9]")


@dataclass(frozen=True)
class Line:
    """A helpline; ``nation`` is ``uk``, one of its four or ``england-wales``, ``kind`` what it is for."""

    id: str
    kind: str
    nation: str
    name: str


LINES = (
    Line("domestic-abuse-england", "domestic-abuse", "england", "National Domestic Abuse Helpline"),
    Line("domestic-abuse-wales", "domestic-abuse", "wales", "Live Fear Free"),
    Line("domestic-abuse-scotland", "domestic-abuse", "scotland", "Domestic Abuse and Forced Marriage Helpline"),
    Line("domestic-abuse-ni", "domestic-abuse", "northern-ireland", "Domestic and Sexual Abuse Helpline"),
    Line("men", "domestic-abuse", "uk", "Men\u2019s Advice Line"),
    Line("rape-england-wales", "rape", "england-wales", "Rape Crisis England and Wales"),
    Line("rape-scotland", "rape", "scotland", "Rape Crisis Scotland"),
    Line("lgbt", "lgbt", "uk", "Galop"),
    Line("child", "child", "uk", "Childline"),
    Line("suicide", "suicide", "uk", "Samaritans"),
    Line("whistleblowing", "whistleblowing", "uk", "Protect"),
    Line("victims-england-wales", "victims", "england-wales", "Victim Support"),
    Line("victims-scotland", "victims", "scotland", "Victim Support Scotland"),
    Line("victims-ni", "victims", "northern-ireland", "Victim Support NI"),
)
"""In the order in which they are shown. Ids never change: operators' files name them."""


@dataclass(frozen=True)
class Filled:
    """What the operator's file says of a line."""

    number: str
    checked: date


def parse_support(text: str) -> dict[str, Filled]:
    """By the lines' ids. Raises ConfigRefused, naming the line that is wrong."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigRefused(f"not TOML: {error}") from None
    known = {line.id for line in LINES}
    filled = {}
    for name, values in table.items():
        if name not in known:
            raise ConfigRefused(f"{name}: there is no such line; the lines are {', '.join(sorted(known))}")
        if not isinstance(values, dict) or set(values) != {"number", "checked"}:
            raise ConfigRefused(f"{name}: give its number and the day on which it was checked, and nothing else")
        number, checked = values["number"], values["checked"]
        if not isinstance(number, str) or not _NUMBER.fullmatch(number):
            raise ConfigRefused(f"{name}: the number has digits and blanks only, as a person calls it")
        if type(checked) is not date:
            raise ConfigRefused(f"{name}: give the day as checked = 2026-03-31, without quotation marks")
        filled[name] = Filled(number, checked)
    return filled


def load_support(path: Path | None) -> dict[str, Filled]:
    """Nothing without a file. Raises ConfigRefused."""
    if path is None:
        return {}
    try:
        return parse_support(read_text(path, _LARGEST, "file of support lines"))
    except InputRefused as error:
        raise ConfigRefused(error.say) from None
    except ConfigRefused as error:
        raise ConfigRefused(f"{path}: {error}") from None


def shown_lines(filled: Mapping[str, Filled], today: date) -> list[tuple[Line, str]]:
    """The lines that are shown on that day, with their numbers."""
    return [
        (line, found.number)
        for line in LINES
        if (found := filled.get(line.id)) and timedelta() <= today - found.checked <= CHECKED_WITHIN
    ]
