# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the checker of replies finds, what it leaves alone, and that it takes bounded time."""

import time

import pytest

from dropbox.protocol.inert import inert
from journalist_ui.reply_check.known import Known, read_known
from journalist_ui.reply_check.marking import KINDS, TASKING, check_reply
from journalist_ui.reply_check.patterns import load_rules
from journalist_ui.shapes.drafts import LONGEST_DRAFT
from journalist_ui.shapes.reply_marks import ReplyMark
from journalist_ui.web.words.marked import pieces
from tests.hostile.strings import hostile_strings
from tests.reply_check.measure import kinds, measure_false, measure_others, measure_tasks, replies

SECONDS = 8
"""Of the processor, for the longest draft."""
REPORT = (
    "On 12 March at half past nine PC Darren Whitlow put the brown envelope in the boot of his car, LK19 VBN. "
    "Collar number 4471 was with him. I am his sister and I live in Whitby Road."
)
KNOWN = read_known([REPORT])


def marked(text: str, known: Known = KNOWN) -> list[tuple[str, str]]:
    return [(mark.kind, text[mark.start : mark.end]) for mark in check_reply(text, known)]


def test_tasks_are_found_and_harmless_replies_are_not_refused() -> None:
    """Of made-up replies at least 95 in a hundred that task are found, and at most 3 in a hundred others refused."""
    found, wrong = measure_tasks("tasking"), measure_tasks("harmless")
    assert found.replies >= 240
    assert wrong.replies >= 220
    assert found.share >= 0.95
    assert wrong.share <= 0.03


def test_the_other_kinds_are_found() -> None:
    """Who they are, a meeting, a way out, an address: 95 in a hundred; of the harmless at most 5 are marked at all."""
    assert measure_others().share >= 0.95
    assert measure_false().share <= 0.05


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("Could you get a copy of the log?", True),
        ("Please do not get a copy of the log.", False),
        ("Do not worry, just get a copy of the log.", True),
        ("Did you get a copy of the log?", False),
        ("We will get a copy of the log and look up his name.", False),
        ("Please do not:\n- get a copy of the log\n- ask him", False),
        ("Please:\n- get a copy of the log", True),
        ("COULD YOU GET A COPY OF THE LOG?", True),
        ("Could you\nget a copy\nof the log?", True),
        ("Could you g\u200bet a co\u00adpy of the log?", True),
        ("\uff23ould you get a copy of the log?", True),
        ("You wrote that you could get a copy of the log.", False),
        ("If you already have a copy of the log, please keep it.", False),
    ],
)
def test_whether_it_is_asked(text: str, task: bool) -> None:
    """The same words asked, denied, told of, in a list, over lines, and with letters that nobody sees."""
    assert (TASKING in kinds(text)) is task


def test_what_only_the_source_told() -> None:
    """Names, numbers, plates, days, times and places of its report, each where it stands; else nothing is marked."""
    for text, said in (
        ("Did Whitlow say so?", "Whitlow"),
        ("Was it 4471 who said so?", "4471"),
        ("Was lk19vbn there?", "lk19vbn"),
        ("What happened after 12 march?", "12 march"),
        ("Was it at half past nine?", "half past nine"),
    ):
        assert ("gives-away", said) in marked(text), text
        assert marked(text, Known()) == []
    assert marked("Was it on 13 March? Did Henderson say so? Was it at half past ten?") == []


def test_five_words_of_the_source_are_its_own() -> None:
    """Five in a row are marked as a whole, whatever their capitals; four are not."""
    said = "You say that he Put the brown envelope in the boot."
    assert marked(said) == [("gives-away", "Put the brown envelope in the boot")]
    assert marked("He had the brown envelope in there.") == []


def test_a_mark_names_its_place_and_its_reason() -> None:
    """Each stands within the text and is not empty; its reason is one of the rules' own sentences, without a word of
    the text; marks of one kind do not overlap."""
    rules = load_rules()
    reasons = {*rules.said.values(), *rules.details.values()}
    for text in [*replies("tasking"), *hostile_strings(300)]:
        ends = dict.fromkeys(KINDS, 0)
        for mark in check_reply(text, read_known([text])):
            assert ends[mark.kind] <= mark.start < mark.end <= len(text)
            assert mark.reason in reasons
            ends[mark.kind] = mark.end


def test_a_page_shows_the_whole_text_whatever_is_marked() -> None:
    """Of hostile texts and of those with tasks: put together the pieces are what is shown without marks."""
    for text in [*replies("tasking"), *hostile_strings(300)]:
        marks = [ReplyMark(one.start, one.end, one.kind, one.reason, "") for one in check_reply(text)]
        assert "".join(one.shown for one in pieces(text, marks)) == inert(text)


AWKWARD = ("could you ", "get a ", "could you get a copy, ", "he said that you could ", "ask ", "0 ", "a@a.", "take a ")
AWKWARD += ("keep an eye ", "PC ", "and ", ",", "- ", "please do not:\n- ", "\u200b", "x", "(", "www.", "when if ,")


@pytest.mark.parametrize("unit", AWKWARD)
def test_the_longest_draft_takes_bounded_time(unit: str) -> None:
    """Texts in which every pattern begins at every word, beside as much of the source's own."""
    text = (unit * LONGEST_DRAFT)[:LONGEST_DRAFT]
    began = time.process_time()
    check_reply(text, read_known([text]))
    assert time.process_time() - began < SECONDS
