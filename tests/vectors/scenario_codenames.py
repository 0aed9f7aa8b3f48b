# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of codenames: made, written down in every way, read, and the keys that come of them."""

from collections.abc import Iterator, Sequence

from dropbox.protocol.codename import encode_codename
from dropbox.words import codename_words
from tests.vectors.scenario import Scenario, refuse

_GAPS = ("\x1c", "\x1f\x85", "\u1680", "\u2028\u2029", "\u2011\u2015", "\u2212", "\xad", "\u3000")
ENTROPY = bytes.fromhex("0123456789abcdef01234567")
SERVICE = bytes(range(16))
_YOYO = bytes.fromhex("053e5b3157eda37e5a847504")
_YO_YO = bytes.fromhex("053e5b3157ed9b601170cb04")
"""Their codenames differ in one hyphen only, and the check bits of both hold."""


def _codenames() -> list[Scenario]:
    words = encode_codename(ENTROPY, codename_words())
    typed = " ".join(words)
    swapped = " ".join((words[1], words[0], *words[2:]))
    decoded = {"entropy": ENTROPY.hex()}
    hyphened = _with_hyphen()
    return [
        ("codename-encode", "92 bits become eight words.", "codename-encode", {"entropy": ENTROPY.hex()}, {}),
        ("codename-encode-zero", "Zero is a codename too.", "codename-encode", {"entropy": "00" * 12}, {}),
        ("codename-encode-top", "The largest value.", "codename-encode", {"entropy": "0f" + "ff" * 11}, {}),
        refuse(
            "codename-encode-too-many-bits", "93 bits.", "codename-encode", {"entropy": "10" + "00" * 11}, "bad-value"
        ),
        ("codename-decode", "The words give the bits back.", "codename-decode", {"typed": typed}, decoded),
        (
            "codename-decode-forgiving",
            "Upper case, full-width letters, extra spaces, hyphens and line ends are forgiven.",
            "codename-decode",
            {"typed": f"  {typed.upper().replace(' ', ' - ', 2)}\r\n"},
            decoded,
        ),
        (
            "codename-decode-fullwidth",
            "NFKC folds full-width letters.",
            "codename-decode",
            {"typed": typed.translate({ord("a"): 0xFF41, ord("e"): 0xFF45})},
            decoded,
        ),
        (
            "codename-decode-blanks",
            "Whatever Unicode calls white space, and hyphens of any kind, part the words.",
            "codename-decode",
            {"typed": "".join(f"{word}{gap}" for word, gap in zip(words, _GAPS, strict=True))},
            decoded,
        ),
        (
            "codename-decode-hyphened-word",
            "A word with a hyphen may be typed with it, with a space, or as one.",
            "codename-decode",
            {"typed": hyphened[1].replace("-", " ")},
            {"entropy": hyphened[0].hex()},
        ),
        (
            "codename-decode-hyphened-joined",
            "The same word without its hyphen.",
            "codename-decode",
            {"typed": hyphened[1].replace("-", "")},
            {"entropy": hyphened[0].hex()},
        ),
        refuse("codename-swapped", "Two words swapped.", "codename-decode", {"typed": swapped}, "wrong-check"),
        refuse("codename-seven", "Seven words.", "codename-decode", {"typed": " ".join(words[:7])}, "wrong-word-count"),
        refuse(
            "codename-nine", "Nine words.", "codename-decode", {"typed": typed + " " + words[0]}, "wrong-word-count"
        ),
        refuse("codename-too-long", "513 letters.", "codename-decode", {"typed": "z" * 513}, "wrong-word-count"),
        refuse("codename-empty", "Nothing.", "codename-decode", {"typed": ""}, "wrong-word-count"),
        refuse(
            "codename-unknown",
            "A word that is not in the list.",
            "codename-decode",
            {"typed": " ".join((*words[:3], "zzzz", *words[4:]))},
            "unknown-word",
        ),
        refuse(
            "codename-too-large",
            "Eight words whose value is 2^103 or more.",
            "codename-decode",
            {"typed": " ".join(["zoom"] * 8)},
            "wrong-check",
        ),
        (
            "codename-stretch",
            "Argon2id over the entropy, salted with the service.",
            "codename-stretch",
            {"entropy": ENTROPY.hex(), "service_id": SERVICE.hex()},
            {},
        ),
        (
            "conversation-keys",
            "K, P_pk, b and r of one unit and message.",
            "conversation-keys",
            {"stretched": "11" * 32, "unit_id": "22" * 16, "message_id": "33" * 16},
            {},
        ),
    ]


def _with_hyphen() -> tuple[bytes, str]:
    """A codename that has a word with a hyphen, searched from zero up."""
    words = codename_words()
    for number in range(1, 100_000):
        entropy = number.to_bytes(2, "big").rjust(12, b"\x05")
        found = " ".join(encode_codename(entropy, words))
        if "-" in found:
            return entropy, found
    raise AssertionError


def _apart(words: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """The words with something between them, before them or after them."""
    for name, claim, between in (
        ("comma", "Commas.", ", "),
        ("semicolon", "Semicolons without blanks.", ";"),
        ("stop", "A phone writes a full stop for two blanks.", ". "),
        ("ellipsis", "Dots of every kind.", "\u2026\u00b7\u3002"),
        ("underscore", "Underscores.", "_"),
        ("dash", "A dash between blanks.", " \u2014 "),
        ("dashes", "Dashes and minus signs of every kind.", "\u2010\u2013\u2e3a\u2043\ufe58\uff0d\u30fb"),
        ("slash", "Strokes.", " / "),
        ("no-break", "Blanks that do not break, and thin ones.", "\u00a0\u2007\u202f\u2009"),
        ("zero-width", "Nothing that can be seen.", "\u200b"),
        (
            "zero-width-all",
            "Every mark that cannot be seen.",
            "\u00ad\u034f\u061c\u200b\u200d\u200e\u2060\u2066\ufeff\ufe0f",
        ),
        ("controls", "Controls.", "\x00\x08\x1b[200~\x7f"),
        ("emoji", "Pictures.", " \U0001f44d\U0001f3fd\u2705 "),
        ("arrow", "Arrows and bullets.", " \u2192 \u2022 "),
        ("blanks", "Half a screen of blanks.", " " * 960),
        ("lines", "Empty lines.", "\r\n\r\n\t"),
    ):
        yield name, claim, between.join(words)
    for name, claim, left, right in (
        ("quotes", "Quotation marks.", '"', '"'),
        ("quotes-curly", "Curly quotation marks.", "\u201c", "\u201d"),
        ("quotes-angle", "Angle quotation marks.", "\u00ab\u00a0", "\u00a0\u00bb"),
        ("quotes-low", "Low and corner quotation marks.", "\u201e", "\u300d"),
        ("quotes-single", "Single quotation marks.", "'", "'"),
        ("quotes-single-curly", "Curly single ones.", "\u2018", "\u2019"),
        ("quotes-angle-single", "Single angle ones.", "\u2039", "\u203a"),
        ("brackets", "Brackets.", "(", ")"),
        ("stars", "Stars, as a note shows bold letters.", "**", "**"),
        ("quoted-mail", "A quoted mail.", "> ", "\n"),
        ("bullets", "A list with bullets.", "\u2022\u2003", "\n"),
        ("boxes", "A list to tick off.", "- [ ] ", "\n"),
        ("padded", "Eight lines padded to 80 columns.", "", " " * 73 + "\n"),
    ):
        yield name, claim, " ".join(f"{left}{word}{right}" for word in words)


def _listed(words: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """The words as an ordered list."""
    roman = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii")
    for name, claim, labels in (
        ("list-stop", "Numbers with a full stop: 1. 2. 3.", [f"{at}. " for at in range(1, 9)]),
        ("list-tight", "1.2.3. without blanks.", [f"{at}." for at in range(1, 9)]),
        ("list-digits", "Digits alone, joined to the word.", [f"{at}" for at in range(1, 9)]),
        ("list-bracket", "Numbers with a bracket.", [f"{at}) " for at in range(1, 9)]),
        ("list-mixed", "Numbers with other signs.", ["1. ", "2) ", "3: ", "#4 ", "(5) ", "6- ", "7\uff0e", "8\u3001"]),
        ("list-circled", "Digits in circles.", [f"{chr(0x2460 + at)} " for at in range(8)]),
        ("list-keycaps", "Digits on keys.", [f"{at}\ufe0f\u20e3 " for at in range(1, 9)]),
        ("list-full-width", "Full-width digits.", [f"{chr(0xFF11 + at)}\uff09" for at in range(8)]),
        ("list-arabic", "Arabic digits.", [f"{chr(0x661 + at)}- " for at in range(8)]),
        ("list-ordinal", "1st, 2nd, 3rd.", ["1st ", "2nd ", "3rd ", *(f"{at}th " for at in range(4, 9))]),
        ("list-ordinal-small", "Ordinals with raised letters.", [f"{at}\u00ba " for at in range(1, 9)]),
        ("list-number-sign", "A sign for number.", [f"\u2116 {at} " for at in range(1, 9)]),
        ("list-letters", "Letters with a bracket.", [f"{letter}) " for letter in "abcdefgh"]),
        ("list-letters-dash", "Letters with a dash.", [f"{letter} \u2013 " for letter in "abcdefgh"]),
        ("list-bullet-o", "A bullet that was pasted as a letter.", ["o\t"] * 8),
        ("list-ticked", "A list that was ticked off.", ["[x] "] * 8),
        ("list-capitals", "Capital letters with a full stop.", [f"{letter}. " for letter in "ABCDEFGH"]),
        ("list-roman", "Small Roman numerals.", [f"{one}. " for one in roman]),
        ("list-roman-signs", "Roman numerals that are one sign each.", [f"{chr(0x2160 + at)}. " for at in range(8)]),
    ):
        yield name, claim, "\n".join(label + word for label, word in zip(labels, words, strict=True))


def _lettered(words: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Other letters for the same words, and marks inside them."""
    typed = " ".join(words)
    shifted = {ord(letter): ord(letter) - ord("a") + 0x1D41A for letter in "abcdefghijklmnopqrstuvwxyz"}
    turkish = str.maketrans({"i": "\u0130", "k": "\u212a", "s": "\u017f"})
    ligatures = typed.replace("fi", "\ufb01").replace("fl", "\ufb02")
    yield (
        "wide",
        "Full-width capitals.",
        "".join(chr(ord(one) + 0xFEE0) if one != " " else one for one in typed.upper()),
    )
    yield "styled", "Letters of a mathematical alphabet.", typed.translate(shifted)
    yield "turkish", "Capitals of a Turkish device, a Kelvin sign and a long s.", typed.translate(turkish)
    yield "dotless", "Small letters of a Turkish device.", typed.upper().translate({ord("I"): 0x131})
    yield "ligatures", "Letters that print joined.", ligatures
    yield "accents", "Marks above letters, joined and apart.", typed.replace("e", "\u00e9").replace("a", "a\u0301")
    yield "soft-hyphen", "A soft hyphen inside each word.", " ".join(f"{one[:3]}\u00ad{one[3:]}" for one in words)
    yield "joiner", "A word joiner between any two letters.", "\u2060".join(typed)
    yield "first-mark", "A byte order mark in front.", f"\ufeff{typed}\n"
    yield "direction", "Direction marks around.", f"\u2067\u200e{typed}\u2069"
    yield "selectors", "Selectors after letters.", "\ufe0e".join(typed)
    yield (
        "apostrophe",
        "An apostrophe inside a word does not make it two.",
        typed.replace(words[0], f"{words[0][:2]}'{words[0][2:]}"),
    )


def _hyphened() -> Iterator[tuple[str, str, dict[str, str], bytes]]:
    entropy, found = _with_hyphen()
    for name, claim, between in (
        ("en-dash", "Its hyphen as another dash.", "\u2013"),
        ("no-break-hyphen", "Its hyphen as one that does not break.", "\u2011"),
        ("spaced", "Its hyphen between blanks.", " - "),
        ("stop", "Its hyphen as a full stop and a blank.", ". "),
        ("underscore", "Its hyphen as an underscore.", "_"),
        ("soft", "Its hyphen as a soft one.", "\u00ad"),
        ("apostrophe", "Its hyphen as an apostrophe.", "\u2019"),
        ("line", "Its halves on two lines.", "-\n"),
    ):
        yield f"codename-hyphen-{name}", claim, {"typed": found.replace("-", between)}, entropy


def _written() -> list[Scenario]:
    """However people and devices write a codename down, it is read alike."""
    words = encode_codename(ENTROPY, codename_words())
    rows = [*_apart(words), *_listed(words), *_lettered(words)]
    decode, decoded = "codename-decode", {"entropy": ENTROPY.hex()}
    found: list[Scenario] = [
        (f"codename-written-{name}", claim, decode, {"typed": typed}, decoded) for name, claim, typed in rows
    ]
    found += [(name, claim, decode, values, {"entropy": bits.hex()}) for name, claim, values, bits in _hyphened()]
    typed = " ".join(words)
    return [
        *found,
        (
            "codename-written-long",
            "What lies between the words is not counted.",
            decode,
            {"typed": typed.replace(" ", "\u3000" * 300 + "\u200b" * 300)},
            decoded,
        ),
        refuse(
            "codename-written-possessive",
            "An apostrophe makes no second word of one letter.",
            decode,
            {"typed": typed.replace(words[1], f"{words[1]}'s", 1)},
            "unknown-word",
        ),
        refuse(
            "codename-written-signs",
            "Signs alone are no words.",
            decode,
            {"typed": "1. 2) \u2022 \u2014 \u200b"},
            "wrong-word-count",
        ),
        refuse(
            "codename-written-homoglyph",
            "A letter of another alphabet.",
            decode,
            {"typed": typed.replace("e", "\u0435")},
            "unknown-word",
        ),
    ]


def _made() -> list[Scenario]:
    """Words that two entropies share but for a hyphen are read as they stand, and given to nobody."""
    words = codename_words()
    first, second = (" ".join(encode_codename(one, words)) for one in (_YOYO, _YO_YO))
    make = "codename-make"
    given = {"entropy": ENTROPY.hex(), "codename": " ".join(encode_codename(ENTROPY, words)), "draws": 2}
    return [
        (
            "codename-own-spelling",
            "The list's own spelling is read first.",
            "codename-decode",
            {"typed": first},
            {"entropy": _YOYO.hex()},
        ),
        (
            "codename-own-hyphen",
            "The word with a hyphen is the other one.",
            "codename-decode",
            {"typed": second},
            {"entropy": _YO_YO.hex()},
        ),
        (
            "codename-own-halves",
            "So are its halves.",
            "codename-decode",
            {"typed": second.replace("-", " ")},
            {"entropy": _YO_YO.hex()},
        ),
        (
            "codename-make",
            "Random bytes become a codename.",
            make,
            {"random": ["f" + ENTROPY.hex()[1:]]},
            {**given, "draws": 1},
        ),
        (
            "codename-make-again",
            "Another reading holds: drawn again.",
            make,
            {"random": [_YOYO.hex(), ENTROPY.hex()]},
            given,
        ),
        (
            "codename-make-again-hyphen",
            "The other of the two as well.",
            make,
            {"random": [_YO_YO.hex(), ENTROPY.hex()]},
            given,
        ),
    ]


def codename_scenarios() -> list[Scenario]:
    """All of this file."""
    return [*_codenames(), *_written(), *_made()]
