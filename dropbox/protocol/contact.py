# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contact details, sealed apart from the report that they come with (docs/protocol.md, section 5.11).

They open under the unit's key for contact details alone, and only as what this source said in this message, sealed to
this epoch: a sealed field that is put into another case or another message does not open.
"""

from . import labels
from .constants import CONTACT_PLAIN, MAX_CONTACT
from .encoding import u16
from .errors import BadBody, BadText, BadValue
from .padding import pad
from .primitives import hpke_seal


def contact_info(cert_hash: bytes, pseudonym: bytes, message_id: bytes) -> bytes:
    """What sealed contact details are bound to: H of the epoch certificate that their message is sealed to, its
    source's P_pk, and its message_id."""
    return labels.CONTACT_INFO + cert_hash + pseudonym + message_id


def contact_bytes(text: str) -> bytes:
    """What contact details say, as UTF-8. Raises BadText, BadValue for none and for more than MAX_CONTACT bytes."""
    try:
        data = text.encode()
    except UnicodeEncodeError:
        raise BadText("contact") from None
    if not 0 < len(data) <= MAX_CONTACT:
        raise BadValue("contact")
    return data


def seal_contact(public: bytes, info: bytes, text: str) -> bytes:
    """2,160 bytes, whatever the text says. Raises BadText, BadValue, BadPublicKey."""
    data = contact_bytes(text)
    return hpke_seal(public, pad(u16(len(data)) + data, CONTACT_PLAIN), info)


def check_opened(data: bytes) -> None:
    """Of a unit's word that it opened them, which has no words of its own (docs/protocol.md, step 6.4.3). Raises
    BadBody."""
    if data:
        raise BadBody("contact opened")
