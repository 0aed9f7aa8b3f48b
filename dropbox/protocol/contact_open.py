# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening contact details at a desk (docs/protocol.md, section 5.11). Neither a server nor a source imports this."""

from .constants import CONTACT, CONTACT_PLAIN, MAX_CONTACT
from .encoding import Reader, decode_text
from .errors import WrongLength
from .padding import unpad
from .primitives import SealingKey


def parse_contact(plain: bytes) -> str:
    """What 1,024 bytes that opened say. Raises WrongLength, BadValue, BadPadding, BadText."""
    if len(plain) != CONTACT_PLAIN:
        raise WrongLength("contact")
    reader = Reader(plain, "contact")
    length = reader.u16(1, MAX_CONTACT)
    return decode_text(unpad(reader.take(MAX_CONTACT), length), "contact")


def open_contact(key: SealingKey, sealed: bytes, info: bytes) -> str:
    """What was sealed under ``info`` (contact.py). Raises NotForThisKey for another key, case, message or epoch, and
    Malformed."""
    if len(sealed) != CONTACT:
        raise WrongLength("contact")
    return parse_contact(key.open(sealed, info))
