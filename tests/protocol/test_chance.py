# SPDX-License-Identifier: AGPL-3.0-or-later
"""A draw of one among several."""

from dropbox.protocol.chance import draw


def test_every_choice_is_drawn_by_the_random_bytes_alone() -> None:
    """64 bits, big-endian, modulo the number of choices: the draw that both languages make."""
    asked = []

    def random(size: int) -> bytes:
        asked.append(size)
        return (7).to_bytes(size, "big")

    assert draw("abc", random) == "b"
    assert asked == [8]
    assert {draw("abc", lambda size, value=value: value.to_bytes(size, "big")) for value in range(6)} == set("abc")
