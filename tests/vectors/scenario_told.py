# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of the forms in which a unit tells its source more than a text."""

import json

from dropbox.protocol.constants import MAX_ASK, MAX_LABEL, MAX_OPTIONS, MAX_QUESTION_ID, MAX_QUESTIONS, MAX_TEXT
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


def _closings() -> list[Scenario]:
    """What becomes of what a source that closes has sent: the same form, with kinds of another list."""
    good = {
        "closing": "",
        "deletes": _SAID,
        "keeps": "x" * (MAX_TEXT - len(_SHORTEST) + len("recorded") - len("keeps")),
    }
    found: list[Scenario] = []
    for kind, say in good.items():
        values: Values = {"kinds": [kind], "say": say}
        form = _outcome([kind], say).hex()
        found.append((f"closed-write-{kind}", f"Written: {kind}.", "closed-write", values, {"form": form}))
        found.append((f"closed-parse-{kind}", f"Read: {kind}.", "closed-parse", {"data": form}, values))
    for name, kinds in {"none": [], "two": ["deletes", "keeps"], "outcome": ["recorded"]}.items():
        values, data = {"kinds": kinds, "say": ""}, {"data": _outcome(kinds).hex()}
        claim = f"Neither written nor read: {name}."
        found.append(refuse(f"closed-write-wrong-{name}", claim, "closed-write", values, "bad-body"))
        found.append(refuse(f"closed-wrong-{name}", claim, "closed-parse", data, "bad-body"))
    beside = {"data": _outcome(["closing"]).hex()}
    found.append(refuse("outcome-wrong-closing", "No outcome is called so.", "outcome-parse", beside, "bad-body"))
    return found


def _offers() -> list[Scenario]:
    reference = "00ff" * 8
    shortest, longest = {"unit": "a", "reference": reference}, {"unit": "a1-" * 15 + "b2b", "reference": reference}
    found: list[Scenario] = []
    for name, values in {"shortest": shortest, "longest": longest}.items():
        form = _written(values).hex()
        found.append((f"offer-write-{name}", f"Written: the {name}.", "offer-write", values, {"form": form}))
        found.append((f"offer-parse-{name}", f"Read: the {name}.", "offer-parse", {"data": form}, values))
    wrong = {
        "unit-empty": {**shortest, "unit": ""},
        "unit-form": {**shortest, "unit": "A"},
        "unit-hyphens": {**shortest, "unit": "a--b"},
        "unit-end": {**shortest, "unit": "a\n"},
        "unit-long": {**shortest, "unit": "a" * 49},
        "reference-short": {**shortest, "reference": reference[2:]},
        "reference-long": {**shortest, "reference": reference + "00"},
        "reference-capitals": {**shortest, "reference": reference.upper()},
    }
    for name, values in wrong.items():
        claim = f"Neither written nor read: {name.replace('-', ' ')}."
        found.append(refuse(f"offer-write-wrong-{name}", claim, "offer-write", values, "bad-body"))
        found.append(refuse(f"offer-wrong-{name}", claim, "offer-parse", {"data": _written(values).hex()}, "bad-body"))
    form = _written(shortest)
    unread = {
        "unit-number": form.replace(b'"a"', b"1"),
        "order": _written(dict(reversed(shortest.items()))),
        "extra": _written({**shortest, "more": 1}),
        "lacking": _written({"unit": "a"}),
        "list": b"[]",
        "spaces": form.replace(b":", b": "),
        "doubled-key": form.replace(b'"unit":"a"', b'"unit":"b","unit":"a"'),
    }
    for name, data in unread.items():
        claim = f"Not read: {name.replace('-', ' ')}."
        found.append(refuse(f"offer-wrong-{name}", claim, "offer-parse", {"data": data.hex()}, "bad-body"))
    return found


def _question(**changed: object) -> Values:
    """The shortest."""
    return {"id": "a", "ask": "?", "kind": "text", "options": [], **changed}


def _options(count: int, **changed: object) -> list[Values]:
    return [{"id": f"o{number}", "label": "x", **changed} for number in range(count)]


def _questions() -> list[Scenario]:
    widest = {"id": "o" * MAX_QUESTION_ID, "label": "\u00e9" * (MAX_LABEL // 2)}
    good: dict[str, tuple[str, list[Values]]] = {
        "shortest": ("One, in own words.", [_question()]),
        "kinds": (
            "One of each kind.",
            [
                _question(id="which-month", ask=_SAID),
                _question(id="going-on", kind="yes-no"),
                _question(id="where-2", kind="choice", options=_options(2)),
            ],
        ),
        "most": ("Twelve.", [_question(id=f"q{number:02d}") for number in range(MAX_QUESTIONS)]),
        "widest": (
            "As long as ids, words and options may be.",
            [
                _question(
                    id="i" * MAX_QUESTION_ID,
                    ask="\u00e9" * (MAX_ASK // 2),
                    kind="choice",
                    options=[*_options(MAX_OPTIONS - 1), widest],
                )
            ],
        ),
    }
    found: list[Scenario] = []
    for name, (claim, asked) in good.items():
        form = _written(asked).hex()
        found.append((f"questions-write-{name}", claim, "questions-write", {"asked": asked}, {"form": form}))
        found.append((f"questions-parse-{name}", claim, "questions-parse", {"data": form}, {"questions": asked}))
    unwritten: dict[str, tuple[list[Values], str]] = {
        "none": ([], "bad-body"),
        "surrogate": ([_question(ask="\ud800")], "bad-text"),
        "surrogate-label": ([_question(kind="choice", options=_options(2, label="\ud800"))], "bad-text"),
    }
    for name, (asked, code) in unwritten.items():
        claim = f"Not written: {name}."
        found.append(refuse(f"questions-write-wrong-{name}", claim, "questions-write", {"asked": asked}, code))
    return found


def _wrong_questions() -> dict[str, bytes]:
    one, two = _written([_question()]), _options(2)
    changed: dict[str, list[Values]] = {
        "none": [],
        "thirteen": [_question(id=f"q{number:02d}") for number in range(MAX_QUESTIONS + 1)],
        "doubled-id": [_question(), _question()],
        "id-empty": [_question(id="")],
        "id-form": [_question(id="A")],
        "id-hyphens": [_question(id="a--b")],
        "id-long": [_question(id="a" * (MAX_QUESTION_ID + 1))],
        "id-number": [_question(id=1)],
        "ask-empty": [_question(ask="")],
        "ask-long": [_question(ask="\u00e9" * (MAX_ASK // 2) + "x")],
        "ask-null": [_question(ask=None)],
        "kind-unknown": [_question(kind="date")],
        "kind-list": [_question(kind=["text"])],
        "options-null": [_question(options=None)],
        "options-of-text": [_question(options=two)],
        "options-of-yes-no": [_question(kind="yes-no", options=two)],
        "option-alone": [_question(kind="choice", options=two[:1])],
        "options-none": [_question(kind="choice")],
        "options-nine": [_question(kind="choice", options=_options(MAX_OPTIONS + 1))],
        "option-doubled": [_question(kind="choice", options=[*two, two[0]])],
        "option-text": [_question(kind="choice", options=["a", "b"])],
        "option-order": [_question(kind="choice", options=[{"label": "x", "id": "a"}, two[0]])],
        "option-extra": [_question(kind="choice", options=[{"id": "a", "label": "x", "more": 1}, two[0]])],
        "option-id": [_question(kind="choice", options=[{"id": "A", "label": "x"}, two[0]])],
        "label-empty": [_question(kind="choice", options=_options(2, label=""))],
        "label-long": [_question(kind="choice", options=_options(2, label="x" * (MAX_LABEL + 1)))],
        "label-number": [_question(kind="choice", options=_options(2, label=1))],
        "lacking": [{"id": "a", "ask": "?", "kind": "text"}],
        "extra": [_question(more=1)],
        "order": [dict(reversed(_question().items()))],
        "longer-than-eight-parts": [
            _question(id=f"q{number:02d}", ask="x" * MAX_ASK, kind="choice", options=_options(2, label="x" * 30))
            for number in range(12)
        ],
    }
    return {
        **{name: _written(value) for name, value in changed.items()},
        "map": _written({"a": 1}),
        "of-texts": b'["a"]',
        "of-lists": b"[[]]",
        "spaces": one.replace(b",", b", "),
        "doubled-key": one.replace(b'"ask":"?"', b'"ask":"!","ask":"?"'),
        "escaped": one.replace(b'"?"', b'"\\u003f"'),
        "surrogate": one.replace(b'"?"', b'"\\ud800"'),
        "not-utf8": one.replace(b'"?"', b'"\xff"'),
        "proto": one.replace(b'"id":"a"', b'"__proto__":"a"'),
        "deep": b"[" * 5_000,
    }


def told_scenarios() -> list[Scenario]:
    """All of this file."""
    found = [*_outcomes(), *_closings(), *_offers(), *_questions()]
    for kind, wrong in (("outcome", _wrong_outcomes()), ("questions", _wrong_questions())):
        for name, data in wrong.items():
            claim = f"Refused: {name.replace('-', ' ')}."
            found.append(refuse(f"{kind}-wrong-{name}", claim, f"{kind}-parse", {"data": data.hex()}, "bad-body"))
    return found
