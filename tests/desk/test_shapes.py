# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is asked of a desk and what it answers: every verb keeps to its shapes, and JSON becomes them strictly."""

import inspect
import json
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_type_hints

import pytest

from journalist_ui.refusals import BadInput
from journalist_ui.shapes.asked import Asked
from journalist_ui.shapes.cases import CaseLine, CaseList
from journalist_ui.shapes.conversation import Message, Show
from journalist_ui.shapes.drafts import KeepDraft
from journalist_ui.shapes.members import AddMember
from journalist_ui.shapes.notices import ToldNotice
from journalist_ui.shapes.passphrases import ChangePassphrase, ConfirmCodes
from journalist_ui.shapes.replies import Reply
from journalist_ui.shapes.sessions import Login, Me
from journalist_ui.shapes.sharing import Share
from journalist_ui.socket.codec import plain, read_object, read_shape, to_json
from journalist_ui.verbs.table import VERBS

LINE = CaseLine(
    *(3, "new", ("discrimination",), "2026-11-25", 4, 1, 0),
    to_answer=True,
    given_up=False,
    draft="none",
    flags=("urgent",),
    tags=(),
    assigned=(),
    outcomes=(),
    owed=("read", "answer"),
    days=4,
    shelf="",
    excerpt="It was on Tuesday.",
    due={"answer": "2026-12-02"},
    due_now=(),
)


def mismatched(verb: Any) -> list[str]:
    """What a line of the table says otherwise than its function does."""
    *_, asked = inspect.signature(verb.act).parameters.values()
    found = get_type_hints(verb.act)
    return [
        what
        for what, good in (("asks", found[asked.name] is verb.asked), ("answers", found["return"] is verb.asked.answer))
        if not good
    ]


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS.keys())
def test_every_verb_takes_and_gives_what_its_request_declares(verb: Any) -> None:
    """The table pairs requests and functions, which no type can hold; every one is a frozen dataclass."""
    assert mismatched(verb) == []
    assert all(is_dataclass(shape) for shape in (verb.asked, verb.asked.answer))


def test_a_verb_that_answers_something_else_is_seen() -> None:
    """The comparison looks at both ends."""

    def other(desk: object, asked: Login) -> Me:
        return Me(asked.member, (), False, 0, "")

    class Line:
        asked, act = Show, staticmethod(other)

    assert mismatched(Line) == ["asks", "answers"]


def requests() -> list[type[Asked[object]]]:
    return [verb.asked for verb in VERBS.values()]


def test_no_two_requests_ask_for_one_verb() -> None:
    """The table is by name; a second line of one name would hide the first."""
    assert len({asked.verb for asked in requests()}) == len(Asked.__subclasses__())


def test_answers_become_json_and_come_back() -> None:
    """Nested shapes, several of them, absent fields and the one field whose name Python keeps for itself."""
    for shape in (
        CaseList((LINE, LINE), (ToldNotice("no-backup", "None."),)),
        CaseList((), ()),
        Message(1, "source", "ünïcode \x1b", "2026-11-25", "collected", answers={"who": "x"}, force="cumbria"),
        Message(0, "unit", "", "2026-11-25", "waiting", ""),
    ):
        line = to_json(shape)
        assert line.isascii()
        assert read_shape(type(shape), read_object(line.encode())) == shape


def test_a_field_that_has_its_default_is_left_out() -> None:
    """As the keys of `show --json` always were: an author stands with the unit's texts alone, though it be empty."""
    ours = Message(0, "unit", "x", "", "waiting", "")
    assert list(json.loads(to_json(ours))) == ["number", "from", "text", "day", "state", "author"]
    theirs = Message(1, "source", "x", "", "collected")
    assert list(json.loads(to_json(theirs))) == ["number", "from", "text", "day", "state"]
    assert plain(Reply(1, "x")) == {"case": 1, "text": "x"}


@pytest.mark.parametrize(
    ("shape", "found", "said"),
    [
        (Login, {"member": "ada", "passphrase": "x"}, "code is missing."),
        (Login, {"member": "ada", "passphrase": "x", "code": 1}, "code is not of its kind."),
        (Login, {"member": "ada", "passphrase": "x", "code": "", "cod": ""}, "cod is not known here"),
        (Show, {}, "A case is a whole number."),
        (Show, {"case": True}, "A case is a whole number."),
        (Show, {"case": 1.0}, "A case is a whole number."),
        (Show, {"case": 1, "page": -1}, "A page is a whole number."),
        (Show, {"case": 1, "page": "1"}, "A page is a whole number."),
        (KeepDraft, {"case": 1, "text": "x", "seen": 1 << 31}, "A place is a whole number."),
        (KeepDraft, {"case": 1, "text": "x", "base": 1}, "base is not of its kind."),
        (KeepDraft, {"case": 1, "text": "x", "alone": 1}, "alone is not of its kind."),
        (Reply, {"case": 1, "text": None, "again": "yes"}, "again is not of its kind."),
        (Share, {"name": "bob", "cases": [1, "2"]}, "A case is a whole number."),
        (Share, {"name": "bob", "cases": 1}, "cases is not of its kind."),
        (AddMember, {"name": "bob", "passphrase": "x", "roles": "investigator"}, "roles is not of its kind."),
        (Message, {"number": 1, "from": "unit", "text": "", "day": "", "state": "", "answers": []}, "answers is not"),
        (CaseList, {"cases": [{"case": 1}], "notices": []}, "state is missing."),
        (CaseList, {"cases": [1], "notices": []}, "cases is not of its kind."),
    ],
)
def test_what_is_not_of_its_shape_is_refused_by_name(shape: type, found: dict[str, object], said: str) -> None:
    """A true is no number, a number no word, and a field that is misspelt is no field."""
    with pytest.raises(BadInput) as refused:
        read_shape(shape, found)
    assert refused.value.say.startswith(said)


def test_what_is_whole_passes() -> None:
    """Also where None may stand, and a whole number for seconds."""
    assert read_shape(Share, {"name": "bob", "cases": [1, 2], "agreed": 2}) == Share("bob", (1, 2), 2)
    assert read_shape(Share, {"name": "bob", "cases": None}) == Share("bob")
    me = {"name": "ada", "roles": [], "provisional": False, "idle_seconds": 900, "form": "f"}
    assert read_shape(Me, me) == Me("ada", (), False, 900, "f")


def test_no_secret_stands_in_the_words_of_a_shape() -> None:
    """A request that is printed by mistake, in an error for instance, tells no passphrase, code or token."""
    for asked in (
        Login("ada", "SECRET", "SECRET"),
        AddMember("bob", "SECRET"),
        ChangePassphrase("SECRET", "SECRET"),
        ConfirmCodes("SECRET"),
    ):
        assert "SECRET" not in repr(asked)


def test_defaults_are_plain() -> None:
    """A default is one value for all: what is compared with it is left out on the wire."""
    shapes: list[Any] = [*requests(), *(asked.answer for asked in requests()), CaseLine, Message]
    assert all(one.default_factory is MISSING for shape in shapes for one in fields(shape))
