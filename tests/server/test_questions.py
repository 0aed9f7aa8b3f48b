# SPDX-License-Identifier: AGPL-3.0-or-later
"""The questions of a report are data that a report can carry."""

from dropbox.protocol.body import Report, encode_body, parse_body
from dropbox.questions import PAGES, QUESTIONS, SHORT, find_question, is_independent


def test_every_answer_fits_the_form() -> None:
    """All questions answered at once are one report in its canonical form."""
    answers = {
        one.id: tuple(sorted(option.id for option in one.options if not option.alone)) or "words" for one in QUESTIONS
    }
    report = Report("text", ("discrimination",), "cumbria", dict(sorted(answers.items())))
    assert parse_body(encode_body(report)) == report
    assert len(answers) == len(QUESTIONS)


def test_every_question_is_worded_for_both() -> None:
    """What is asked has words for the source, and each of its options; all have words for an investigator."""
    for question in QUESTIONS:
        assert question.title
        assert bool(question.asks) == (question.page not in ("", "force"))
        for option in question.options:
            assert option.label
            assert bool(option.says) == bool(question.page)
        if question.withheld:
            assert question.page


def test_an_option_is_worded() -> None:
    """An investigator reads the label; what this release does not know has none."""
    question = find_question("subject-role")
    assert question is not None
    assert question.label("staff") == "A member of police staff"
    assert question.label("astronaut") is None
    assert find_question("shoe-size") is None


def test_what_keeps_a_report_from_the_forces_own_unit() -> None:
    """A chief officer as the subject, or somebody in the unit who must not see it; nothing else does."""
    assert is_independent({"keep-from": ("chief", "other")})
    assert is_independent({"keep-from": ("unit",)})
    assert not is_independent({"keep-from": ("other",), "keep-from-whom": "unit", "at-risk": None})
    assert not is_independent({})


def test_every_question_has_its_place() -> None:
    """One page for each that is asked, the force's, the categories' and the account's besides; and what is asked only
    after an answer is asked after one that there is, on a page before. The short ones come last, at risk first."""
    own = [question.page for question in QUESTIONS if question.page not in ("", "force")]
    assert sorted(PAGES) == sorted([*own, "force", "suits", "account"])
    assert PAGES[-len(SHORT) :] == tuple(question.id for question in SHORT)
    assert SHORT[0].id == "at-risk"
    for question in QUESTIONS:
        if question.after:
            other = find_question(question.after[0])
            assert other is not None
            assert set(question.after[1:]) <= {option.id for option in other.options}
            assert PAGES.index(other.page) < PAGES.index(question.page)
