# SPDX-License-Identifier: AGPL-3.0-or-later
"""A square code on a terminal."""

from dropbox.shown.square import square_lines


def test_two_rows_stand_in_one_line() -> None:
    """Each letter shows its upper and its lower half; below an odd last row all is light."""
    assert list(square_lines([[0, 0, 1, 1], [0, 1, 0, 1], [1, 0, 1, 0]])) == [
        "\u2588\u2580\u2584 ",
        "\u2584\u2588\u2584\u2588",
    ]
