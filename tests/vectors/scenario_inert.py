# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of text that must neither act nor hide."""

from tests.vectors.scenario import Scenario


def inert_scenarios() -> list[Scenario]:
    """All of this file."""
    return [
        (
            "inert",
            "Controls, bidirectional marks and zero-width letters are shown; emoji and right-to-left letters stay.",
            "inert-text",
            {
                "text": "a\u202eb\x1b[31m\u200bc\r\nd\te \U0001f3f3\ufe0f\u200d\U0001f308 1\ufe0f\u20e3 \u05d0 "
                "x\u200d \u3164"
            },
            {
                "text": "a\u27e6U+202E\u27e7b\u27e6U+001B\u27e7[31m\u27e6U+200B\u27e7c\nd\te "
                "\U0001f3f3\ufe0f\u200d\U0001f308 1\ufe0f\u20e3 \u05d0 x\u27e6U+200D\u27e7 \u27e6U+3164\u27e7"
            },
        ),
        (
            "inert-hidden-marks",
            "Combining marks that are drawn as nothing are shown.",
            "inert-text",
            {"text": "a\u034f\ufe00\U000e0100\u180bb\u0301"},
            {"text": "a\u27e6U+034F\u27e7\u27e6U+FE00\u27e7\u27e6U+E0100\u27e7\u27e6U+180B\u27e7b\u0301"},
        ),
        (
            "inert-joiner-after-shown-selector",
            "A joiner after a selector that is shown is shown too.",
            "inert-text",
            {"text": "a\ufe0f\u200db \u200d\ufe0f"},
            {"text": "a\u27e6U+FE0F\u27e7\u27e6U+200D\u27e7b \u27e6U+200D\u27e7\u27e6U+FE0F\u27e7"},
        ),
        (
            "inert-selector-after-no-emoji",
            "A selector stays after an emoji, or in a keycap; after letters, signs and lone digits it is shown.",
            "inert-text",
            {"text": "\u05d0\ufe0f!\ufe0e+\ufe0f1\ufe0f #\ufe0f\u20e3 \u2764\ufe0f"},
            {
                "text": "\u05d0\u27e6U+FE0F\u27e7!\u27e6U+FE0E\u27e7+\u27e6U+FE0F\u27e71\u27e6U+FE0F\u27e7 "
                "#\ufe0f\u20e3 \u2764\ufe0f"
            },
        ),
        (
            "inert-joiner-before-no-emoji",
            "A joiner stays between two emoji; before anything else, and after signs, it is shown.",
            "inert-text",
            {"text": "\u2764\u200dx \u2764\u200d +\u200d\u2764 \U0001f9d1\U0001f3fd\u200d\u2764\ufe0f\u200d\U0001f525"},
            {
                "text": "\u2764\u27e6U+200D\u27e7x \u2764\u27e6U+200D\u27e7 +\u27e6U+200D\u27e7\u2764 "
                "\U0001f9d1\U0001f3fd\u200d\u2764\ufe0f\u200d\U0001f525"
            },
        ),
        (
            "inert-letters-without-a-picture",
            "A note without a head and a Khitan filler are drawn as nothing: shown.",
            "inert-text",
            {"text": "a\U0001d159\U00016fe4b"},
            {"text": "a\u27e6U+1D159\u27e7\u27e6U+16FE4\u27e7b"},
        ),
    ]
