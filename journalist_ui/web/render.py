# SPDX-License-Identifier: AGPL-3.0-or-later
"""Templates, and how what a source wrote is kept inert in them: its marks are shown, then everything is escaped."""

from collections.abc import Callable
from functools import cache
from importlib import resources
from pathlib import PurePath

from jinja2 import Environment, PackageLoader, StrictUndefined

from dropbox.protocol.constants import CATEGORIES, MAX_TEXT_PARTS, TEXT_PART
from dropbox.protocol.inert import inert, inert_line
from dropbox.questions.told import told
from dropbox.shown.told import meanings
from journalist_ui.shapes.canned import LONGEST_CANNED, LONGEST_TITLE
from journalist_ui.shapes.drafts import LONGEST_DRAFT
from journalist_ui.shapes.questions import LONGEST_SET_TITLE
from journalist_ui.shapes.replies import LONGEST_OFFICER, LONGEST_REFERENCE
from journalist_ui.words import contact_key, excerpts, flood, previews, proposals, questions, reminders, welfare
from journalist_ui.words.audit import done
from journalist_ui.words.counts import counted
from journalist_ui.words.decisions import AHEAD, ASKED, HINTS, decided, prompts
from journalist_ui.words.deliveries import delivery
from journalist_ui.words.files import STATES as FILE_STATES
from journalist_ui.words.kept import WHY
from journalist_ui.words.lengths import MIDDLING, SHORT, length
from journalist_ui.words.outcomes import KINDS as OUTCOMES, MEANS, TAKEN_BACK, outcome
from journalist_ui.words.owed import duty, owed
from journalist_ui.words.referrals import accepts, became as became_of_referral, came
from journalist_ui.words.reply_marks import mark_kind

from .words import cases, dates, folds, marked, members

_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


# No filter may be called as one of Jinja's own that a template uses.
FILTERS: dict[str, Callable[..., object]] = {
    "inert": inert,
    "inert_line": inert_line,
    "category": cases.category,
    "force": cases.force,
    "state": cases.state,
    "draft": cases.draft,
    "chip": cases.chip,
    "why": WHY.__getitem__,
    "outcome": outcome,
    "referral": became_of_referral,
    "came": came,
    "accepts": accepts,
    "meanings": meanings,
    "owed": owed,
    "duty": duty,
    "prompts": prompts,
    "decided": lambda one: decided(one.what, one.answer),
    "excerpts": excerpts.said,
    "welfare": welfare.said,
    "by_content": previews.by_content,
    "scanned": previews.scanned,
    "why_no_more": previews.why_no_more,
    "shelf": cases.shelf,
    "file_state": FILE_STATES.__getitem__,
    "group": cases.group,
    "role": members.role,
    "member": members.member,
    "asked": proposals.asked,
    "became": proposals.state,
    "delivery": lambda message: delivery(message).page,
    "told": told,
    "act": done,
    "day": dates.day,
    "short_day": dates.short_day,
    "moment": dates.moment,
    "folds": folds.folds,
    "plural": counted,
    "pieces": marked.pieces,
    "mark_kind": mark_kind,
    "how_long": lambda preview: length(preview.parts, preview.batches),
    "has_tasks": marked.has_tasks,
    "must_be_read": marked.must_be_read,
}


@cache
def environment() -> Environment:
    """Compiled once for all desks of a process."""
    made = Environment(
        loader=PackageLoader("templates", "desk"),
        autoescape=True,
        # What runs does not change when the files under it do.
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"longest_draft": LONGEST_DRAFT, "text_part": TEXT_PART, "text_parts": MAX_TEXT_PARTS}
    made.globals |= {"longest_title": LONGEST_TITLE, "longest_canned": LONGEST_CANNED, "categories": CATEGORIES}
    made.globals |= {"outcomes": OUTCOMES, "outcome_means": MEANS, "taken_back": TAKEN_BACK}
    made.globals |= {"decisions_asked": ASKED, "decision_hints": HINTS, "asks_ahead": AHEAD}
    made.globals |= {"short": SHORT, "middling": MIDDLING}
    made.globals |= {"longest_reference": LONGEST_REFERENCE, "longest_officer": LONGEST_OFFICER}
    made.globals |= {"about_reminders": reminders.ABOUT, "who_sees_reminders": reminders.WHO_SEES}
    made.globals |= {"about_flood": flood.ABOUT, "longest_set_title": LONGEST_SET_TITLE}
    made.globals |= {"contact_states": contact_key.STATES, "contact_brought": contact_key.BROUGHT}
    made.globals |= {"contact_erased": contact_key.ERASED, "contact_opened": contact_key.OPENED}
    made.globals |= {"how_asked": questions.HOW, "question_states": questions.STATES}
    made.globals |= {"welfare_warning": welfare.WARNING}
    made.filters |= FILTERS
    return made


def render(template: str, values: dict[str, object]) -> bytes:
    """A page of templates/desk."""
    return environment().get_template(template).render(values).encode()


def static_files() -> dict[str, tuple[str, bytes]]:
    """Each file that the pages load, by name: its type and its bytes. A file of another kind is a fault (KeyError)."""
    found = sorted((resources.files(__package__) / "static").iterdir(), key=lambda file: file.name)
    return {file.name: (_KINDS[PurePath(file.name).suffix], file.read_bytes()) for file in found if file.is_file()}
