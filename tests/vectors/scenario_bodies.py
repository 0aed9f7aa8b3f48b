# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of a report's form: the present one, and the first one, which is only read."""

import json

from dropbox.protocol.constants import BLOB_PLAIN, CONTACT, MAX_FILE_NAME, MAX_MEDIA_TYPE
from tests.vectors.scenario import Scenario, refuse

_EMPTY = b'{"v":2,"categories":[],"force":"","answers":{},"text":"x","files":[],"contact":"","not_to":[]}'
_FIRST = b'{"v":1,"categories":[],"force":"","answers":{},"text":"x"}'
_SHORTEST = {"text": "x", "categories": [], "force": "", "answers": {}, "files": [], "contact": "", "not_to": []}
_SEALED = "AAEC" * (CONTACT // 3)
_FULL = {
    "text": 'What happened: \u00e9\u4e2d\U0001f600 \u05d0\u05d1 " \\ \n\t\u0001',
    "categories": ["personal-advantage", "discrimination"],
    "force": "cumbria",
    "answers": {
        "when": "last week",
        "at-risk": ["adult", "child"],
        "evidence": None,
        "q-12-which-car": "the red one",
        "7": ["9"],
        "q-4294967295-a": None,
    },
}


def _blob(number: int) -> str:
    return f"{number:064x}"


def _file(**changed: object) -> dict[str, object]:
    """The shortest file."""
    file = {"name": "file 1.jpg", "type": "image/jpeg", "size": 1, "key": "07" * 32, "blobs": [_blob(1)]}
    return {**file, **changed}


def _with(field: str, value: object) -> bytes:
    """The shortest form with another value, written as Python writes it."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    old = {
        "categories": "[]",
        "answers": "{}",
        "force": '""',
        "text": '"x"',
        "files": "[]",
        "contact": '""',
        "not_to": "[]",
    }
    return _EMPTY.replace(f'"{field}":{old[field]}'.encode(), f'"{field}":{written}'.encode())


def _good() -> list[Scenario]:
    largest = [_blob(number) for number in range(64)]
    files = [
        _file(
            name="\u00e9" * 127 + "x", type=f"a/{'b' * (MAX_MEDIA_TYPE - 2)}", size=BLOB_PLAIN * 63, blobs=largest[:63]
        ),
        _file(type="application/vnd.x+json", size=1, blobs=largest[63:]),
    ]
    assert len(str(files[0]["name"]).encode()) == MAX_FILE_NAME
    slugs = sorted(f"unit-{number}" for number in range(16))
    whole = {**_FULL, "files": files, "contact": _SEALED, "not_to": slugs}
    found: list[Scenario] = [
        ("body-encode", "The canonical form of answers of each kind.", "body-encode", {"report": _FULL}, {}),
        ("body-encode-whole", "The same with all that there is.", "body-encode", {"report": whole}, {}),
        (
            "body-encode-withdrawn",
            "Contact details are withdrawn.",
            "body-encode",
            {"report": {**_SHORTEST, "contact": "withdrawn"}},
            {"body": _with("contact", "withdrawn").hex()},
        ),
        ("body-parse", "The shortest form.", "body-parse", {"data": _EMPTY.hex()}, {"report": _SHORTEST}),
    ]
    parsed: dict[str, tuple[str, object]] = {
        "answers": ("Answers of each kind.", {"answers": _FULL["answers"]}),
        "identify-word": ("A text that says so is a text.", {"answers": {"when": "null"}}),
        "chosen-most": ("Sixteen options.", {"answers": {"a": [f"o{number:02d}" for number in range(16)]}}),
        "files": ("Two files of 64 blobs.", {"files": files}),
        "contact": ("Sealed contact details.", {"contact": _SEALED}),
        "withdrawn": ("Contact details are withdrawn.", {"contact": "withdrawn"}),
        "not-to": ("Sixteen units that must not get it.", {"not_to": slugs}),
    }
    for name, (claim, changed) in parsed.items():
        assert isinstance(changed, dict)
        ((field, value),) = changed.items()
        value = dict(sorted(value.items())) if isinstance(value, dict) else value
        data = {"data": _with(field, value).hex()}
        found.append((f"body-parse-{name}", claim, "body-parse", data, {"report": {**_SHORTEST, field: value}}))
    return found


def _wrong() -> dict[str, bytes]:
    return {
        "spaces": _EMPTY.replace(b":2", b": 2"),
        "order": b'{"categories":[],"v":2' + _EMPTY[len(b'{"v":2,"categories":[]') :],
        "doubled": _EMPTY.replace(b'"text":"x"', b'"text":"y","text":"x"'),
        "extra": _EMPTY.replace(b'"not_to":[]}', b'"not_to":[],"more":1}'),
        "lacking": _EMPTY.replace(b',"not_to":[]', b""),
        "not-json": b"{",
        "not-utf8": _EMPTY.replace(b'"x"', b'"\xff"'),
        "list": b"[]",
        "version": _EMPTY.replace(b":2", b":3"),
        "version-before": _EMPTY.replace(b":2", b":1"),
        "version-text": _EMPTY.replace(b":2", b':"2"'),
        "true": _EMPTY.replace(b":2", b":true"),
        "category": _with("categories", ["theft"]),
        "category-number": _with("categories", [1]),
        "category-order": _with("categories", ["discrimination", "personal-advantage"]),
        "categories-kind": _with("categories", {}),
        "force-form": _with("force", "A"),
        "force-number": _with("force", 1),
        "surrogate": _EMPTY.replace(b'"x"', b'"\\ud800"'),
        "number-text": _with("text", 1),
        "utf-16": _EMPTY.decode().encode("utf-16"),
        "byte-order-mark": b"\xef\xbb\xbf" + _EMPTY,
        "not-a-number": _EMPTY.replace(b":2", b":NaN"),
        "escaped": _EMPTY.replace(b'"x"', b'"\\u0078"'),
        "deep": b"[" * 5_000,
        **_wrong_answers(),
        **_wrong_files(),
        "contact-kind": _with("contact", None),
        "contact-short": _with("contact", _SEALED[4:]),
        "contact-long": _with("contact", _SEALED + "AAEC"),
        "contact-letters": _with("contact", _SEALED[:-1] + "*"),
        "contact-url-letters": _with("contact", _SEALED[:-1] + "_"),
        "contact-not-ascii": _with("contact", _SEALED[:-1] + "\u00e9"),
        "contact-word": _with("contact", "AAEC"),
        "withdrawn-in-base64": _with("contact", "d2l0aGRyYXdu"),
        "not-to-kind": _with("not_to", "unit"),
        "not-to-number": _with("not_to", [1]),
        "not-to-form": _with("not_to", ["A"]),
        "not-to-order": _with("not_to", ["b", "a"]),
        "not-to-doubled": _with("not_to", ["a", "a"]),
        "not-to-many": _with("not_to", [f"u{number:02d}" for number in range(17)]),
    }


def _wrong_answers() -> dict[str, bytes]:
    changed: dict[str, object] = {
        "answers-kind": [],
        "answers-many": {f"a{number:02d}": "x" for number in range(33)},
        "answer-number": {"a": 1},
        "answer-true": {"a": True},
        "answer-map": {"a": {}},
        "answer-empty": {"a": ""},
        "answer-id": {"A b": "1"},
        "answer-id-long": {"a" * 49: "1"},
        "answer-order": {"b": "1", "a": "1"},
        "chosen-none": {"a": []},
        "chosen-number": {"a": [1]},
        "chosen-form": {"a": ["B"]},
        "chosen-order": {"a": ["c", "b"]},
        "chosen-doubled": {"a": ["b", "b"]},
        "chosen-many": {"a": [f"o{number:02d}" for number in range(17)]},
        "asked-no-number": {"q-a": "1"},
        "asked-zero": {"q-0-a": "1"},
        "asked-leading-zero": {"q-01-a": "1"},
        "asked-large": {"q-4294967296-a": "1"},
        "asked-nothing": {"q-1": "1"},
    }
    found = {name: _with("answers", value) for name, value in changed.items()}
    return {**found, "answer-half-a-character": _with("answers", {"a": "x"}).replace(b':"x"},', b':"\\ud800"},')}


def _wrong_files() -> dict[str, bytes]:
    blobs = [_blob(number) for number in range(65)]
    changed: dict[str, object] = {
        "kind": {},
        "of-texts": ["a"],
        "lacking": [{"name": "a"}],
        "order": [dict(reversed(_file().items()))],
        "name-empty": [_file(name="")],
        "name-number": [_file(name=1)],
        "name-long": [_file(name="\u00e9" * 128)],
        "type-form": [_file(type="image")],
        "type-capital": [_file(type="Image/jpeg")],
        "type-parameter": [_file(type="text/plain; charset=utf-8")],
        "type-long": [_file(type=f"a/{'b' * (MAX_MEDIA_TYPE - 1)}")],
        "type-number": [_file(type=1)],
        "size-zero": [_file(size=0, blobs=[])],
        "size-negative": [_file(size=-1)],
        "size-text": [_file(size="1")],
        "size-true": [_file(size=True)],
        "size-half": [_file(size=1.5)],
        "size-more": [_file(size=BLOB_PLAIN + 1)],
        "size-less": [_file(size=BLOB_PLAIN, blobs=blobs[:2])],
        "key-short": [_file(key="07" * 31)],
        "key-capitals": [_file(key="AB" * 32)],
        "key-form": [_file(key="x" * 64)],
        "key-number": [_file(key=1)],
        "blobs-kind": [_file(blobs="a")],
        "blob-short": [_file(blobs=["07" * 31])],
        "blob-blanks": [_file(blobs=["07 " * 31 + "07"])],
        "blob-form": [_file(blobs=["x" * 64])],
        "blob-number": [_file(blobs=[1])],
        "blobs-many": [_file(size=BLOB_PLAIN * 64 + 1, blobs=blobs)],
        "blobs-doubled": [_file(), _file(name="file 2.jpg")],
    }
    found = {f"file-{name}": _with("files", value) for name, value in changed.items()}
    half = _with("files", [_file(name="x")]).replace(b'"name":"x"', b'"name":"\\ud800"')
    point = _with("files", [_file()]).replace(b'"size":1,', b'"size":1.0,')
    return {**found, "file-name-half-a-character": half, "file-size-point": point}


def _before() -> list[Scenario]:
    """The first form, as releases of before wrote it."""
    full = {**_FULL, "answers": {"at-risk": "yes", "q-a": "", "when": "last week"}}
    fields = {"v": 1, **{key: full[key] for key in ("categories", "force", "answers", "text")}}
    written = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    read = {**_SHORTEST, **full}
    found: list[Scenario] = [
        ("body-first-shortest", "The shortest.", "body-parse", {"data": _FIRST.hex()}, {"report": _SHORTEST}),
        ("body-first", "A full one.", "body-parse", {"data": written.encode().hex()}, {"report": read}),
    ]
    wrong = {
        "chosen": _FIRST.replace(b"{},", b'{"a":["b"]},'),
        "identify": _FIRST.replace(b"{},", b'{"a":null},'),
        "extra": _FIRST.replace(b'"x"}', b'"x","more":1}'),
        "later-fields": _EMPTY.replace(b":2", b":1"),
        "version": _FIRST.replace(b":1", b":2"),
        "true": _FIRST.replace(b":1", b":true"),
        "spaces": _FIRST.replace(b":1", b": 1"),
        "category": _FIRST.replace(b"[]", b'["theft"]'),
        "answers-many": _FIRST.replace(b"{},", b"{" + b",".join(b'"a%02d":""' % n for n in range(33)) + b"},"),
        "answer-id": _FIRST.replace(b"{},", b'{"A b":"1"},'),
        "force-form": _FIRST.replace(b'"force":""', b'"force":"A"'),
        "surrogate": _FIRST.replace(b'"x"', b'"\\ud800"'),
    }
    for name, data in wrong.items():
        claim = f"Refused of the first form: {name.replace('-', ' ')}."
        found.append(refuse(f"body-first-wrong-{name}", claim, "body-parse", {"data": data.hex()}, "bad-body"))
    return found


def _refused() -> list[Scenario]:
    """What is not written at all."""
    wrong: dict[str, tuple[dict[str, object], str]] = {
        "surrogate": ({"text": "\ud800"}, "bad-text"),
        "surrogate-answer": ({"answers": {"a": "\ud800"}}, "bad-text"),
        "surrogate-name": ({"files": [_file(name="\ud800")]}, "bad-text"),
        "empty-answer": ({"answers": {"a": ""}}, "bad-body"),
        "contact": ({"contact": "AAEC"}, "bad-body"),
        "file": ({"files": [_file(size=0)]}, "bad-body"),
        "not-to": ({"not_to": ["b", "a"]}, "bad-body"),
    }
    return [
        refuse(
            f"body-encode-{name}", f"Not written: {name}.", "body-encode", {"report": {**_SHORTEST, **changed}}, code
        )
        for name, (changed, code) in wrong.items()
    ]


def body_scenarios() -> list[Scenario]:
    """All of section 5.6."""
    found: list[Scenario] = [
        *_good(),
        *_before(),
        *_refused(),
        ("body-split", "One byte over two parts.", "body-split", {"length": 30_125}, {"parts": [15_062, 15_062, 1]}),
        ("body-split-empty", "An empty body is one part.", "body-split", {"length": 0}, {"parts": [0]}),
        ("body-split-most", "Sixteen full parts.", "body-split", {"length": 240_992}, {"parts": [15_062] * 16}),
        refuse("body-split-too-long", "One byte more.", "body-split", {"length": 240_993}, "too-long"),
    ]
    for name, data in _wrong().items():
        claim = f"Refused: {name.replace('-', ' ')}."
        found.append(refuse(f"body-wrong-{name}", claim, "body-parse", {"data": data.hex()}, "bad-body"))
    return found
