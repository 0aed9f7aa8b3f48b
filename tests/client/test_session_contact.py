# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contact details through the worker's session: sealed in the visit, refused beside a long text, withdrawn."""

import base64
import hashlib
from typing import Any

import pytest

from dropbox.protocol.body import WITHDRAWN, Report, parse_body
from dropbox.protocol.constants import BODY_PART, CONTACT
from dropbox.protocol.contact import contact_info
from dropbox.protocol.contact_open import open_contact
from dropbox.protocol.envelope_open import OpenedEnvelope, open_envelope
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.primitives import SealingKey
from tests.client.node_session import NodeSession
from tests.client.test_session import new_codename, report
from tests.client.twin_server import TwinServer
from tests.flows.twin import changed_unit, replace_directory

KEY = SealingKey(bytes(range(32)))
SAID = "Signal, after ten. é"


@pytest.fixture(autouse=True)
def keyed(server: TwinServer) -> None:
    """Intake takes contact details, the others none."""
    replace_directory(server.service, lambda one: changed_unit(one, "intake", contact_pk=KEY.public), 2)
    server.service.twin.rebuild()


def posted(server: TwinServer) -> list[OpenedEnvelope]:
    """What intake opens of what was posted, oldest first."""
    desk = server.service.desks["intake"].context
    openers = [one.key(server.service.twin.service_id, desk.unit_id).opener() for one in desk.keyring.epochs.values()]
    found = []
    for envelope in server.service.twin.open.values():
        try:
            found.append(open_envelope(envelope, openers))
        except NotForThisKey:
            continue
    return found


def said(opened: OpenedEnvelope) -> str:
    """What the details of a message say."""
    plain = opened.plain
    contact = parse_body(plain.body).contact
    return open_contact(KEY, contact, contact_info(opened.cert_hash, plain.pseudonym, plain.message_id))


def test_they_go_with_a_report_and_with_a_reply(server: TwinServer, session: NodeSession) -> None:
    """In the one part of each."""
    codename = new_codename(session)
    assert report(session, codename, contact=SAID).done["stored"]
    reply = {"codename": codename, "slug": "intake", "text": "", "contact": SAID, "despiteClock": False}
    assert session.ask("reply", **reply).done["stored"]
    first, second = posted(server)
    assert [said(one) for one in (first, second)] == [SAID, SAID]
    assert parse_body(first.plain.body).text == "What happened."


@pytest.mark.parametrize("room", [CONTACT, 0])
def test_beside_a_long_text_nothing_is_sent(server: TwinServer, session: NodeSession, room: int) -> None:
    """One press is one message, and that has one part: neither text nor details go, and no visit is made. A text that
    fills it alone is as much too long as one of two parts."""
    heard = report(session, new_codename(session), text="x" * (BODY_PART - room), contact=SAID)
    assert heard.failed["code"] == "too-long"
    assert "would need 2 parts, at most 1" in heard.failed["say"]
    assert server.asked == []


def test_files_and_details_have_one_part_together(server: TwinServer, session: NodeSession) -> None:
    """With files beside them the details count as well: they go in the one message, or all of it is refused."""
    data = b"words"
    given: dict[str, Any] = {"name": "file 1.txt", "type": "text/plain", "file": base64.b64encode(data).decode()}
    given["marks"] = [hashlib.sha256(data).hexdigest()]
    codename = new_codename(session)
    full = "x" * (BODY_PART - CONTACT)
    assert report(session, codename, text=full, contact=SAID, files=[given]).failed["code"] == "too-long"
    assert posted(server) == []
    assert report(session, codename, contact=SAID, files=[given]).done["stored"]
    (only,) = posted(server)
    assert said(only) == SAID
    assert [one.name for one in parse_body(only.plain.body).files] == ["file 1.txt"]


def test_a_unit_without_a_key_gets_a_decoy(server: TwinServer, session: NodeSession) -> None:
    """Nothing of the report goes, and not because the list closes the unit: no other is offered at once."""
    shown = {"name": "Unit north", "independent": False}
    replace_directory(server.service, lambda one: changed_unit(one, "north", forces=("kent",)), 3)
    done = report(session, new_codename(session), slug="north", force="kent", shown=shown, contact=SAID).done
    assert (done["stored"], done["refused"]["code"], done["refused"]["byList"]) == (False, "contact-not-taken", False)


def test_they_are_withdrawn(server: TwinServer, session: NodeSession) -> None:
    """By a message that says nothing else."""
    codename = new_codename(session)
    report(session, codename)
    reply = {"codename": codename, "slug": "intake", "text": "", "withdraw": True, "despiteClock": False}
    assert session.ask("reply", **reply).done["stored"]
    assert parse_body(posted(server)[-1].plain.body) == Report("", contact=WITHDRAWN)


def test_details_that_say_too_much_are_refused_before_the_stretch(session: NodeSession) -> None:
    """As everything that cannot be sent."""
    heard = report(session, new_codename(session), contact="x" * 1_023)
    assert heard.failed["code"] == "bad-value"
