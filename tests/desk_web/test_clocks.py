# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a case asks of its members, and by when: on the page, in the list, by the commands."""

from dataclasses import replace
from datetime import date, timedelta

from dropbox.protocol.constants import CATEGORIES
from journalist_ui.shapes.cases import CaseLine, Cases
from journalist_ui.vault.database import write_meta
from journalist_ui.verbs.table import ask
from journalist_ui.web.words.dates import short_day
from journalist_ui.words.decisions import ASKED, PROMPTS
from tests.desk.acts import acts, holder_of
from tests.desk.room import PASSPHRASE
from tests.desk_web.house import House, Officer
from tests.desk_web.test_casework import source_writes
from tests.desk_web.test_outcomes import row
from tests.hostile.strings import FAMILIES


async def line(house: House, officer: Officer, number: int = 1) -> CaseLine:
    found = (await ask(house.desk, officer.token, Cases())).cases
    return next(one for one in found if one.case == number)


async def write(house: House, officer: Officer, text: str) -> None:
    """The unit writes, and its batch leaves."""
    page = await officer.get("/cases/1")
    fields = {name: page.field(name) for name in ("seen", "base", "writer")}
    await officer.post("/cases/1/reply", fields | {"text": text, "act": "preview"})
    once = (await officer.get("/cases/1/preview")).field("once")
    sent = await officer.post("/cases/1/reply", {"act": "send", "once": once, "read": "yes"})
    assert "The text is stored" in sent.words


def day(opened: str, more: int) -> str:
    return (date.fromisoformat(opened) + timedelta(more)).isoformat()


async def test_each_clock_has_its_day_and_is_amber_from_then_on(house: House) -> None:
    """Acknowledge, answer and referral from the report on, by the unit's settings; a text ends the first two.
    Never red."""
    house.desk.engine.settings = replace(house.room.settings, acknowledge_days=2, answer_days=4)
    await house.report(1, "It was on Tuesday.", categories=("sexual-misconduct",))
    ada = await house.officer()
    found = await line(house, ada)
    assert found.owed == ("read", "acknowledge", "answer", "referral")
    assert found.due == {
        "acknowledge": day(found.opened, 2),
        "answer": day(found.opened, 4),
        "referral": day(found.opened, 1),
    }
    assert found.due_now == ()
    page = await ada.get("/cases/1")
    assert "It may be abuse of position for a sexual purpose: referral is asked for." in page.words
    assert '<li class="due">' not in page.body
    for passed, now in (
        (1, ("referral",)),
        (2, ("acknowledge", "referral")),
        (4, ("acknowledge", "answer", "referral")),
    ):
        while (await line(house, ada)).age < passed:
            await house.period()
        assert (await line(house, ada)).due_now == now
        page = await ada.get("/cases/1")
        assert page.body.count('<li class="due">') == len(now)
        assert 'class="risk"' not in page.body
    assert f"Decide on referral by {short_day(day(found.opened, 1))}" in row(await ada.get("/"), 1)
    await write(house, ada, "Thank you. We read it.")
    assert (await line(house, ada)).owed == ("referral",)


async def test_every_answer_to_referral_stays(house: House) -> None:
    """The newest holds and stands first, each with its reason; nothing of it is owed any more."""
    await house.report(1, "It was on Tuesday.")
    ada = await house.officer()
    reason = {"what": "referral", "reason": "To the IOPC,\r\ntoday."}
    page = await ada.post("/cases/1/decide", reason | {"answer": "yes"})
    assert "The decision is kept" in page.words
    assert "To the IOPC,\ntoday." in page.words
    assert "referral" not in (await line(house, ada)).owed
    await ada.post("/cases/1/decide", {"what": "referral", "answer": "no", "reason": "They have it already."})
    page = await ada.get("/cases/1")
    assert page.body.index("Not referred</strong>") < page.body.index("Referred</strong>")
    done = acts(house.room.vault, holder_of(house.room.vault, "ada", PASSPHRASE))
    assert [(one.act, one.about) for one in done if one.act.startswith("decided")] == [
        ("decided referral", "yes"),
        ("decided referral", "no"),
    ]
    assert "ada decided whether the case is referred: yes" in (await ada.get("/audit?case=1")).words


async def test_chis_status_is_asked_at_the_third_exchange(house: House) -> None:
    """Not before, and again after each text that asks about what is to come; a decision holds for what stood there."""
    await house.report(1, "It was on Tuesday.")
    ada = await house.officer()
    for number in (2, 3):
        assert "chis" not in (await line(house, ada)).owed
        await write(house, ada, f"Thank you, {number}.")
        await house.period()
        await source_writes(house, 1, f"More, {number}.")
    found = await line(house, ada)
    assert "chis" in found.due_now
    assert "Consider CHIS status" in row(await ada.get("/"), 1)
    page = await ada.get("/cases/1")
    assert "Decide: CHIS status" in page.words
    considered = {"what": "chis", "answer": "no", "reason": "Only what was seen is asked."}
    # Who has not seen the message has not considered it.
    bob = await house.officer("bob")
    await bob.post("/cases/1/decide", considered, allow_redirects=False)
    assert "chis" in (await line(house, ada)).due_now
    await ada.post("/cases/1/decide", considered)
    assert "chis" not in (await line(house, ada)).owed
    await write(house, ada, "Which day was it?")
    assert "chis" not in (await line(house, ada)).owed
    page = await ada.get("/cases/1")
    fields = {name: page.field(name) for name in ("seen", "base", "writer")}
    preview = await ada.post("/cases/1/reply", fields | {"text": "Will he be there tomorrow?", "act": "preview"})
    assert "It asks about what is to come." in preview.words
    await ada.post("/cases/1/reply", {"act": "send", "once": preview.field("once"), "read": "yes"})
    assert "chis" in (await line(house, ada)).due_now


async def test_a_decision_needs_a_word_and_a_reason(house: House) -> None:
    """What was typed stands there again; nothing is decided. Who may not write, or has no key, decides nothing."""
    await house.report(1, "It was on Tuesday.")
    ada = await house.officer()
    for fields in (
        {"what": "referral", "answer": "yes", "reason": "  "},
        {"what": "referral", "answer": "perhaps", "reason": "typed before"},
        {"what": "other", "answer": "yes", "reason": "x"},
        {"what": "chis", "answer": "no", "reason": "x" * 14_001},
    ):
        page = await ada.post("/cases/1/decide", fields)
        assert page.status == 422, fields
        assert "typed before</textarea>" in page.body or fields["reason"] != "typed before"
    assert "referral" in (await line(house, ada)).owed
    await ada.post("/cases/1/exclude", {"member": "bob", "sure": "yes", "reason": "named"})
    bob = await house.officer("bob")
    assert (await bob.post("/cases/1/decide", {"what": "chis", "answer": "no", "reason": "x"})).status == 404


async def test_before_a_declaration_no_decision_shows(house: House) -> None:
    """Neither that one is owed, nor an outcome."""
    await house.report(1, "It was on Tuesday.")
    ada = await house.officer()
    await ada.post("/cases/1/outcome", {"kind": "recorded"})
    with house.room.vault.writing() as connection:
        write_meta(connection, "declaration", "asked")
    bob = await house.officer("bob")
    found = await line(house, bob)
    assert found.owed == ("declare", "read", "acknowledge", "answer")
    assert found.outcomes == ()


async def test_a_clock_that_is_not_set_does_not_run(house: House) -> None:
    """And the page says who is there out of hours, or that nobody is."""
    await house.report(1, "It was on Tuesday.")
    ada = await house.officer()
    house.desk.engine.settings = replace(house.room.settings, acknowledge_days=0, answer_days=0)
    found = await line(house, ada)
    assert found.owed == ("read", "answer", "referral")
    assert set(found.due) == {"referral"}
    for path in ("/", "/status"):
        assert "There is no out-of-hours duty" in (await ada.get(path)).words
    house.desk.engine.settings = replace(house.room.settings, out_of_hours="Duty inspector, extension 4000")
    for path in ("/", "/status"):
        assert "Out of hours: Duty inspector, extension 4000" in (await ada.get(path)).words


async def test_reasons_are_inert(house: House) -> None:
    """Every family of texts made to act stands as text on the case's page."""
    await house.report(1, "It was on Tuesday.")
    ada = await house.officer()
    for text in (family[0] for family in FAMILIES):
        await ada.post("/cases/1/decide", {"what": "chis", "answer": "no", "reason": text})
    page = await ada.get("/cases/1")
    assert page.body.count("CHIS status considered: no</strong>") > 5
    assert "\u202e" not in page.body
    assert "<img" not in page.body


def test_every_decision_has_its_words() -> None:
    """What is asked, and what speaks for it, by categories that there are."""
    assert list(ASKED) == ["referral", "chis"]
    assert set(PROMPTS) <= set(CATEGORIES)
