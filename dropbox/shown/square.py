# SPDX-License-Identifier: AGPL-3.0-or-later
"""A square code as a terminal shows it: two rows of it in one line."""

from collections.abc import Iterable, Iterator

# Light stands for what is printed: on a dark terminal the square is light on dark, which readers take too.
_HALVES = {(False, False): "\u2588", (False, True): "\u2580", (True, False): "\u2584", (True, True): " "}


def square_lines(matrix: Iterable[Iterable[int]]) -> Iterator[str]:
    """``matrix``: the rows of a square code, 0 for what stays light, with the light border that readers need."""
    rows = [[*row] for row in matrix]
    # Two rows of the square stand in one line: upper and lower half of each letter's place.
    for upper, lower in zip(rows[::2], [*rows[1::2], [0] * len(rows[0])], strict=False):
        yield "".join(_HALVES[bool(over), bool(under)] for over, under in zip(upper, lower, strict=True))
