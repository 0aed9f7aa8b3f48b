# SPDX-License-Identifier: AGPL-3.0-or-later
"""Operations on contact details (docs/protocol.md, section 5.11)."""

from dropbox.protocol import contact, contact_open as opening
from dropbox.protocol.primitives import SealingKey
from tests.vectors.operations import Values, operation

_b = bytes.fromhex


@operation
def contact_info(cert_hash: str, pseudonym: str, message_id: str) -> Values:
    return {"info": contact.contact_info(_b(cert_hash), _b(pseudonym), _b(message_id)).hex()}


@operation
def contact_seal_opens(seed: str, info: str, text: str, public: str = "") -> Values:
    key = SealingKey(_b(seed))
    sealed = contact.seal_contact(_b(public) or key.public, _b(info), text)
    return {"size": len(sealed), "text": opening.open_contact(key, sealed, _b(info))}


@operation
def contact_plain_parse(plain: str) -> Values:
    return {"text": opening.parse_contact(_b(plain))}


@operation
def contact_open(seed: str, info: str, sealed_contact: str) -> Values:
    return {"text": opening.open_contact(SealingKey(_b(seed)), _b(sealed_contact), _b(info))}


@operation
def contact_opened_parse(data: str) -> Values:
    contact.check_opened(_b(data))
    return {}
