# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of the forms in which a unit tells its source more than a text."""

import json

from dropbox.protocol.constants import MAX_TEXT
from tests.vectors.scenario import Scenario, Values, refuse

_SHORTEST = b'{"kinds":["recorded"],"say":""}'
_SAID = 'We look into it: \u00e9\u4e2d\U0001f600 \u05d0\u05d1 " \\ \n\t\u0001'


def _written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _outcome(kinds: object, say: object = "") -> bytes:
    return _written({"kinds": kinds, "say": say})


_ALL = ["investigation", "safeguarding", "recorded"]
_LONGEST = "x" * (MAX_TEXT - len(_SHORTEST))


def _outcomes() -> list[Scenario]:
    good: dict[str, tuple[str, list[str], str]] = {
        "shortest": ("One, with nothing said.", ["recorded"], ""),
        "all": ("All that hold together, in their order.", _ALL, _SAID),
        "two": ("Two of them.", ["investigation", "recorded"], "x"),
        "alone": ("Not for us, alone.", ["not-for-us"], "Turn to the Police Ombudsman."),
        "longest": ("As long as eight parts hold.", ["recorded"], _LONGEST),
    }
    found: list[Scenario] = []
    for name, (claim, kinds, say) in good.items():
        values: Values = {"kinds": kinds, "say": say}
        form = _outcome(kinds, say).hex()
        found.append((f"outcome-write-{name}", claim, "outcome-write", values, {"form": form}))
        found.append((f"outcome-parse-{name}", claim, "outcome-parse", {"data": form}, values))
    unwritten: dict[str, tuple[list[str], str, str]] = {
        "none": ([], "", "bad-body"),
        "unknown": (["closed"], "", "bad-body"),
        "order": (["recorded", "investigation"], "", "bad-body"),
        "surrogate": (["recorded"], "\ud800", "bad-text"),
    }
    for name, (kinds, say, code) in unwritten.items():
        values = {"kinds": kinds, "say": say}
        found.append(refuse(f"outcome-write-wrong-{name}", f"Not written: {name}.", "outcome-write", values, code))
    return found


def _wrong_outcomes() -> dict[str, bytes]:
    return {
        "empty": b"",
        "not-json": b"{",
        "list": b"[]",
        "null": b"null",
        "spaces": _SHORTEST.replace(b":", b": "),
        "order-of-keys": b'{"say":"","kinds":["recorded"]}',
        "doubled-key": b'{"kinds":["recorded"],"say":"y","say":""}',
        "extra": b'{"kinds":["recorded"],"say":"","more":1}',
        "lacking": b'{"kinds":["recorded"]}',
        "not-utf8": _SHORTEST.replace(b'""', b'"\xff"'),
        "byte-order-mark": b"\xef\xbb\xbf" + _SHORTEST,
        "line-feed": _SHORTEST + b"\n",
        "escaped": _SHORTEST.replace(b'""', b'"\\u0078"'),
        "surrogate": _SHORTEST.replace(b'""', b'"\\ud800"'),
        "solidus": _SHORTEST.replace(b'""', b'"\\/"'),
        "deep": b"[" * 5_000,
        "long-number": b"1" * 5_000,
        "longer-than-eight-parts": _outcome(["recorded"], _LONGEST + "x"),
        "kinds-none": _outcome([]),
        "kinds-kind": _outcome("recorded"),
        "kinds-map": _outcome({"recorded": 1}),
        "kinds-number": _outcome([1]),
        "kinds-null": _outcome([None]),
        "kinds-unknown": _outcome(["closed"]),
        "kinds-order": _outcome(["recorded", "safeguarding"]),
        "kinds-doubled": _outcome(["recorded", "recorded"]),
        "kinds-beside-alone": _outcome(["recorded", "not-for-us"]),
        "say-null": _outcome(["recorded"], None),
        "say-number": _outcome(["recorded"], 1),
        "say-list": _outcome(["recorded"], ["x"]),
    }


def told_scenarios() -> list[Scenario]:
    """All of this file."""
    found = _outcomes()
    for name, data in _wrong_outcomes().items():
        claim = f"Refused: {name.replace('-', ' ')}."
        found.append(refuse(f"outcome-wrong-{name}", claim, "outcome-parse", {"data": data.hex()}, "bad-body"))
    return found
