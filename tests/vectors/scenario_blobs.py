# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of files in blobs: every layout, every refusal of who opens them, how many go and in which order."""

from typing import Any

from dropbox.protocol.blobs import BLOBS_HEADER, BlobsHead, Pass, blob_id, blobs_size, sign_blobs_request
from dropbox.protocol.constants import ANSWER, BLOB, BLOB_PLAIN, MAX_PERIOD_BLOBS
from dropbox.protocol.primitives import ed25519_public
from dropbox.protocol.wire import encode_answer
from tests.vectors.operations_blobs import made_blob
from tests.vectors.scenario import Scenario, Values, bend, refuse
from tests.vectors.small_service import noise

_KEY, _SERVICE, _UNIT = noise("file key", 32).hex(), noise("blob service", 16).hex(), noise("blob unit", 16).hex()
_WHOLE: Values = {"key": _KEY, "service_id": _SERVICE, "number": 0, "last": True, "byte": "5a", "length": 1_000}


def _sealed() -> list[Scenario]:
    rows: dict[str, tuple[str, Values]] = {
        "one": ("A small file in its one blob.", {}),
        "byte": ("One byte.", {"length": 1}),
        "full-last": ("The last blob may be full.", {"length": BLOB_PLAIN}),
        "first": ("The first of several is full.", {"last": False, "length": BLOB_PLAIN}),
        "second": ("The second, which is the last.", {"number": 1}),
        "number": ("A number has eight bytes.", {"number": 2**32 + 1}),
    }
    found: list[Scenario] = [
        (f"blob-{name}", claim, "blob-seal", {**_WHOLE, **changed}, {}) for name, (claim, changed) in rows.items()
    ]
    wrong: dict[str, tuple[str, Values, str]] = {
        "empty": ("Nothing is no piece.", {"length": 0}, "bad-value"),
        "long": ("A byte too many.", {"length": BLOB_PLAIN + 1}, "bad-value"),
        "short": ("Only the last may be short.", {"last": False}, "bad-value"),
        "key": ("A key of 31 bytes.", {"key": _KEY[2:]}, "wrong-length"),
    }
    return found + [
        refuse(f"blob-unsealed-{name}", claim, "blob-seal", {**_WHOLE, **changed}, code)
        for name, (claim, changed, code) in wrong.items()
    ]


def _opened() -> list[Scenario]:
    made: Values = {**_WHOLE, "fill": "00", "flip": None, "more": 0}
    given: Values = {"key": _KEY, "service_id": _SERVICE, "number": 0, "last": True, "length": 1_000}
    rows: list[tuple[str, str, Values, Values, str]] = [
        ("short", "A byte too few.", {"more": -1}, {}, "wrong-length"),
        ("long", "A byte too many.", {"more": 1}, {}, "wrong-length"),
        ("number", "Another number: blobs of a file that changed places.", {"number": 1}, {}, "not-for-this-key"),
        ("last", "Not the last of its file: one that was cut.", {"last": False}, {}, "not-for-this-key"),
        (
            "more",
            "The last, in place of one in the middle.",
            {},
            {"last": False, "length": BLOB_PLAIN},
            "not-for-this-key",
        ),
        ("service", "Of another service.", {"service_id": "00" * 16}, {}, "not-for-this-key"),
        ("key", "Under another key.", {"key": "00" * 32}, {}, "not-for-this-key"),
        ("flip", "Altered at its beginning.", {"flip": 0}, {}, "not-for-this-key"),
        ("tag", "Altered at its end.", {"flip": BLOB - 1}, {}, "not-for-this-key"),
        ("padding", "Filled with something else than zeros.", {"fill": "01"}, {}, "bad-padding"),
        ("size", "A file that is said to be shorter than it is.", {}, {"length": 999}, "bad-padding"),
        ("nothing", "No byte.", {}, {"length": 0}, "bad-value"),
        ("middle", "A piece in the middle is full.", {"last": False}, {"last": False}, "bad-value"),
    ]
    found: list[Scenario] = [
        ("blob-open", "A small file.", "blob-open", {"made": made, **given}, {}),
        (
            "blob-open-full",
            "One in the middle.",
            "blob-open",
            {"made": {**made, "last": False, "length": BLOB_PLAIN}, **given, "last": False, "length": BLOB_PLAIN},
            {},
        ),
    ]
    return found + [
        refuse(f"blob-wrong-{name}", claim, "blob-open", {"made": {**made, **bent}, **given, **asked}, code)
        for name, claim, bent, asked, code in rows
    ]


def _pieces() -> list[Scenario]:
    """A file of two blobs, as a message names them."""
    first: Values = {**_WHOLE, "last": False, "length": BLOB_PLAIN, "fill": "00", "flip": None, "more": 0}
    second = {**first, "number": 1, "last": True, "length": 7}
    named = {"size": BLOB_PLAIN + 7, "key": _KEY, "blobs": [blob_id(made_blob(one)).hex() for one in (first, second)]}
    found: list[Scenario] = [
        (f"piece-{at}", "A piece of a file of two.", "piece-open", {"made": one, "file": named, "number": at}, {})
        for at, one in enumerate((first, second))
    ]
    rows: list[tuple[str, str, Any, str]] = [
        ("swapped", "Not the blob that the message names.", {"made": second, "file": named, "number": 0}, "bad-value"),
        (
            "altered",
            "An altered one is not it either.",
            {"made": {**first, "flip": 9}, "file": named, "number": 0},
            "bad-value",
        ),
        ("beyond", "There is no third.", {"made": first, "file": named, "number": 2}, "bad-value"),
        ("short", "A byte too few.", {"made": {**first, "more": -1}, "file": named, "number": 0}, "wrong-length"),
    ]
    return found + [
        refuse(f"piece-wrong-{name}", claim, "piece-open", values, code) for name, claim, values, code in rows
    ]


def _going() -> list[Scenario]:
    found: list[Scenario] = [
        (f"blobs-posted-{real}", "Up to a power of two.", "blobs-posted", {"real": real}, {"count": count})
        for real, count in ((1, 1), (2, 2), (3, 4), (5, 8), (33, 64), (64, 64))
    ]
    draws = [noise(f"draw {at}", 8).hex() for at in range(7)]
    found += [
        ("blobs-order", "Eight in random order: seven draws.", "blobs-order", {"count": 8, "random": draws}, {}),
        ("blobs-order-one", "One has no order.", "blobs-order", {"count": 1, "random": []}, {"order": [0], "left": 0}),
        (
            "blobs-order-largest",
            "Every bit of the draw counts.",
            "blobs-order",
            {"count": 3, "random": ["ffffffffffffffff", "fffffffffffffffe"]},
            {"order": [1, 2, 0], "left": 0},
        ),
        ("pass-request", "A pass for eight is asked for.", "pass-request", {"count": 8}, {"bytes": "010f08"}),
    ]
    return [
        *found,
        refuse("blobs-posted-none", "Without files no blob goes.", "blobs-posted", {"real": 0}, "bad-value"),
        refuse("blobs-posted-many", "More than a visit takes.", "blobs-posted", {"real": 65}, "too-long"),
    ]


def _passes() -> list[Scenario]:
    found: list[Scenario] = [
        ("pass-request-read", "And read.", "pass-request-parse", {"data": "010f40"}, {"count": 64})
    ]
    for name, data, code in (
        ("none", "010f00", "bad-value"),
        ("many", "010f41", "bad-value"),
        ("version", "020f08", "wrong-version"),
        ("type", "010e08", "wrong-type"),
        ("short", "010f", "wrong-length"),
        ("long", "010f0800", "wrong-length"),
    ):
        found.append(
            refuse(f"pass-request-wrong-{name}", f"Refused: {name}.", "pass-request-parse", {"data": data}, code)
        )
    name = noise("pass", 16)
    answer = Pass(name, 8).answer().decode()
    found.append(("pass", "A pass of 256 bytes.", "pass-parse", {"answer": answer}, {"pass": name.hex(), "blobs": 8}))

    def other(**values: Any) -> str:
        return encode_answer("pass", **values).decode()

    for which, text, code in (
        ("short", answer[:-1], "wrong-length"),
        ("kind", encode_answer("stored", id=name.hex(), period=1).decode(), "bad-value"),
        ("name-short", other(**{"pass": name.hex()[2:], "blobs": 8}), "wrong-length"),
        ("name-form", other(**{"pass": "zz", "blobs": 8}), "bad-value"),
        ("name-number", other(**{"pass": 1, "blobs": 8}), "bad-value"),
        ("capitals", other(**{"pass": name.hex().upper(), "blobs": 8}), "bad-value"),
        ("none", other(**{"pass": name.hex(), "blobs": 0}), "bad-value"),
        ("many", other(**{"pass": name.hex(), "blobs": 65}), "bad-value"),
        ("text", other(**{"pass": name.hex(), "blobs": "8"}), "bad-value"),
        ("order", other(blobs=8, **{"pass": name.hex()}), "bad-value"),
        ("blank", answer.replace(",", ", ", 1)[:ANSWER], "bad-value"),
    ):
        found.append(refuse(f"pass-wrong-{which}", f"Refused: {which}.", "pass-parse", {"answer": text}, code))
    return found


def _fetched() -> list[Scenario]:
    head = BlobsHead(bytes.fromhex(_SERVICE), 20_000, 3).encode()
    size = blobs_size(3)
    none = BlobsHead(bytes.fromhex(_SERVICE), 20_000, 0).encode()
    found: list[Scenario] = [
        ("blobs-head", "Of a period that brought three.", "blobs-head-parse", {"data": head.hex(), "size": size}, {}),
        ("blobs-head-none", "And of one without.", "blobs-head-parse", {"data": none.hex(), "size": BLOBS_HEADER}, {}),
    ]
    for name, data, at, code in (
        ("cut", head, size - 1, "truncated"),
        ("more", head, size + 1, "trailing-bytes"),
        ("short", head[:-1], size, "truncated"),
        ("long", head + b"\0", size, "trailing-bytes"),
        ("version", bend(head, 0, b"\2"), size, "wrong-version"),
        ("type", bend(head, 1, b"\7"), size, "wrong-type"),
        ("many", bend(head, -4, (MAX_PERIOD_BLOBS + 1).to_bytes(4, "big")), size, "bad-value"),
    ):
        values = {"data": data.hex(), "size": at}
        found.append(refuse(f"blobs-head-wrong-{name}", f"Refused: {name}.", "blobs-head-parse", values, code))
    return found + _signed()


def _signed() -> list[Scenario]:
    seed, place = noise("blob seed", 32), {"service_id": _SERVICE, "unit_id": _UNIT, "period": 20_000, "chunk": 1}
    ids = (bytes.fromhex(_SERVICE), bytes.fromhex(_UNIT))
    signature = sign_blobs_request(seed, *ids, 20_000, 1).hex()
    held: Values = {"public": ed25519_public(seed).hex(), "signature": signature, **place}
    found: list[Scenario] = [
        (
            "blobs-request",
            "A chunk is asked for.",
            "blobs-request",
            {"seed": seed.hex(), **place},
            {"signature": signature},
        ),
        ("blobs-request-verify", "By whoever has the key.", "blobs-request-verify", held, {}),
    ]
    for name, changed in (("chunk", {"chunk": 0}), ("period", {"period": 1}), ("unit", {"unit_id": "00" * 16})):
        claim = f"For another {name}."
        found.append(
            refuse(f"blobs-request-wrong-{name}", claim, "blobs-request-verify", held | changed, "bad-signature")
        )
    return found


def blob_scenarios() -> list[Scenario]:
    """All of them."""
    return [*_sealed(), *_opened(), *_pieces(), *_going(), *_passes(), *_fetched()]
