# SPDX-License-Identifier: AGPL-3.0-or-later
"""The square code of a one-time-code secret, against codes that another implementation (qrcode 8.2) drew."""

import hashlib

import pytest

from journalist_ui.web.qr import Grid, draw, masked, outline

# How long the data is, and SHA-256 of the other implementation's eight squares: the ends of each version.
DRAWN = {
    1: "f8b28df1ca2736fdef70adb75562c4aa8dc5d025c022e80e47d71b0ad3d75e3a",
    106: "2619b1fd87bf165dab515ffe5605ba251325427fe2037f25c5a36cce06b0c129",
    107: "0ae4face582c94270959a2969536b9ed84c99a2c0dc147702df2cb6a4863210f",
    134: "ecb8c0653d4fe7041282bc92af130e58ba71d3a5b51239a11493054ee75e5e75",
    135: "48f8ee4e10f74a77a8b5c00b9ad2b97744c5708e90291eaad51d2909ceaa0f8b",
    154: "0125893670cae4e5bbb0df40dbeb73dbc01611859775ef8f91dd9e8f795efa9a",
    155: "4def18cf125bfb2642559f15328b2df215955b7fa34b59efa59f5934f5e4e7ff",
    192: "c3ba96ab232960c12c3a50c987a5ac3981a29a116c6e85f60c54f904599a1259",
    193: "53ba39f81d08cfd03abe4cfd7fffe9d4896abbcb88b6171197a4192a5fa63a33",
    230: "032ae274994b73c35e3d8bc7a7f21f66edee9c0bfc96e99b4373de0e04bfca35",
}


def data_of(length: int) -> bytes:
    """As the other implementation was given it."""
    return bytes((at * 37 + length) % 94 + 33 for at in range(length))


def text(grid: Grid) -> str:
    return "\n".join("".join("#" if dark else "." for dark in row) for row in grid)


@pytest.mark.parametrize("length", DRAWN)
def test_each_mask_of_each_version_is_drawn_alike(length: int) -> None:
    """Eight masks, five versions, the shortest and longest data of each: square by square what the other one drew; the
    one that is used is among them."""
    grids = masked(data_of(length))
    squares = "".join(text(grid) + "\n\n" for grid in grids)
    assert hashlib.sha256(squares.encode()).hexdigest() == DRAWN[length]
    assert draw(data_of(length)) in grids


def test_what_does_not_fit_is_refused() -> None:
    """No code is drawn that holds less than it was given."""
    with pytest.raises(ValueError, match="too long"):
        draw(bytes(231))


def test_the_path_is_the_squares() -> None:
    """One closed square for each dark one, behind the quiet zone."""
    assert outline([[True, False], [False, True]]) == "M4 4h1v1h-1zM5 5h1v1h-1z"
