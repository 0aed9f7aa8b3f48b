# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever writes into the vault has nothing opened that two custodians did not agree to for that very message."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update

from dropbox.protocol.primitives import hpke_seal
from journalist_ui.casework.cases import open_case
from journalist_ui.casework.contact import note_asked, want_contact
from journalist_ui.people.contact_consent import hand_over, store_reasons
from journalist_ui.people.contact_key import list_custodians
from journalist_ui.people.proposals import Wanted, store_proposal
from journalist_ui.vault import tables
from journalist_ui.vault.sealing import contact_field_info
from journalist_ui.verbs.contact_approval import CUSTODIANS
from tests.desk.people import People
from tests.desk.test_contact import WHY, here as here, left, state, three as three

pytestmark = pytest.mark.usefixtures("brief_stretch")


async def test_a_field_of_another_case_is_never_opened(three: People) -> None:
    """Whoever writes into the vault puts the field of case 2 where that of case 1 was: the message proves nothing any
    more, and nothing can be asked. Where it was asked before, what was handed over is not what was asked for."""
    await left(three)
    await left(three, 2)
    asked = await three.ask("bob", "contact", "ask", 1, "--reason", WHY)
    other = await three.ask("bob", "contact", "ask", 2, "--reason", WHY)
    with three.room.vault.writing() as connection:
        asks = tables.contact_asks
        theirs = connection.execute(select(asks.c.field).where(asks.c.proposal == other["proposal"])).scalar_one()
        connection.execute(update(asks).where(asks.c.proposal == asked["proposal"]).values(field=theirs))
    assert "not there any more" in await three.refused("carl", "approve", asked["proposal"])
    await three.ask("bob", "refuse", asked["proposal"], "--reason", "odd")
    with three.room.vault.writing() as connection:
        rows = tables.contacts
        public = connection.execute(select(tables.cases.c.public).where(tables.cases.c.number == 1)).scalar_one()
        row = connection.execute(select(rows).where(rows.c.number == 1)).one()
        moved = hpke_seal(public, theirs, contact_field_info(1, row.message_id))
        connection.execute(update(rows).where(rows.c.number == 1).values(sealed=moved))
    assert "not shown to be from the source" in await three.refused("bob", "contact", "ask", 1, "--reason", WHY)
    assert await state(three, 2) == "left"


async def test_a_wish_under_another_source_opens_nothing(three: People) -> None:
    """The field opens only as that source's: with another P_pk in what is approved, log and all, the key refuses."""
    await left(three)
    await left(three, 2)
    bob = three.room.sign_in("bob").session
    with three.room.vault.writing() as connection:
        case = open_case(connection, bob.holder, 1)
        mine = want_contact(connection, case, WHY, three.room.vault.random)
        other = want_contact(connection, open_case(connection, bob.holder, 2), WHY, three.room.vault.random)
        forged = replace(mine.wish, field=other.wish.field)
        wanted = Wanted("contact-open", forged.message_id.hex(), forged.to_bytes(), "", CUSTODIANS)
        proposal = store_proposal(connection, "bob", wanted, three.room.engine.day)
        note_asked(connection, case, proposal.id, replace(other, wish=forged), three.room.engine.day)
        custodians = list_custodians(connection)
        store_reasons(connection, proposal.id, mine.reason, custodians.items())
        hand_over(connection, bob.holder, proposal.id, custodians)
    assert "does not open with the key" in await three.refused("carl", "approve", proposal.id)
    assert await state(three) == "left"


@pytest.mark.parametrize("how", ["changed", "gone", "bytes"])
async def test_nothing_is_approved_without_the_reason_that_it_was_asked_with(three: People, how: str) -> None:
    """A reason that was changed, is gone, or belongs to other bytes: the list says so, and approving is refused."""
    await left(three)
    asked = await three.ask("bob", "contact", "ask", 1, "--reason", WHY)
    rows, proposals = tables.contact_reasons, tables.proposals
    with three.room.vault.writing() as connection:
        if how == "changed":
            custodians = list_custodians(connection)
            connection.execute(delete(rows))
            store_reasons(connection, asked["proposal"], bytes(16) + b"for fun", custodians.items())
        elif how == "gone":
            connection.execute(delete(rows))
        else:
            connection.execute(update(proposals).where(proposals.c.id == asked["proposal"]).values(content=b"{}"))
    (line,) = await three.ask("carl", "proposals")
    assert line["reason"] == (
        "" if how == "bytes" else "The reason cannot be read. Approve nothing: let it be asked for anew."
    )
    said = "somebody changed the vault" if how == "bytes" else "cannot be read by you"
    assert said in await three.refused("carl", "approve", asked["proposal"])
    assert await state(three) == "left"
    assert (await three.ask("carl", "refuse", asked["proposal"], "--reason", "odd"))["state"] == "refused"
