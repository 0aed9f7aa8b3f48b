# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions about whom a report is about, which force, and who must not see it."""

from .question import Option, Question, marked as _

_UNSURE = Option("unsure", _("I do not know"), "The source does not know", alone=True)

SUBJECT = (
    Question(
        "subject-role",
        "Who it is about",
        _("Who is it about?"),
        options=(
            Option("officer", _("A police officer"), "A police officer"),
            Option("staff", _("A member of police staff, or a PCSO"), "A member of police staff"),
            Option("special", _("A special constable"), "A special constable"),
            Option("volunteer", _("A volunteer"), "A volunteer"),
            Option("contractor", _("A contractor for the police"), "A contractor"),
            Option("several", _("More than one person"), "More than one person"),
            _UNSURE,
        ),
        several=True,
        page="role",
    ),
    Question(
        "subject-serving",
        "Still serving",
        _("Do they still work for the police?"),
        _("If they have left, you can still report what they did while they served."),
        (Option("yes", _("Yes"), "Yes"), Option("no", _("No"), "No"), _UNSURE),
        page="serving",
    ),
    Question(
        "subject-identity",
        "Name, rank, number or place, as far as known",
        _("What do you know about who they are?"),
        _("Name, rank, shoulder or collar number, station or team, as far as you know."),
        page="identity",
        withheld=True,
    ),
    Question(
        "subject-chief",
        "A chief officer or a commissioner",
        options=(
            Option("yes", "", "Yes: the report goes to the intake desk", independent=True),
            Option("no", "", "No"),
            Option("unsure", "", "The source does not know"),
        ),
    ),
)
"""The last of them is asked no more: it has become an option of ``keep-from``."""

KEEP_FROM = (
    Question(
        "keep-from",
        "Who must not see this",
        _("Is there anyone who must not see this report?"),
        _("The first two answers send it to the independent desk, not to the force. In London a commander counts too."),
        (
            Option(
                "chief",
                _("It is about an assistant chief constable or above, or a police and crime commissioner"),
                "It is about a chief officer or a commissioner: the report goes to the intake desk",
                independent=True,
            ),
            Option(
                "unit",
                _("Somebody in the force\u2019s anti-corruption or professional standards unit, or its head"),
                "Somebody in the unit, or its head: the report goes to the intake desk",
                independent=True,
            ),
            Option("other", _("Somebody else: the unit is told"), "Somebody else"),
            Option("no", _("No"), "No", alone=True),
        ),
        several=True,
        page="keep",
    ),
    Question(
        "keep-from-whom",
        "Who should not see it",
        _("Who must not see it?"),
        _("The unit that receives your report reads this."),
        page="whom",
        after=("keep-from", "unit", "other"),
        withheld=True,
    ),
)

FORCE = (
    Question(
        "force-unknown",
        "Why no force is named",
        options=(
            Option("unsure", _("I do not know the force"), "The source does not know the force"),
            Option("several", _("More than one force"), "More than one force"),
        ),
        page="force",
    ),
    Question(
        "forces",
        "Which forces",
        _("Which forces are they?"),
        _("Name as many as you know. Their names stand in your report."),
        page="forces",
        after=("force-unknown", "several"),
        several=True,
        forces=4,
    ),
)
