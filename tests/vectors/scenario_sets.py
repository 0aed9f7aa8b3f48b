# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of sets and of the index that is made of them: byte for byte, and every way not to be in the one form."""

from typing import Any

from dropbox.protocol.index import index_size, make_index
from dropbox.protocol.sets import make_set, set_size
from tests.vectors.scenario import Scenario, Values, bend, refuse
from tests.vectors.small_service import noise

STEP = 1 << 24


def drawn(name: str, count: int) -> list[int]:
    """So many different values of a set of that size, rising."""
    values = {int.from_bytes(noise(f"{name} {at}", 6), "big") % (count * STEP) for at in range(count)}
    assert len(values) == count
    return sorted(values)


def _written() -> list[Scenario]:
    rows: list[tuple[str, str, list[int], str]] = [
        ("one", "One value: its one, a zero, six bits that fill the byte, the value.", [0], "80000000"),
        ("one-largest", "The largest that one value may be.", [STEP - 1], "80ffffff"),
        ("two", "Two values of one step, and four bits that fill the byte.", [5, 6], "c0000005000006"),
        ("two-apart", "The smallest and the largest of two.", [0, 2 * STEP - 1], "a0000000ffffff"),
        ("two-high", "Both as high as they may be.", [2 * STEP - 2, 2 * STEP - 1], "60fffffeffffff"),
        ("four", "Four values fill their byte; the low bytes of a later step may be smaller.", _FOUR, _FOUR_SET),
        ("eight-low", "All in the lowest step.", list(range(8)), ""),
        ("eight-high", "All in the highest.", [8 * STEP - 8 + at for at in range(8)], ""),
        ("many", "256 values at random.", drawn("many", 256), ""),
    ]
    found: list[Scenario] = []
    for name, claim, values, form in rows:
        made = form or make_set(values).encode().hex()
        assert len(made) == 2 * set_size(len(values))
        found.append((f"set-{name}", claim, "set-write", {"values": values}, {"set": made}))
        read = {"data": made, "count": len(values)}
        found.append((f"set-{name}-read", f"Read back: {claim}", "set-parse", read, {"values": values}))
    return found


_FOUR = [7, STEP + 6, STEP + 8, 3 * STEP + 1]
_FOUR_SET = "b2" + "000007" + "000006" + "000008" + "000001"


def _unwritten() -> list[Scenario]:
    rows: list[tuple[str, str, list[int]]] = [
        ("empty", "No value at all.", []),
        ("three", "A number of values that is no power of two.", [1, 2, 3]),
        ("equal", "One value twice.", [4, 4]),
        ("falling", "A smaller one after a larger one.", [5, 4]),
        ("large", "A value as large as none of two may be.", [5, 2 * STEP]),
        ("negative", "One below zero.", [-1, 5]),
    ]
    return [
        refuse(f"set-unwritten-{name}", claim, "set-write", {"values": row}, "bad-value") for name, claim, row in rows
    ]


def _refused() -> list[Scenario]:
    rows: list[tuple[str, str, str, int, str]] = [
        ("one-none", "No one among the bits of one value.", "00000000", 1, "bad-value"),
        ("one-second", "Its one in the second place: the value would be 2^24.", "40000000", 1, "bad-value"),
        ("one-two", "Two ones for one value.", "c0000000", 1, "bad-value"),
        ("one-padding-first", "The first bit that fills the byte is set.", "a0000000", 1, "bad-padding"),
        ("one-padding-last", "The last.", "81000000", 1, "bad-padding"),
        ("two-padding-first", "The first of four bits that fill the byte.", "c8000005000006", 2, "bad-padding"),
        ("two-padding-last", "The last of them.", "c1000005000006", 2, "bad-padding"),
        ("two-padding-and-order", "Padding is judged before the order.", "c1000006000005", 2, "bad-padding"),
        ("two-bits-and-padding", "The bits are judged before the padding.", "8f000005000006", 2, "bad-value"),
        ("few", "Three ones for four values.", bend(_four(), 0, b"\xa2").hex(), 4, "bad-value"),
        ("many", "Five.", bend(_four(), 0, b"\xf2").hex(), 4, "bad-value"),
        (
            "last-place",
            "A one in the last place: its value would be too large.",
            bend(_four(), 0, b"\xb1").hex(),
            4,
            "bad-value",
        ),
        ("equal", "One value twice.", "c0000005000005", 2, "bad-value"),
        ("falling", "A smaller one after a larger one of the same step.", "c0000006000005", 2, "bad-value"),
        ("falling-late", "The same at the end of a set.", bend(_eight(), -3, b"\0\0\6").hex(), 8, "bad-value"),
        ("empty", "Nothing.", "", 1, "wrong-length"),
        ("short", "One byte missing.", _four()[:-1].hex(), 4, "wrong-length"),
        ("long", "One byte more.", _four().hex() + "00", 4, "wrong-length"),
        ("of-another-size", "A set of four read as one of eight.", _four().hex(), 8, "wrong-length"),
        ("count-0", "A set of none.", "", 0, "bad-value"),
        ("count-3", "A number that is no power of two.", "e0000001000002000003", 3, "bad-value"),
        ("count-large", "More than there may be.", "", 1 << 18, "bad-value"),
    ]
    return [
        refuse(f"set-wrong-{name}", claim, "set-parse", {"data": data, "count": count}, code)
        for name, claim, data, count, code in rows
    ]


def _four() -> bytes:
    return bytes.fromhex(_FOUR_SET)


def _eight() -> bytes:
    return make_set(list(range(8))).encode()


def _sought() -> list[Scenario]:
    many = drawn("many", 256)
    names = {at: (many[at] << 16).to_bytes(6, "big").hex() + "ff" * 10 for at in (0, 100, 255)}
    data = {"data": make_set(many).encode().hex(), "count": 256}
    rows: list[tuple[str, str, Values, Values]] = [
        (
            "first",
            "The first 32 bits of 16 bytes are the smallest value.",
            {"name": names[0]},
            {"value": many[0], "rank": 0},
        ),
        ("middle", "The 101st.", {"name": names[100]}, {"value": many[100], "rank": 100}),
        ("last", "The largest.", {"name": names[255]}, {"value": many[255], "rank": 255}),
        ("below", "One below all.", {"name": "00" * 16}, {"value": 0, "rank": None}),
        ("above", "One above all.", {"name": "ff" * 16}, {"value": 256 * STEP - 1, "rank": None}),
    ]
    four = {"data": _FOUR_SET, "count": 4}
    inner = {"name": (_FOUR[1] + 1 << 22).to_bytes(6, "big").hex()}
    found: list[Scenario] = [
        (f"set-find-{name}", claim, "set-find", {**data, **values}, shown) for name, claim, values, shown in rows
    ]
    return [
        *found,
        (
            "set-find-between",
            "One between two of the same step.",
            "set-find",
            {**four, **inner},
            {"value": STEP + 7, "rank": None},
        ),
        refuse("set-find-short", "Five bytes name no value.", "set-find", {**four, "name": "00" * 5}, "truncated"),
    ]


def lanes_of(name: str, q: int) -> list[list[bytes]]:
    """Eight lanes of tags, none of which begin alike; not in order."""
    return [[noise(f"{name} {lane} {at}", 16) for at in range(q // 8)] for lane in range(8)]


def marks_of(name: str, m: int) -> dict[int, bytes]:
    return {value: noise(f"{name} payload {value}", 3) for value in drawn(name, m)}


def _writing(lanes: list[list[bytes]], marks: dict[int, bytes]) -> Values:
    pairs = [[value, payload.hex()] for value, payload in sorted(marks.items(), reverse=True)]
    return {"lanes": [[tag.hex() for tag in lane] for lane in lanes], "marks": pairs}


def _indexes() -> list[Scenario]:
    found: list[Scenario] = []
    for q, m in ((8, 8), (16, 8), (64, 256)):
        lanes, marks = lanes_of(f"lanes {q}", q), marks_of(f"marks {m}", m)
        made = make_index(lanes, marks)
        data, name = made.encode().hex(), f"{q}-{m}"
        assert len(data) == 2 * index_size(q, m)
        read: Values = {
            "lanes": [list(lane.values) for lane in made.lanes],
            "marks": list(made.marks.values),
            "payloads": made.payloads.hex(),
        }
        sizes: Values = {"data": data, "q": q, "m": m}
        found += [
            (f"index-write-{name}", f"{q} rows, {m} marks.", "index-write", _writing(lanes, marks), {"index": data}),
            (f"index-read-{name}", f"{q} rows, {m} marks, read back.", "index-parse", sizes, read),
        ]
    return found


def _bad_indexes() -> list[Scenario]:
    good = make_index(lanes_of("lanes 16", 16), marks_of("marks 8", 8)).encode()
    rows: list[tuple[str, str, bytes, int, int, str]] = [
        ("short", "One byte missing.", good[:-1], 16, 8, "wrong-length"),
        ("long", "One byte more.", good + b"\0", 16, 8, "wrong-length"),
        ("empty", "Nothing.", b"", 8, 8, "wrong-length"),
        ("q-doubled", "Read as of more rows.", good, 32, 8, "wrong-length"),
        ("m-doubled", "Read as of more marks.", good, 16, 16, "wrong-length"),
        ("q-4", "Fewer rows than lanes.", good, 4, 8, "bad-value"),
        ("q-0", "No row.", good, 0, 8, "bad-value"),
        ("q-24", "A number of rows that is no power of two.", good, 24, 8, "bad-value"),
        ("q-large", "More rows than there may be.", good, 131_072, 8, "bad-value"),
        ("m-4", "Fewer marks than there must be.", good, 16, 4, "bad-value"),
        ("m-9", "A number of marks that is no power of two.", good, 16, 9, "bad-value"),
        ("m-large", "More marks than there may be.", good, 16, 262_144, "bad-value"),
        ("lane-bits", "A lane's bits without a one.", bend(good, 0, b"\0"), 16, 8, "bad-value"),
        (
            "lane-padding",
            "A bit set that fills the last lane's byte.",
            bend(good, 49, _filled(good, 49)),
            16,
            8,
            "bad-padding",
        ),
        ("mark-bits", "The marks' bits all set.", bend(good, 56, b"\xff\xff"), 16, 8, "bad-value"),
    ]
    return [
        refuse(f"index-wrong-{name}", claim, "index-parse", {"data": data.hex(), "q": q, "m": m}, code)
        for name, claim, data, q, m, code in rows
    ]


def _filled(data: bytes, at: int) -> bytes:
    return bytes([data[at] | 1])


def _unmade_indexes() -> list[Scenario]:
    lanes, marks = lanes_of("lanes 16", 16), marks_of("marks 8", 8)
    alike = [*lanes[:7], [lanes[7][0], bend(lanes[7][0], 4, b"\0" * 12)]]
    rows: list[tuple[str, str, list[list[bytes]], dict[int, bytes]]] = [
        ("alike", "Two tags of a lane whose first 25 bits are the same.", alike, marks),
        ("uneven", "A lane longer than the others.", [lanes[0] + lanes[1][:1], lanes[1][1:], *lanes[2:]], marks),
        ("lanes-4", "Four lanes.", [lanes[at] + lanes[at + 4] for at in range(4)], marks),
        ("rows-24", "24 rows.", [[*lane, lane[0]] for lane in lanes], marks),
        ("marks-7", "Seven marks.", lanes, dict(list(marks.items())[:7])),
        (
            "mark-large",
            "A mark as large as none of eight may be.",
            lanes,
            {**dict(list(marks.items())[:7]), 8 * STEP: bytes(3)},
        ),
        ("payload", "A payload of two bytes.", lanes, {value: bytes(2) for value in marks}),
    ]
    return [
        refuse(f"index-unwritten-{name}", claim, "index-write", _writing(made, of), "bad-value")
        for name, claim, made, of in rows
    ]


def _found() -> list[Scenario]:
    lanes, marks = lanes_of("lanes 64", 64), marks_of("marks 256", 256)
    index = {"data": make_index(lanes, marks).encode().hex(), "q": 64, "m": 256}
    ordered = [sorted(lane) for lane in lanes]
    tags = [ordered[lane][lane].hex() for lane in range(8)]
    value = sorted(marks)[77]
    name = (value << 16).to_bytes(6, "big").hex()
    near = ((value + 1) << 16).to_bytes(6, "big").hex()
    sought: list[tuple[str, str, Any, Values]] = [
        (
            "rows",
            "Each lane's tag is found at the lane's first row and its rank; a mark by its value, and none beside it.",
            {"tags": tags, "marks": [name, near]},
            {"rows": [lane * 8 + lane for lane in range(8)], "payloads": [marks[value].hex(), None]},
        ),
        (
            "other-lane",
            "A tag is looked for in its own lane alone; what begins as it does is found.",
            {"tags": [tags[1], tags[1][:8] + "00" * 12], "marks": []},
            {"rows": [None, 9], "payloads": []},
        ),
    ]
    return [
        (f"index-find-{name}", claim, "index-find", {**index, **values}, shown) for name, claim, values, shown in sought
    ]


def set_scenarios() -> list[Scenario]:
    """All of this file."""
    return [
        *_written(),
        *_unwritten(),
        *_refused(),
        *_sought(),
        *_indexes(),
        *_bad_indexes(),
        *_unmade_indexes(),
        *_found(),
    ]
