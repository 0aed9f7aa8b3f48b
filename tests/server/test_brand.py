# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whose service it is and who else helps: two files of the operator, read strictly, shown as the pages' own."""

import re
from base64 import b64encode
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from dropbox.protocol.directory import parse_directory, parse_signed_directory
from dropbox.server.brand import (
    COLOUR,
    COLOUR_DARK,
    DARK_GROUND,
    LIGHT_GROUND,
    NEUTRAL,
    Brand,
    contrast,
    load_brand,
    parse_brand,
)
from dropbox.server.config import EXIT_URL, ConfigRefused, parse_config
from dropbox.server.handlers.pages import Pages
from dropbox.server.handlers.policies import PAGE_LOADS
from dropbox.server.support import LINES, Filled, load_support, parse_support, shown_lines
from tests.server.world import World

STYLES = Path(__file__).parents[2] / "client" / "styles"
BRAND = """
name = "Harbour <Light>"
charity = "a made-up charity"
commissioned_by = "all the forces of this test"
mark = "M4 4h24v24z"
colour = "#5a1e63"
colour_dark = "#e0b8e8"
"""
TODAY = date(2026, 6, 1)


def document(**shown: Any) -> tuple[str, str]:
    """The document and its policy."""
    world = World(1)
    directory = parse_directory(parse_signed_directory(world.sign_directory()).body)
    made = Pages(world.anchor, False, EXIT_URL, **shown).document(directory)
    return made.plain.decode(), made.policy


def test_a_brand_is_shown_as_text_and_by_its_own_colours() -> None:
    """Name, mark, charity and for whom; of the styles in the page exactly those are allowed, by their hash."""
    page, policy = document(brand=parse_brand(BRAND))
    for words in (
        "Harbour &lt;Light&gt;",
        "run by a made-up charity",
        "all the forces of this test",
        'd="M4 4h24v24z"',
    ):
        assert words in page
    style = re.findall("<style>(.*?)</style>", page)
    assert style == [":root{--own-brand-light:#5a1e63;--own-brand-dark:#e0b8e8}"]
    digest = b64encode(sha256(style[0].encode()).digest()).decode()
    assert policy == PAGE_LOADS.replace("style-src 'self'", f"style-src 'self' 'sha256-{digest}'")
    page, policy = document()
    assert "<style" not in page
    assert NEUTRAL.name in page
    assert policy == PAGE_LOADS


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("colour = '#ffff00'", "contrast"),
        ("colour_dark = '#202020'", "contrast"),
        ("colour = 'red'", "hexadecimal"),
        ("colour = '#5A1E63'", "small letters"),
        ("mark = 'M0 0\"/><script>'", "SVG path"),
        ("mark = ''", "SVG path"),
        ("name = ''", "empty"),
        ("name = 3", "one line"),
        ('name = "a\\nb"', "one line"),
        ("name = 'a name that is longer than thirty letters'", "at most 30"),
        ("logo = 'x'", "no such line"),
        ("name", "not TOML"),
    ],
)
def test_a_brand_that_cannot_be_shown_is_refused(line: str, said: str) -> None:
    """Each line is named; a colour on which nobody could read is none."""
    with pytest.raises(ConfigRefused, match=said):
        parse_brand(line)


def test_the_grounds_are_those_of_the_style_sheet() -> None:
    """What contrast is checked against is what the pages stand on, and the neutral colours are theirs."""
    light, dark = ((STYLES / name).read_text() for name in ("_colours.scss", "_dark.scss"))
    for sheet, ground, colour in ((light, LIGHT_GROUND, COLOUR), (dark, DARK_GROUND, COLOUR_DARK)):
        assert f"--govuk-body-background-colour: {ground};" in sheet
        assert f", {colour});" in sheet
        assert contrast(ground, colour) >= 4.5
    assert round(contrast("#ffffff", "#000000"), 2) == 21
    assert parse_brand("") == NEUTRAL == Brand()


def test_files_are_read_with_their_names(tmp_path: Path) -> None:
    """What is wrong is said with the file; without one there is nothing to say."""
    file = tmp_path / "brand.toml"
    file.write_text(BRAND)
    assert load_brand(file).name == "Harbour <Light>"
    assert (load_brand(None), load_support(None)) == (NEUTRAL, {})
    file.write_text("name = 3")
    for load in (load_brand, load_support):
        with pytest.raises(ConfigRefused, match=str(file)):
            load(file)
        with pytest.raises(ConfigRefused):
            load(tmp_path / "missing")


def test_a_helpline_is_shown_for_a_year_after_somebody_checked_it() -> None:
    """None ships with a number; one checked a day too long ago, or in the future, is not shown."""
    for days, shown in ((0, True), (365, True), (366, False), (-1, False)):
        filled = {"lgbt": Filled("0113 496 0000", TODAY - timedelta(days=days))}
        assert [line.id for line, _ in shown_lines(filled, TODAY)] == (["lgbt"] if shown else [])
    assert shown_lines({}, TODAY) == []
    page, _ = document(support={"lgbt": Filled("0113 496 0000", datetime.now(tz=UTC).date())})
    assert 'Galop (UK): <a href="tel:01134960000">0113 496 0000</a>' in page
    assert "Childline" not in page
    assert len({line.id for line in LINES}) == len(LINES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[nobody]\nnumber='1234'\nchecked=2026-01-01", "no such line"),
        ("[lgbt]\nnumber='1234'", "the day"),
        ("[lgbt]\nnumber='1234'\nchecked=2026-01-01\nname='x'", "nothing else"),
        ("[lgbt]\nnumber='ring us'\nchecked=2026-01-01", "digits"),
        ("[lgbt]\nnumber='1234'\nchecked='2026-01-01'", "quotation"),
        ("[lgbt]\nnumber='1234'\nchecked=2026-01-01T00:00:00", "quotation"),
        ("lgbt = 3", "number"),
        ("lgbt", "not TOML"),
    ],
)
def test_a_file_of_helplines_is_read_strictly(text: str, said: str) -> None:
    """Each fault is named."""
    with pytest.raises(ConfigRefused, match=said):
        parse_support(text)


def test_every_helpline_has_its_words() -> None:
    """Whichever the operator fills in, its kind and nation are worded."""
    page, _ = document(support={line.id: Filled("0113 496 0000", datetime.now(tz=UTC).date()) for line in LINES})
    assert page.count('href="tel:01134960000"') == len(LINES)
    assert "<h2></h2>" not in page
    assert "()" not in page


def test_the_settings_name_both_files() -> None:
    """By absolute paths; empty for none, as where the lines are missing."""
    common = 'listen = "127.0.0.1:0"\ndatabase = "sqlite:////x/y"\ndata_dir = "/x"\nanchor = "/x/a"\n'
    assert (parse_config(common).brand, parse_config(common + 'brand = ""').support) == (None, None)
    found = parse_config(common + 'brand = "/x/brand.toml"\nsupport = "/x/support.toml"')
    assert (found.brand, found.support) == (Path("/x/brand.toml"), Path("/x/support.toml"))
    assert parse_config(found.encode()) == found
    with pytest.raises(ConfigRefused, match="brand"):
        parse_config(common + 'brand = "brand.toml"')
