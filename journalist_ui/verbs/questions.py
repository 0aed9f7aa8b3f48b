# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a unit asks its sources: sets that it keeps ready, and asking one source."""

import asyncio
import re
from collections.abc import Iterable

from dropbox.flows.desk.state import Text
from dropbox.protocol.board import split_bytes
from dropbox.protocol.constants import MAX_ASK, MAX_LABEL, MAX_OPTIONS, MAX_QUESTIONS, EntryType
from dropbox.protocol.errors import BadBody, BadText, TooLong
from dropbox.protocol.questions import Option, Question, Questions, encode_questions, is_id
from journalist_ui.casework import conversation, questions, replies
from journalist_ui.casework.cases import open_case
from journalist_ui.casework.questions import Became, Set
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput, CaseMoved
from journalist_ui.reply_check.ahead import asks_ahead
from journalist_ui.shapes.questions import (
    LONGEST_SET_TITLE,
    AskedLine,
    AskPreviewed,
    AskSource,
    KeepSet,
    OptionLine,
    PreviewAsk,
    QuestionLine,
    QuestionSet,
    QuestionSets,
    RemoveSet,
    SetKept,
    SetList,
    SetRemoved,
    SetVersions,
    ShowSet,
    SourceAsked,
)

from .desk import Desk
from .moments import DAY, minute_of
from .reply_marks import let_through, marks_of

SET_CHANGED = "The set was changed meanwhile. Nothing was asked: look at it again."
WHAT = (
    f"Ask 1 to {MAX_QUESTIONS} questions, each with an id of its own (small letters, digits, single hyphens, at most "
    f"32), with up to {MAX_ASK} bytes, and of the kind text, yes-no or choice. A choice, and no other, has 2 to "
    f"{MAX_OPTIONS} options, each with an id of its own and up to {MAX_LABEL} bytes."
)
COMMAND = "ask CASE"
_PROMISE = re.compile(
    r"\s*(?:i|we)(?:\s+(?:will|shall|can|could|would|might|am going to|are going to)|['\u2019]ll)\s+(.+)", re.I | re.S
)


def question_lines(found: Iterable[Question]) -> tuple[QuestionLine, ...]:
    """As they are shown."""
    return tuple(
        QuestionLine(one.id, one.ask, one.kind, tuple(OptionLine(each.id, each.label) for each in one.options))
        for one in found
    )


def asked_lines(found: Iterable[Became]) -> tuple[AskedLine, ...]:
    """As they are shown."""
    return tuple(
        AskedLine(
            *(one.number, one.id, one.question.ask, one.question.kind, one.state),
            options=question_lines([one.question])[0].options,
            answer=one.answer,
            message=one.message,
        )
        for one in found
    )


def _read(lines: Iterable[QuestionLine]) -> Questions:
    """Raises BadInput."""
    read = tuple(
        Question(one.id, one.ask.strip(), one.kind, tuple(Option(each.id, each.label.strip()) for each in one.options))
        for one in lines
    )
    _cut(read)
    return read


def _cut(asked: Questions) -> tuple[bytes, ...]:
    """As they will be posted. Raises BadInput."""
    try:
        return split_bytes(encode_questions(asked))
    except BadBody:
        raise BadInput(WHAT) from None
    except BadText as error:
        raise BadInput(error.say) from None
    except TooLong as error:
        raise BadInput(
            f"The questions need {error.parts} parts, at most {error.allowed} can be sent. Ask fewer, or shorten them."
        ) from None


def _words(asked: Questions) -> str:
    """What the source reads of them on its page."""
    return "\n".join(line for one in asked for line in (one.ask, *(option.label for option in one.options)))


def _promised(asked: Questions) -> list[str]:
    """Options by which whoever chooses them would take something on, as the requests that they are."""
    labels = (option.label for one in asked for option in one.options)
    return [f"Please {found[1]}." for label in labels if (found := _PROMISE.match(label))]


def _checked(asked: Questions) -> str:
    """All that is looked through: what the source reads, ids too, which a terminal shows, and what is promised. Each is
    a sentence, so that none lends another its "no"."""
    ids = (
        name.replace("-", " ").capitalize() for one in asked for name in (one.id, *(each.id for each in one.options))
    )
    lines = [*_words(asked).split("\n"), *ids, *_promised(asked)]
    return "\n".join(line if line.rstrip().endswith((".", "?", "!")) else f"{line}." for line in lines)


def _asks_ahead(asked: Questions) -> bool:
    return asks_ahead(_words(asked)) or bool(_promised(asked))


def list_sets(desk: Desk, session: Session, asked: QuestionSets) -> SetList:
    with desk.engine.vault.reading() as connection:
        return SetList(tuple(map(_shown, questions.list_sets(connection))))


def show_set(desk: Desk, session: Session, asked: ShowSet) -> SetVersions:
    """Raises NoSuchSet."""
    with desk.engine.vault.reading() as connection:
        return SetVersions(tuple(map(_shown, questions.versions(connection, asked.slug))))


def _shown(one: Set) -> QuestionSet:
    return QuestionSet(
        *(one.slug, one.version, one.title, one.category, question_lines(one.questions), one.member),
        day=iso_day(one.day, DAY) if one.day else "",
        shipped=one == questions.shipped().get(one.slug),
        gone=one.gone,
    )


def keep_set(desk: Desk, session: Session, asked: KeepSet) -> SetKept:
    """Raises BadInput."""
    title = asked.title.strip()
    if not is_id(asked.slug):
        raise BadInput("A set's short name has small letters, digits and single hyphens, at most 32.")
    if not 0 < len(title) <= LONGEST_SET_TITLE or not title.isprintable():
        raise BadInput(f"A title is one line of at most {LONGEST_SET_TITLE} letters.")
    read = _read(asked.questions)
    new = Set(asked.slug, asked.base, title, asked.category, read, session.member.name, desk.engine.day)
    with desk.engine.vault.writing() as connection:
        kept = questions.keep_set(connection, new)
    return SetKept(kept.slug, kept.version)


def remove_set(desk: Desk, session: Session, asked: RemoveSet) -> SetRemoved:
    """Raises NoSuchSet."""
    with desk.engine.vault.writing() as connection:
        questions.remove_set(connection, asked.slug, session.member.name, desk.engine.day)
    return SetRemoved(asked.slug)


def _chosen(desk: Desk, asked: PreviewAsk | AskSource) -> tuple[Questions, int]:
    """The questions, and the version of the set that they are of, 0 for none. Raises NoSuchSet, BadInput."""
    if bool(asked.slug) == bool(asked.questions):
        raise BadInput("Name a set of questions, or give questions, and not both.")
    if asked.questions:
        return _read(asked.questions), 0
    with desk.engine.vault.reading() as connection:
        found = questions.find_set(connection, asked.slug)
    return found.questions, found.version


def preview(desk: Desk, session: Session, asked: PreviewAsk) -> AskPreviewed:
    """Raises NoSuchCase, Undeclared, SetAside, NoSuchSet, BadInput, NotYet."""
    chosen, _ = _chosen(desk, asked)
    words = _checked(chosen)
    with desk.engine.vault.reading() as connection:
        open_case(connection, session.holder, asked.case)
        replies.refuse_unposted(connection, asked.case)
        newest = conversation.newest_place(connection, asked.case)
    desk.engine.check_listed()
    return AskPreviewed(
        *(asked.case, question_lines(chosen), words, len(_cut(chosen))),
        next_batch=minute_of(desk.engine.next_batch()),
        newest=newest,
        marks=marks_of(desk, session, asked.case, words),
        ahead=_asks_ahead(chosen),
    )


async def ask(desk: Desk, session: Session, asked: AskSource) -> SourceAsked:
    """Raises NoSuchCase, Undeclared, SetAside, CaseMoved, NoSuchSet, TaskingRefused, MarksUnread, BadInput, NotYet."""
    text, count = await asyncio.to_thread(_ask, desk, session, asked)
    desk.engine.add_reply(text)
    return SourceAsked(asked.case, count, len(text.parts), minute_of(desk.engine.next_batch()))


def _ask(desk: Desk, session: Session, asked: AskSource) -> tuple[Text, int]:
    engine, mark = desk.engine, asked.newest
    chosen, version = _chosen(desk, asked)
    if asked.version not in (0, version):
        raise CaseMoved(SET_CHANGED)
    parts, words = _cut(chosen), _words(chosen)
    engine.check_listed()
    if not asked.again:
        # Whatever was seen of it: nothing goes past a message that its sender has not read.
        with engine.vault.reading() as connection:
            known = replies.known_mark(connection, open_case(connection, session.holder, asked.case))
        mark = known if mark is None else mark
    allowed = let_through(desk, session, asked.case, asked, _checked(chosen), COMMAND)
    said = {"text": words, "questions": encode_questions(chosen).decode()}
    new = replies.Reply(parts, "", mark, allowed, _asks_ahead(chosen), type=EntryType.QUESTIONS, said=said)
    with engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        return replies.store_reply(connection, case, new, engine.now_period(), engine.day), len(chosen)
