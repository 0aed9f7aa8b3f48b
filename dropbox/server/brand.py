# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whose service this is, as its pages show it: a name, a mark, a colour and the charity, by a file of the operator's.

The colours are checked for contrast (WCAG 2.2, 1.4.3) against the grounds of `client/styles/_own.scss` when the file is
read: no page is served on which somebody cannot read.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dropbox.command_line.inputs import read_text
from dropbox.command_line.refused import InputRefused

from .config import ConfigRefused

_LARGEST = 65_536  # bytes of the file
LIGHT_GROUND, DARK_GROUND = "#fbf8f3", "#171a1b"
"""What the pages stand on in the light and in the dark scheme."""
LIGHT_TEXT, DARK_TEXT = "#ffffff", DARK_GROUND
"""What stands on a button of the brand's colour, in the light and in the dark scheme."""
LEAST_CONTRAST = 4.5
COLOUR, COLOUR_DARK = "#0b5860", "#8fd3d1"
MARK = "M4 9h24v18H4zM4 9l12 10L28 9M11 5h10"
"""Strokes in a field of 32 by 32, as the ``d`` of an SVG path."""

_COLOUR = re.compile("#[0-9a-f]{6}")
_PATH = re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9 ,.\-]{1,2000}")


@dataclass(frozen=True)
class Brand:
    """``charity``: who runs the service, ``commissioned_by``: for whom; empty where nobody said."""

    name: str = "Codename drop-box"
    charity: str = ""
    commissioned_by: str = ""
    mark: str = MARK
    colour: str = COLOUR
    colour_dark: str = COLOUR_DARK

    @property
    def style(self) -> str:
        """What the style sheet takes in place of its own colours; empty for these."""
        if (self.colour, self.colour_dark) == (COLOUR, COLOUR_DARK):
            return ""
        return f":root{{--own-brand-light:{self.colour};--own-brand-dark:{self.colour_dark}}}"


NEUTRAL = Brand()
"""What is shown where the operator set nothing."""


def _luminance(colour: str) -> float:
    """WCAG's relative luminance, 0 to 1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(left: str, right: str) -> float:
    """WCAG's contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(left), _luminance(right)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _line(table: dict[str, Any], name: str, longest: int, default: str) -> str:
    value = table.pop(name, default)
    if not isinstance(value, str) or len(value) > longest or (value and not value.isprintable()):
        raise ConfigRefused(f"{name}: give one line of at most {longest} characters")
    return value.strip()


def _colour(table: dict[str, Any], name: str, default: str, against: tuple[str, str]) -> str:
    value = table.pop(name, default)
    if not isinstance(value, str) or not _COLOUR.fullmatch(value):
        raise ConfigRefused(f"{name}: give # and six hexadecimal digits in small letters, as {default}")
    for other in against:
        if (found := contrast(value, other)) < LEAST_CONTRAST:
            raise ConfigRefused(f"{name}: its contrast to {other} is {found:.1f}, and {LEAST_CONTRAST} is needed")
    return value


def parse_brand(text: str) -> Brand:
    """Raises ConfigRefused, naming the line that is wrong."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigRefused(f"not TOML: {error}") from None
    brand = Brand(
        name=_line(table, "name", 30, Brand.name),
        charity=_line(table, "charity", 120, ""),
        commissioned_by=_line(table, "commissioned_by", 200, ""),
        mark=_line(table, "mark", 2_000, MARK),
        colour=_colour(table, "colour", COLOUR, (LIGHT_GROUND, LIGHT_TEXT)),
        colour_dark=_colour(table, "colour_dark", COLOUR_DARK, (DARK_GROUND, DARK_TEXT)),
    )
    if table:
        raise ConfigRefused(f"{sorted(table)[0]}: this release knows no such line; remove it or correct its name")
    if not brand.name:
        raise ConfigRefused("name: this must not be empty")
    if not _PATH.fullmatch(brand.mark):
        raise ConfigRefused("mark: give the d of one SVG path in a field of 32 by 32, and nothing else")
    return brand


def load_brand(path: Path | None) -> Brand:
    """The neutral one without a file. Raises ConfigRefused."""
    if path is None:
        return NEUTRAL
    try:
        return parse_brand(read_text(path, _LARGEST, "brand file"))
    except InputRefused as error:
        raise ConfigRefused(error.say) from None
    except ConfigRefused as error:
        raise ConfigRefused(f"{path}: {error}") from None
