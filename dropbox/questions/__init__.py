# SPDX-License-Identifier: AGPL-3.0-or-later
"""The questions of a report beside its force, categories and account, as data.

An answer travels in the report's form under the question's id (docs/protocol.md, step 5.6): the id of an option, or the
person's own words. Ids never change: reports that were sent hold them. The source's page words its questions for the
source; the titles and labels here are those that an investigator reads.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One answer of a closed list. ``independent``: it keeps the report from the force's own unit."""

    id: str
    label: str
    independent: bool = False


@dataclass(frozen=True)
class Question:
    """A question; without options it is answered in the person's own words. ``page`` is the page that asks
    it; ``after`` where it is asked only after one of these options of another question: that one's id, then theirs."""

    id: str
    title: str
    options: tuple[Option, ...] = ()
    page: str = ""
    after: tuple[str, ...] = ()

    def label(self, chosen: str) -> str | None:
        """What the option of that id means; None for one that this release does not know."""
        return next((option.label for option in self.options if option.id == chosen), None)


QUESTIONS = (
    Question(
        "subject-role",
        "Who it is about",
        (
            Option("officer", "A police officer"),
            Option("staff", "A member of police staff"),
            Option("special", "A special constable"),
            Option("volunteer", "A volunteer"),
            Option("contractor", "A contractor"),
            Option("several", "More than one person"),
            Option("unsure", "The source does not know"),
        ),
        page="role",
    ),
    Question(
        "subject-serving",
        "Still serving",
        (Option("yes", "Yes"), Option("no", "No"), Option("unsure", "The source does not know")),
        page="serving",
    ),
    Question("subject-identity", "Name, rank, number or place, as far as known", page="identity"),
    Question(
        "subject-chief",
        "A chief officer or a commissioner",
        (
            Option("yes", "Yes: the report goes to the intake desk", independent=True),
            Option("no", "No"),
            Option("unsure", "The source does not know"),
        ),
        page="chief",
    ),
    Question(
        "keep-from",
        "Should someone not see this",
        (
            Option("no", "No"),
            Option("unit", "Somebody in the unit, or its head: the report goes to the intake desk", independent=True),
            Option("other", "Somebody else"),
        ),
        page="keep",
    ),
    Question("keep-from-whom", "Who should not see it", page="whom", after=("keep-from", "unit", "other")),
    Question(
        "force-unknown",
        "Why no force is named",
        (Option("unsure", "The source does not know the force"), Option("several", "More than one force")),
        page="force",
    ),
)
"""In the order in which an investigator reads them."""

PAGES = ("role", "serving", "identity", "force", "chief", "keep", "whom", "categories", "account")
"""The pages of a report in their order: one for each question, but the force's, which has two ways to answer, and those
of the categories and of the account."""


def find_question(asked: str) -> Question | None:
    """The question of that id."""
    return next((question for question in QUESTIONS if question.id == asked), None)


def is_independent(answers: dict[str, str]) -> bool:
    """True when an answer keeps the report from the force's own unit."""
    return any(
        option.independent and answers.get(question.id) == option.id
        for question in QUESTIONS
        for option in question.options
    )
