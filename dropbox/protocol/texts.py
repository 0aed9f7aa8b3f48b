# SPDX-License-Identifier: AGPL-3.0-or-later
"""Entries of the board: a key a text, from it one a batch and lane (docs/protocol.md, section 6.3)."""

from . import labels
from .board import Chains, EntryPlace, EntryPlain, chain_place, open_under, seal_under
from .codename import ConversationKeys
from .constants import LANES, MAX_TEXT_PARTS, MAX_TEXT_STEP, NONCE
from .encoding import u16, u32
from .errors import BadValue
from .primitives import mac


def text_key(chain_key: bytes) -> bytes:
    """T_i from CK_i: what a desk keeps of a text while it is unread. It leads to no other step."""
    return mac(chain_key, labels.CHAIN_TEXT)


def row_key(key: bytes, period: int, lane: int) -> bytes:
    """What seals the entry of a text in ``lane`` of the batch of ``period``; ``key`` is the text's."""
    return mac(key, labels.CHAIN_ENTRY + u32(period) + u16(lane))


def seal_row(
    place: EntryPlace, key: bytes, nonce: bytes, service_id: bytes, signing_seed: bytes, plain: EntryPlain
) -> bytes:
    """An entry, 1,024 bytes. ``key`` is T of ``place.step``, ``place.slot`` the lane, ``nonce`` 12 random bytes.

    Raises BadValue, TooLong.
    """
    if place.step > MAX_TEXT_STEP or place.slot >= LANES or plain.parts > MAX_TEXT_PARTS or len(nonce) != NONCE:
        raise BadValue("entry")
    return seal_under(row_key(key, place.period, place.slot), place, nonce, service_id, signing_seed, plain)


def open_row(
    keys: ConversationKeys, period: int, lane: int, entry: bytes, service_id: bytes, unit_key: bytes, chains: Chains
) -> EntryPlain:
    """Open an entry that carries this conversation's tag of ``lane``.

    ``unit_key`` is the unit's signing key valid at ``period``; ``chains`` remembers chains already walked. Raises
    NotForThisKey, BadSignature, Malformed.
    """
    message_id, step = chain_place(keys, period, lane, entry)
    key = row_key(text_key(chains.key_at(keys, message_id, step)), period, lane)
    return open_under(key, keys.pseudonym, entry, service_id, unit_key)
