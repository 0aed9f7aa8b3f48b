# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contact details by command: left with a report or a reply, refused where none are taken, withdrawn; being told."""

import json
from pathlib import Path

import pytest

from dropbox.protocol.body import WITHDRAWN, Report, parse_body
from dropbox.protocol.constants import CONTACT, EntryType
from dropbox.protocol.contact import contact_info
from dropbox.protocol.contact_open import open_contact
from dropbox.protocol.envelope_open import OpenedEnvelope, open_envelope
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.primitives import SealingKey
from dropbox.shown.told import CONTACT_OPENED, UNREADABLE
from dropbox.source_cli import contact
from tests.cli.conftest import Sources, quick_stretch
from tests.flows.twin import changed_unit, replace_directory

KEY = SealingKey(bytes(range(32)))
SAID = "Signal, after ten. \u00e9 Not my husband."


@pytest.fixture
def details(tmp_path: Path) -> Path:
    """A file of contact details."""
    path = tmp_path / "contact.txt"
    path.write_text(f"\r\n{SAID}\n\n", encoding="utf-8")
    return path


@pytest.fixture
def keyed(sources: Sources, monkeypatch: pytest.MonkeyPatch) -> Sources:
    """North takes contact details; intake takes none."""
    monkeypatch.setattr(contact, "stretch", quick_stretch)
    made = sources.server.service
    replace_directory(made, lambda body: changed_unit(body, "north", contact_pk=KEY.public), 2)
    made.twin.rebuild()
    return sources


def posted(sources: Sources) -> list[OpenedEnvelope]:
    """What north opens of all that was posted, oldest first."""
    made = sources.server.service
    desk = made.desks["north"].context
    openers = [one.key(made.twin.service_id, desk.unit_id).opener() for one in desk.keyring.epochs.values()]
    found = []
    for envelope in sources.server.service.twin.open.values():
        try:
            found.append(open_envelope(envelope, openers))
        except NotForThisKey:
            continue
    return found


def newest(sources: Sources) -> tuple[Report, OpenedEnvelope]:
    opened = posted(sources)[-1]
    return parse_body(opened.plain.body), opened


def opened_details(sources: Sources) -> str:
    report, opened = newest(sources)
    plain = opened.plain
    return open_contact(KEY, report.contact, contact_info(opened.cert_hash, plain.pseudonym, plain.message_id))


def test_details_go_with_a_report_and_with_a_reply(keyed: Sources, details: Path) -> None:
    """Sealed to the unit's key for them as what this message says, and who opens them is said before."""
    ran = keyed.report("--json", "--contact-file", str(details))
    assert json.loads(ran.stdout)["stored"] == "yes"
    assert " ".join(ran.stderr.split()).find("Two custodians of the unit open them together") >= 0
    assert newest(keyed)[0].text == "What happened."
    assert opened_details(keyed) == SAID
    name = json.loads(ran.stdout)["codename"]
    ran = keyed.run("reply", "--unit", "north", "--contact-file", str(details), stdin=f"{name}\n")
    assert ran.exit_code == 0, ran.output
    assert (newest(keyed)[0].text, opened_details(keyed)) == ("", SAID)


def test_a_unit_without_a_key_gets_a_decoy(keyed: Sources, details: Path) -> None:
    """Nothing of the report goes, and the list said so before: `units` names who takes none."""
    ran = keyed.report("--contact-file", str(details), slug="intake")
    assert ran.exit_code == 1
    assert "takes no contact details" in ran.output
    assert "Do not send it again today" in " ".join(ran.output.split())
    assert "intake: " in keyed.run("units").stdout
    rows = {one["slug"]: one["contact"] for one in json.loads(keyed.run("units", "--json").stdout)}
    assert (rows["north"], rows["intake"]) == (True, False)
    assert keyed.run("units").stdout.count("takes no contact details") == len(rows) - 1


@pytest.mark.parametrize(
    ("said", "told"), [("", "1 to 1,022 bytes"), (" \n ", "1 to 1,022 bytes"), ("x" * 1_023, "1 to 1,022 bytes")]
)
def test_details_that_cannot_be_left(keyed: Sources, details: Path, said: str, told: str) -> None:
    """Before a codename is drawn."""
    details.write_text(said)
    ran = keyed.report("--contact-file", str(details))
    assert ran.exit_code == 1
    assert told in ran.output
    assert posted(keyed) == []


def test_a_text_that_does_not_fit_beside_them_goes_first(keyed: Sources, details: Path) -> None:
    """A message with contact details has one part."""
    keyed.text.write_text("x" * 12_500)
    ran = keyed.report("--contact-file", str(details))
    assert ran.exit_code == 1
    assert "do not fit together" in ran.output
    keyed.text.write_text("x" * 11_500)
    assert keyed.report("--json", "--contact-file", str(details)).exit_code == 0


def test_they_are_withdrawn(keyed: Sources, details: Path) -> None:
    """By a message that says nothing else; what that does is said."""
    name = json.loads(keyed.report("--json", "--contact-file", str(details)).stdout)["codename"]
    ran = keyed.run("contact", "--withdraw", "--unit", "north", stdin=f"{name}\n")
    assert ran.exit_code == 0, ran.output
    assert "goes as soon as the unit collects this" in " ".join(ran.stderr.split())
    report, opened = newest(keyed)
    assert (report, opened.plain.parts) == (Report("", contact=WITHDRAWN), 1)
    assert keyed.run("contact", stdin=f"{name}\n").exit_code == 2


def test_that_they_were_opened_is_said(keyed: Sources) -> None:
    """In this program's words; what a unit adds is not shown."""
    name = json.loads(keyed.report("--json").stdout)["codename"]
    keyed.tell((EntryType.CONTACT_OPENED, b""), (EntryType.CONTACT_OPENED, b"Come to the station."))
    shown = " ".join(keyed.check(name).stdout.split())
    assert CONTACT_OPENED in shown
    assert UNREADABLE.format(number=2) in shown
    assert "station" not in shown
    (found,) = json.loads(keyed.check(name, "--json").stdout)["conversations"]
    first, second = found["messages"]
    assert (first["kind"], first["text"], "form" in first) == ("contact-opened", "", False)
    assert (second["kind"], second["form"]) == ("contact-opened", "unreadable")


def test_a_visit_with_details_looks_like_any_other(keyed: Sources, details: Path) -> None:
    """As many envelopes of one size; the sealed field has one size whatever it says."""
    keyed.report("--json")
    keyed.report("--json", "--contact-file", str(details))
    details.write_text("x" * 1_022)
    keyed.report("--json", "--contact-file", str(details))
    assert {len(one) for one in keyed.server.service.twin.open.values()} == {16_384}
    assert [len(parse_body(one.plain.body).contact) for one in posted(keyed)] == [0, CONTACT, CONTACT]
