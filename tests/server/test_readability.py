# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page of the source can be read at eleven, as far as a formula can tell."""

import pytest

from dropbox.protocol.directory import parse_directory, parse_signed_directory
from dropbox.server.config import EXIT_URL
from dropbox.server.handlers.pages import Pages
from tests.server.readability import Read, read, sections
from tests.server.world import World

OLDEST = 12.5
"""Years, for one page; the mean of all words must be below ``MEAN``."""
MEAN = 11.0
HARD = {"categories": 14.0}
"""Pages whose words are not ours to choose: the five kinds of report are a closed list."""
FEWEST = 20
"""Words of which a formula can tell anything."""


def pages() -> dict[str, Read]:
    """Each page of the document with its measure."""
    world = World()
    directory = parse_directory(parse_signed_directory(world.sign_directory()).body)
    document = Pages(world.anchor, False, EXIT_URL).document(directory).plain.decode()
    return {name: read(text) for name, text in sections(document).items()}


def test_every_page_can_be_read_at_eleven() -> None:
    """Each at a little more at most, all of them together at less."""
    found = pages()
    assert {"start", "account", "sent", "privacy"} <= set(found)
    hard = {
        name: f"{one.age:.1f}"
        for name, one in found.items()
        if one.words >= FEWEST and one.age > HARD.get(name, OLDEST)
    }
    assert hard == {}
    whole = Read(*map(sum, zip(*((one.words, one.sentences, one.syllables) for one in found.values()), strict=True)))
    assert whole.age < MEAN


@pytest.mark.parametrize(
    ("text", "youngest", "oldest"),
    [
        ("The cat sat on the mat. It saw a dog. The dog ran off.", 0, 6),
        ("You can come back sooner if things get worse. Nobody can tell why you visit.", 6, 10),
        ("Notwithstanding the aforementioned confidentiality considerations, complainants must acknowledge the "
         "applicability of proportionate investigative disclosure obligations.", 20, 60),
    ],
)  # fmt: skip
def test_the_formula(text: str, youngest: int, oldest: int) -> None:
    """It tells a child's book from an office's letter."""
    assert youngest <= read(text).age <= oldest


def test_what_is_read_of_a_page() -> None:
    """No template, script or code, no names of forces; each line of a list is a sentence."""
    told = sections(
        '<section id="page-x"><h1>One two</h1><ul><li>three</li><li>four <code>five</code></li></ul>'
        '<template><p>six</p></template><input data-find="a"><label>Seven</label><p>eight</p></section><p>nine</p>'
    )
    found = read(told["x"])
    assert (found.words, found.sentences) == (5, 4)
