# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text that an earlier release cut into more parts than a batch has lanes goes on as texts that fit."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text

from dropbox.protocol.constants import LANES, TEXT_PART
from journalist_ui.vault.database import VAULT_FILE, Vault, open_vault
from journalist_ui.vault.ledger import load_ledger
from tests.desk.counting import counted, kept
from tests.releases.old_service import OldService, desk_key, opened

LONGEST = 16 * TEXT_PART
LONG = "What we would like to know: " + "ä€𝄞" * 1_500
"""Characters of two, three and four bytes, in 16 parts."""


def parts_of(words: str) -> list[bytes]:
    """As that release cut them."""
    data = words.encode()
    return [data[at : at + TEXT_PART] for at in range(0, len(data), TEXT_PART)]


def put(old: OldService, *rows: tuple[str, int, int, Sequence[bytes]]) -> bytes:
    """Texts of one of north's conversations as that release stored them: state, number, first posting and parts."""
    vault = open_vault(old.desk("north") / VAULT_FILE, desk_key(old, "north"), older=True)
    with vault.writing() as connection:
        pseudonym: bytes = connection.execute(
            text("SELECT pseudonym FROM texts WHERE state = 'published'")
        ).scalar_one()
        for state, number, posted, parts in rows:
            row: dict[str, Any] = {"p": pseudonym, "s": state, "n": number, "f": posted}
            row |= {"parts": json.dumps([one.hex() for one in parts]), "c": json.dumps([posted] * len(parts))}
            connection.execute(
                text(
                    "INSERT INTO texts (pseudonym, type, parts, number, first_posted, copies, state)"
                    " VALUES (:p, 1, :parts, :n, :f, :c, :s)"
                ),
                row,
            )
    vault.close()
    return pseudonym


def found(vault: Vault, pseudonym: bytes) -> list[tuple[str, int, int, tuple[bytes, ...]]]:
    """What the desk has of them now, behind the one that was there before."""
    texts = load_ledger(vault).texts
    mine = sorted((one for one in texts.values() if one.pseudonym == pseudonym), key=lambda one: one.id)
    return [(one.state.value, one.number, one.written, one.parts) for one in mine[1:]]


def test_a_long_text_on_its_way_becomes_two(old: OldService) -> None:
    """Cut between two characters; state and number stay with the first, the other one waits for its own. What fits, was
    read or was given up is as it was."""
    assert len(parts_of(LONG)) == 16
    fits = parts_of("x" * LANES * TEXT_PART)
    pseudonym = put(
        old,
        ("published", 7, 20_750, parts_of(LONG)),
        ("waiting", 0, 0, parts_of(LONG)),
        ("published", 8, 20_751, fits),
        ("expired", 9, 20_752, ()),
    )
    vault = opened(old, "north")
    states = found(vault, pseudonym)
    assert [row[:3] for row in states] == [
        ("published", 7, 20_750),
        ("waiting", 0, 0),
        ("published", 8, 20_751),
        ("expired", 9, 20_752),
        ("waiting", 0, 0),
        ("waiting", 0, 0),
    ]
    texts = [b"".join(row[3]) for row in states]
    assert texts[0].decode() + texts[4].decode() == texts[1].decode() + texts[5].decode() == LONG
    assert (states[2][3], texts[3]) == (tuple(fits), b"")
    for row in states:
        assert len(row[3]) <= LANES
        assert all(len(part) == TEXT_PART for part in row[3][:-1])
    assert kept(vault) == counted(vault)
    vault.close()


@pytest.mark.parametrize("first", ["x", "ä", "€", "𝄞"])
def test_the_longest_text_of_all_fits(old: OldService, first: str) -> None:
    """Its cut falls on each byte of a character of four: the rest of sixteen whole parts may be more than eight."""
    words = first + "𝄞" * 3_600
    words = words.encode()[:LONGEST].decode(errors="ignore")
    words += "x" * (LONGEST - len(words.encode()))
    pseudonym = put(old, ("waiting", 0, 0, parts_of(words)))
    vault = opened(old, "north")
    pieces = [row[3] for row in found(vault, pseudonym)]
    assert "".join(b"".join(piece).decode() for piece in pieces) == words
    assert all(0 < len(piece) <= LANES for piece in pieces)
    vault.close()
