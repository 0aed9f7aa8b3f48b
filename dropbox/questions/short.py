# SPDX-License-Identifier: AGPL-3.0-or-later
"""The short questions that follow the account. Each may be passed by; whether anyone is at risk is always asked."""

from .question import Option, Question, marked as _

_UNSURE = Option("unsure", _("I am not sure"), "The source is not sure", alone=True)

AT_RISK = Question(
    "at-risk",
    "Anyone at risk",
    _("Is anyone at risk?"),
    _("Choose all that fit."),
    (
        Option("child", _("A child, or somebody under 18"), "A child, or somebody under 18", urgent=True),
        Option("adult", _("An adult"), "An adult", urgent=True),
        Option("no", _("Nobody, as far as I know"), "Nobody, as far as the source knows", alone=True),
        _UNSURE,
    ),
    several=True,
    page="at-risk",
    withheld=True,
)

WHEN = Question(
    "when",
    "When",
    _("When did it happen?"),
    _("Roughly is enough: a month, a season, “since last year”."),
    page="when",
    withheld=True,
)

WHERE = Question(
    "where",
    "Where",
    _("Where did it happen?"),
    _("A kind of place is enough: a station, a home, a car, online."),
    page="where",
    withheld=True,
)

HOW_KNOWN = Question(
    "how-known",
    "How the source knows",
    _("How do you know about it?"),
    _("Choose all that fit."),
    (
        Option("happened-to-me", _("It happened to me"), "It happened to the source"),
        Option("saw-it", _("I saw or heard it"), "Saw or heard it"),
        Option("was-told", _("Somebody told me"), "Was told"),
        Option("saw-traces", _("I saw messages, records or pictures of it"), "Saw messages, records or pictures"),
        Option("worked-out", _("I worked it out from things that I noticed"), "Worked it out"),
    ),
    several=True,
    page="how-known",
    withheld=True,
)

WHO_ELSE = Question(
    "who-else",
    "Who else knows",
    _("Who else knows about it?"),
    _("Say what they are, not who: a colleague, a neighbour. Do not ask around."),
    page="who-else",
    withheld=True,
)

GOING_ON = Question(
    "going-on",
    "Still going on",
    _("Is it still going on?"),
    options=(Option("yes", _("Yes"), "Yes"), Option("no", _("No"), "No"), _UNSURE),
    page="going-on",
    withheld=True,
)

EVIDENCE = Question(
    "evidence",
    "What could show it",
    _("What could show that it happened?"),
    _("Messages, records, cameras or people, and where they are. Do not go looking, and do not take anything."),
    page="evidence",
    withheld=True,
)

EVIDENCE_DANGER = Question(
    "evidence-danger",
    "Danger in getting at it",
    _("Would it be dangerous for anybody to get hold of that?"),
    _("If so, do not try. The unit has other ways."),
    (Option("yes", _("Yes"), "Yes"), Option("no", _("No"), "No"), _UNSURE),
    page="evidence-danger",
    withheld=True,
)

CAME_BEFORE = Question(
    "came-before",
    "Reported before",
    _("Have you reported this before?"),
    _("Choose all that fit."),
    (
        Option("here", _("Yes, here"), "Yes, here"),
        Option("here-lost", _("Yes, here, and I have lost my codename"), "Yes, here, and the codename is lost"),
        Option("elsewhere", _("Yes, somewhere else"), "Yes, somewhere else"),
        Option("no", _("No"), "No", alone=True),
    ),
    several=True,
    page="came-before",
    withheld=True,
)

SHORT = (AT_RISK, WHEN, WHERE, HOW_KNOWN, WHO_ELSE, GOING_ON, EVIDENCE, EVIDENCE_DANGER, CAME_BEFORE)
"""In the order in which they are asked."""
