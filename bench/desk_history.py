# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk that has answered for years: what the next batch and the next envelopes cost it, in memory."""

import time

from dropbox.flows.desk.record import Changes, record
from dropbox.flows.desk.state import Chain, Conversation, Text, TextState
from dropbox.protocol.constants import EntryType, EnvelopeType
from dropbox.protocol.envelope_format import EnvelopePlain
from dropbox.protocol.envelope_open import OpenedEnvelope
from tests.flows.twin import Desk, Service, make_service

CONVERSATIONS, EACH = 400, 100
"""40,000 finished texts."""
QUOTA = 256


def desk_of_years() -> tuple[Service, Desk]:
    """Every conversation has read so many texts, and one more waits in each."""
    service = make_service(quota=QUOTA)
    desk = service.desks["north"]
    context = desk.context
    number = 0
    for place in range(1, CONVERSATIONS + 1):
        name = place.to_bytes(32, "big")
        held = Conversation(name, name, 1, collected=1, acknowledged=EACH, last_heard=service.twin.now)
        context.ledger.conversations[name] = held
        context.keyring.chains[name] = Chain(bytes(16), service.twin.now // 7, 0, name)
        for count in range(1, EACH + 1):
            number += 1
            context.ledger.texts.add(Text(number, name, EntryType.TEXT, (), count, 1, 1, 1, TextState.READ))
        number += 1
        context.ledger.texts.add(Text(number, name, EntryType.TEXT, (b"x" * 400,)))
    return service, desk


def measure() -> tuple[float, float]:
    """Seconds of the processor, since nothing here waits: to plan, seal and publish a full batch; to take the
    acknowledgements of 100 envelopes."""
    service, desk = desk_of_years()
    service.twin.advance()
    desk.collect(service.twin)
    began = time.process_time()
    published = desk.publish(service.twin, service.random)
    planned = time.process_time() - began
    assert published.entries > 0.9 * QUOTA
    return planned, _acknowledge(service, desk)


def _acknowledge(service: Service, desk: Desk) -> float:
    names = [text.pseudonym for text in desk.context.ledger.texts.live() if text.number][:100]
    changes = Changes()
    envelopes = [EnvelopePlain(EnvelopeType.ACK, name, name, name, bytes(16), 1, 1, EACH + 1, b"") for name in names]
    began = time.process_time()
    for plain in envelopes:
        record(desk.context, OpenedEnvelope(plain, 1, b"", b""), plain.pseudonym, service.twin.now, changes)
    assert len(changes.texts) == len(envelopes)
    return time.process_time() - began
