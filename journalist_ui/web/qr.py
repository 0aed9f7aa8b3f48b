# SPDX-License-Identifier: AGPL-3.0-or-later
"""A QR code (ISO/IEC 18004) for an authenticator app: bytes, level L, versions 5 to 9. No library is worth carrying for
one square on one page; tests/desk_web/test_qr.py compares with codes that another implementation drew."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

Grid = list[list[bool]]


@dataclass(frozen=True)
class _Version:
    """``data`` codewords in each of ``blocks`` blocks, ``check`` codewords after each; centres of alignment marks."""

    number: int
    data: int
    check: int
    blocks: int
    centres: tuple[int, ...]

    @property
    def size(self) -> int:
        return 17 + 4 * self.number


_VERSIONS = (
    _Version(5, 108, 26, 1, (6, 30)),
    _Version(6, 68, 18, 2, (6, 34)),
    _Version(7, 78, 20, 2, (6, 22, 38)),
    _Version(8, 97, 24, 2, (6, 24, 42)),
    _Version(9, 116, 30, 2, (6, 26, 46)),
)
QUIET = 4
"""Squares of light on each side that readers need."""
_HEADER = 2
"""Bytes that mode and length take, with the end mark."""
_MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda x, y: (x + y) % 2 == 0,
    lambda x, y: y % 2 == 0,
    lambda x, y: x % 3 == 0,
    lambda x, y: (x + y) % 3 == 0,
    lambda x, y: (x // 3 + y // 2) % 2 == 0,
    lambda x, y: x * y % 2 + x * y % 3 == 0,
    lambda x, y: (x * y % 2 + x * y % 3) % 2 == 0,
    lambda x, y: ((x + y) % 2 + x * y % 3) % 2 == 0,
)


def draw(data: bytes) -> Grid:
    """The code's dark squares, row by row, without its quiet zone. Raises ValueError when the data is too long."""
    return min(masked(data), key=_penalty)


def masked(data: bytes) -> list[Grid]:
    """The code under each of the eight masks: all of them say the same. Raises ValueError."""
    version = next((one for one in _VERSIONS if len(data) + _HEADER <= one.data * one.blocks), None)
    if version is None:
        raise ValueError("too long for a code")
    stream = _interleaved(version, _codewords(version, data))
    return [_drawn(version, stream, mask) for mask in range(len(_MASKS))]


def outline(grid: Grid) -> str:
    """The dark squares as the path of an SVG image, a unit each, the quiet zone around them."""
    return "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y, row in enumerate(grid) for x, dark in enumerate(row) if dark
    )


# --- codewords ---


def _codewords(version: _Version, data: bytes) -> bytes:
    """Mode, length, data, end mark, and padding."""
    whole = 0b0100 << 8 | len(data)
    for byte in data:
        whole = whole << 8 | byte
    packed = (whole << 4).to_bytes(len(data) + _HEADER, "big")
    room = version.data * version.blocks
    return packed + (b"\xec\x11" * room)[: room - len(packed)]


def _times(one: int, other: int) -> int:
    """In the field of 256 elements modulo x^8 + x^4 + x^3 + x^2 + 1."""
    product = 0
    for bit in range(7, -1, -1):
        product = product << 1 ^ (product >> 7) * 0x11D
        product ^= (other >> bit & 1) * one
    return product


def _check(block: bytes, count: int) -> bytes:
    """Reed-Solomon: the remainder of the block by the polynomial with the roots 2^0 to 2^(count - 1)."""
    divisor, root = [0] * (count - 1) + [1], 1
    for _ in range(count):
        for at in range(count):
            divisor[at] = _times(divisor[at], root) ^ (divisor[at + 1] if at + 1 < count else 0)
        root = _times(root, 2)
    rest = [0] * count
    for byte in block:
        factor = byte ^ rest.pop(0)
        rest.append(0)
        rest = [one ^ _times(divisor[at], factor) for at, one in enumerate(rest)]
    return bytes(rest)


def _interleaved(version: _Version, words: bytes) -> bytes:
    blocks = [words[at : at + version.data] for at in range(0, len(words), version.data)]
    checks = [_check(block, version.check) for block in blocks]
    return bytes(word for part in (blocks, checks) for row in zip(*part, strict=True) for word in row)


# --- squares ---


def _drawn(version: _Version, stream: bytes, mask: int) -> Grid:
    size = version.size
    fixed: dict[tuple[int, int], bool] = {}
    _marks(version, fixed)
    _format(size, mask, fixed)
    if version.number >= 7:
        _number(version, fixed)
    grid = [[False] * size for _ in range(size)]
    for (x, y), dark in fixed.items():
        grid[y][x] = dark
    bits = (word >> bit & 1 for word in stream for bit in range(7, -1, -1))
    for x, y in _zigzag(size):
        if (x, y) not in fixed:
            grid[y][x] = bool(next(bits, 0)) ^ _MASKS[mask](x, y)
    return grid


def _marks(version: _Version, fixed: dict[tuple[int, int], bool]) -> None:
    """Timing lines, finders with their margins, alignment marks."""
    size = version.size
    for at in range(size):
        fixed[6, at] = fixed[at, 6] = at % 2 == 0
    for left, top in ((0, 0), (size - 7, 0), (0, size - 7)):
        for x in range(max(left - 1, 0), min(left + 8, size)):
            for y in range(max(top - 1, 0), min(top + 8, size)):
                ring = max(abs(x - left - 3), abs(y - top - 3))
                fixed[x, y] = ring not in (2, 4)
    last = version.centres[-1]
    for cx in version.centres:
        for cy in version.centres:
            if (cx, cy) not in ((6, 6), (6, last), (last, 6)):
                for x in range(cx - 2, cx + 3):
                    for y in range(cy - 2, cy + 3):
                        fixed[x, y] = max(abs(x - cx), abs(y - cy)) != 1


def _remainder(value: int, divisor: int, bits: int) -> int:
    rest = value
    for _ in range(bits):
        rest = rest << 1 ^ (rest >> bits - 1) * divisor
    return rest


def _format(size: int, mask: int, fixed: dict[tuple[int, int], bool]) -> None:
    """Level L and the mask, twice."""
    value = 0b01 << 3 | mask
    bits = (value << 10 | _remainder(value, 0x537, 10)) ^ 0x5412
    for at in range(15):
        dark = bool(bits >> at & 1)
        fixed[8, at + (at > 5) if at < 8 else size - 15 + at] = dark
        fixed[size - 1 - at if at < 8 else 15 - at - (at > 8), 8] = dark
    fixed[8, size - 8] = True


def _number(version: _Version, fixed: dict[tuple[int, int], bool]) -> None:
    """The version, twice."""
    bits = version.number << 12 | _remainder(version.number, 0x1F25, 12)
    for at in range(18):
        far, near = version.size - 11 + at % 3, at // 3
        fixed[far, near] = fixed[near, far] = bool(bits >> at & 1)


def _zigzag(size: int) -> Iterator[tuple[int, int]]:
    """Up and down in columns of two, from the right, around the timing line."""
    upward = True
    for right in (*range(size - 1, 6, -2), *range(5, 0, -2)):
        for y in range(size - 1, -1, -1) if upward else range(size):
            yield right, y
            yield right - 1, y
        upward = not upward


def _penalty(grid: Grid) -> int:
    """How hard a reader would find it; the mask with the least is used."""
    size, total = len(grid), 0
    columns = [list(column) for column in zip(*grid, strict=True)]
    for line in (*grid, *columns):
        text = "".join("#" if dark else "." for dark in line)
        runs = [len(run) for letter in "#." for run in text.split("." if letter == "#" else "#") if len(run) >= 5]
        total += sum(run - 2 for run in runs)
        for look in ("#.###.#....", "....#.###.#"):
            total += 40 * sum(text.startswith(look, at) for at in range(size))
    for y in range(size - 1):
        for x in range(size - 1):
            total += 3 * (grid[y][x] == grid[y][x + 1] == grid[y + 1][x] == grid[y + 1][x + 1])
    dark = sum(map(sum, grid))
    return total + 10 * (abs(dark * 20 - size * size * 10) // (size * size))
