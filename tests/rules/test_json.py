# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every command that prints JSON says in docs/json.md what."""

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

from dropbox.command_line.entries import MODULES
from dropbox.demo.commands import _described
from dropbox.demo.service import Demo
from journalist_ui.shapes import (
    audit,
    canned,
    cases,
    closings,
    contact,
    contact_key,
    conversation,
    decisions,
    links,
    members,
    offline,
    outcomes,
    passphrases,
    proposals,
    recovery,
    replies,
    security_keys,
    sharing,
    spares,
    timeline,
    totals,
    upkeep,
)
from journalist_ui.shapes.notices import ToldNotice
from keys.commands.directory import unit_values
from tests.rules.test_docs import entry_point, flags, leaves
from tests.vectors.small_service import make_unit

TEXT = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([a-z -]+)` \| (.*) \|$", TEXT, re.M))


def printing(script: str) -> set[str]:
    """The commands of one script that have --json."""
    return {name for name, leaf in leaves(entry_point(script), script) if "--json" in flags(leaf)}


@pytest.mark.parametrize("script", MODULES)
def test_every_command_with_json_has_its_row(script: str) -> None:
    """And no other command has one."""
    assert {name for name in ROWS if name.split(" ")[0] == script} == printing(script)


def named(text: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)`", text))


def test_the_fields_that_are_named_are_those_that_are_printed() -> None:
    """Of what can be made here at once: a unit of a directory, and the demo's description."""
    assert set(unit_values(make_unit("north"))) | {"public"} <= named(ROWS["dropbox-keys directory show"])
    demo = _described(Demo(Path("demo"), "http://127.0.0.1:8000", "127.0.0.1:8000", []))
    assert set(demo) <= named(TEXT[TEXT.index("## demo.json") :])


# Of each command of a desk, what it prints.
SHAPES = {
    "init": (offline.DeskMade,),
    "status": (upkeep.DeskStatus, ToldNotice),
    "epoch": (upkeep.EpochLine,),
    "cases": (cases.CaseLine,),
    "show": (
        conversation.Case,
        conversation.Message,
        outcomes.OutcomeLine,
        decisions.DecisionLine,
        links.LinkLine,
        timeline.TimelineLine,
        closings.ClosingLine,
    ),
    "reply": (replies.Replied,),
    "state": (cases.StateSet,),
    "decide": (decisions.DecisionKept,),
    "link": (links.Linked,),
    "closing": (closings.ClosingTold,),
    "outcome": (outcomes.OutcomeSet,),
    "totals": (totals.CaseTotals, totals.StateTotal),
    "canned list": (canned.CannedText,),
    "canned show": (canned.CannedText,),
    "canned edit": (canned.CannedKept,),
    "canned remove": (canned.CannedRemoved,),
    "member list": (members.MemberLine,),
    "member add": (members.MemberAdded,),
    "member role": (members.RolesSet,),
    "member recover": (members.Recovered,),
    "proposals": (proposals.ProposalLine,),
    "approve": (proposals.Decided,),
    "refuse": (proposals.Decided,),
    "contact ask": (contact.ContactAsked,),
    "contact show": (contact.ContactShown,),
    "contact-key list": (contact_key.ContactKeyList, contact_key.ContactKeyLine),
    "contact-key make": (contact_key.ContactKeyFile,),
    "contact-key file": (contact_key.ContactKeyFile,),
    "contact-key add": (contact_key.HolderAsked,),
    "recovery sheets": (recovery.SheetsMade,),
    "recovery use": (recovery.RecoveryUsed,),
    "member share": (sharing.CasesShared,),
    "member passphrase": (passphrases.PassphraseChanged,),
    "member confirm": (passphrases.CodesConfirmed, passphrases.WaitingCodes),
    "member keys": (security_keys.KeyLine,),
    "member recovery-codes": (spares.SparesMade, spares.SpareCount),
    "backup": (upkeep.BackedUp,),
    "verify-backup": (offline.BackupVerified,),
    "audit": (audit.AuditLine,),
    "verify-audit": (audit.AuditVerified,),
    "restore": (offline.VaultRestored, offline.RestoreTried),
    "replace-keyring": (offline.KeyringReplaced,),
}
# The pages ask for one page of a case; a command never does. One field is told apart from its name in Python.
NOT_PRINTED, WIRE = {"page", "pages"}, {"sender": "from"}


@pytest.mark.parametrize("command", SHAPES)
def test_every_field_of_a_desks_answer_is_named(command: str) -> None:
    """A field that is added to a shape is added to its command's row."""
    printed = {WIRE.get(one.name, one.name) for shape in SHAPES[command] for one in fields(shape)} - NOT_PRINTED
    assert printed <= named(ROWS[f"dropbox-desk {command}"])


def test_an_unnamed_command_is_seen() -> None:
    """The comparison looks at the flag."""
    plain = click.Command("x", params=[click.Option(["--json"], is_flag=True)])
    assert "--json" in flags(plain)
    assert "dropbox-desk x" not in ROWS
