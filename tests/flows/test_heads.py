# SPDX-License-Identifier: AGPL-3.0-or-later
"""The newest heads of a board, and their short form in words."""

from dataclasses import replace

from dropbox.flows.heads import HEAD_WORDS, BoardHead, head_words, newest_heads
from dropbox.flows.trust import judge
from dropbox.protocol.constants import CODENAME_WORDS
from dropbox.protocol.primitives import sha256
from dropbox.words import codename_words
from tests.flows.twin import Service, make_service

WORDS = codename_words().words
SERVICE = b"s" * 16


def heads_of(service: Service) -> tuple[BoardHead, ...]:
    return newest_heads(
        judge(
            service.anchor,
            service.twin.directory.encode(),
            service.twin.board,
            service.twin.rows,
            service.twin.clock,
        ).units
    )


def test_each_unit_has_the_hash_of_its_newest_manifest() -> None:
    """Present units with a batch, by unit_id; one whose batch is withheld is not among them."""
    service = make_service()
    service.tick(2)
    heads = heads_of(service)
    assert {head.slug for head in heads} == {"intake", "north", "south"}
    assert [head.unit_id for head in heads] == sorted(head.unit_id for head in heads)
    assert {head.period for head in heads} == {service.twin.now - 1}
    service.twin.uploads[service.desks["north"].context.unit_id] = {}
    service.twin.rebuild()
    assert {head.slug for head in heads_of(service)} == {"intake", "south"}


def test_the_same_board_has_the_same_words_and_every_other_has_others() -> None:
    """Whatever the order; another batch, period, unit or service, one unit more or less."""
    heads = tuple(BoardHead(bytes([one]) * 16, f"unit-{one}", 20_000, sha256(bytes([one]))) for one in range(3))
    words = head_words(SERVICE, heads, WORDS)
    assert head_words(SERVICE, heads[::-1], WORDS) == words
    others = (
        head_words(SERVICE, heads[:2], WORDS),
        head_words(SERVICE, (*heads[:2], replace(heads[2], hash=sha256(b"other"))), WORDS),
        head_words(SERVICE, (*heads[:2], replace(heads[2], period=19_999)), WORDS),
        head_words(SERVICE, (*heads[:2], replace(heads[2], unit_id=b"u" * 16)), WORDS),
        head_words(b"t" * 16, heads, WORDS),
        head_words(SERVICE, (), WORDS),
    )
    assert len({words, *others}) == len(others) + 1


def test_the_words_are_no_codename() -> None:
    """Six of the list, by a rule that anybody can follow."""
    head = BoardHead(b"u" * 16, "north", 20_000, b"h" * 32)
    body = b"u" * 16 + (20_000).to_bytes(4, "big") + b"h" * 32
    number = int.from_bytes(sha256(b"dropbox-v1 board heads" + SERVICE + body), "big")
    expected = []
    for _ in range(6):
        expected.append(WORDS[number % 7_776])
        number //= 7_776
    assert head_words(SERVICE, (head,), WORDS) == tuple(expected)
    assert HEAD_WORDS < CODENAME_WORDS
