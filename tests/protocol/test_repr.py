# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a debugger or a careless log line would print holds no secret."""

from dropbox.flows.desk.requests import NewContent
from dropbox.flows.desk.state import Chain, Conversation, EpochSecret, Keyring, PendingBatch, Text
from dropbox.flows.source.visit import Part
from dropbox.protocol.board import EntryPlain
from dropbox.protocol.body import Report
from dropbox.protocol.codename import conversation_keys
from dropbox.protocol.constants import EntryType, EnvelopeType
from dropbox.protocol.envelope_format import EnvelopePlain

SECRET = b"planted-secret-of-exactly-32-by!"


def test_no_secret_stands_in_a_repr() -> None:
    """Seeds, chain keys, beacons, r and words of either side are left out of every dataclass's repr."""
    keys = conversation_keys(SECRET, bytes(16))
    held = [
        Keyring(SECRET, epochs={1: EpochSecret(1, 0, 6, SECRET)}, chains={b"p": Chain(b"m", 1, 0, SECRET)}),
        PendingBatch(1, b"h", SECRET),
        Text(1, b"p", EntryType.TEXT, (SECRET,)),
        Conversation(b"p", SECRET, 1),
        NewContent(b"p", b"m", 1, 1, 1, SECRET, SECRET),
        Part("north", b"m", 1, 1, SECRET),
        EnvelopePlain(EnvelopeType.MESSAGE, b"p", SECRET, SECRET, b"m", 1, 1, 0, SECRET),
        EntryPlain(EntryType.TEXT, 1, 1, 1, 1, SECRET),
        Report(SECRET.decode()),
        keys,
    ]
    for one in held:
        shown = repr(one)
        for secret in (SECRET, keys.key, keys.signing_seed, keys.beacon):
            assert repr(secret)[2:-1] not in shown
