# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which texts ask about what is to come."""

import pytest

from journalist_ui.casework.canned import shipped
from journalist_ui.reply_check.ahead import asks_ahead

AHEAD = """
Will you see him next week?
Are you going to be on shift?
When does he meet her?
What are their plans?
Is there another meeting tomorrow?
Do you expect to be there?
What\u2019ll he do?
Tell us when he will be back.
Please write here if anything changes.
Do you know what he intends to do
Thank you. Who will be there? We read this on Monday.
Could you say whether he is about to leave?
"""
NOT = """
Thank you. Which day was it?
We will read this. Nothing else is needed.
What did he say?
Where were you when it happened?
Are you safe?
Who else was there?
You can come back next week.
How often has it happened?
Your report will be looked at. Which station was it?
"""


@pytest.mark.parametrize("text", AHEAD.strip().splitlines())
def test_a_question_about_what_is_to_come_is_found(text: str) -> None:
    """Asked outright, or told to say; whatever the apostrophe, the capitals and the line ends."""
    assert asks_ahead(text)
    assert asks_ahead(text.upper())
    assert asks_ahead(text.replace(" ", "\n"))


@pytest.mark.parametrize("text", NOT.strip().splitlines())
def test_what_asks_about_before_is_not(text: str) -> None:
    """Nor what only says what the unit will do."""
    assert not asks_ahead(text)


def test_no_shipped_text_asks_it() -> None:
    """What is offered to everybody starts no clock."""
    assert [one.title for one in shipped().values() if asks_ahead(one.text)] == []


def test_it_takes_time_by_the_length_of_the_text() -> None:
    """The longest text that there can be is looked at in a moment."""
    assert not asks_ahead("if he " * 20_000)
    assert asks_ahead("if he " * 20_000 + "will?")
