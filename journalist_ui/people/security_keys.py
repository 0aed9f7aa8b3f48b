# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one adapter to fido2: security keys by WebAuthn, which sign in in place of a one-time code. A key is registered
for the host of the desk's pages, and finds itself by that host: nobody is told which keys a name has."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from sqlalchemy import Connection, delete, func, insert, or_, select, update

from dropbox.protocol.primitives import sha256
from journalist_ui.refusals import BadInput
from journalist_ui.vault import labels, tables

LONGEST = 8_192
"""Characters of what a browser hands over."""
LONGEST_LABEL = 40
MOST = 8
"""Keys of a member."""
NO_KEY = "The browser's answer was not that of a security key for this desk and this page. Load the page and try again."
_ODD = (ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError, NotImplementedError)
"""What fido2 raises over bytes that are none of an authenticator's."""
_rows = tables.security_keys
# It would log which key signed in.
logging.getLogger("fido2").disabled = True
for _name in ("fido2.server", "fido2.webauthn"):
    logging.getLogger(_name).disabled = True


class Challenged(Protocol):
    """What the desk gave keys to sign: whether it is one of these and good, and, once a key has signed, using it up."""

    def is_ours(self, challenge: bytes) -> bool: ...

    def use(self, challenge: bytes) -> bool: ...


@dataclass(frozen=True)
class KeySite:
    """Where a browser is: the ``host`` for which keys are registered, and its ``origin``, as the page knows both."""

    host: str
    origin: str


@dataclass(frozen=True)
class SecurityKey:
    """A member's. ``number`` is how people name it, ``day`` of unix time when it was registered."""

    number: int
    label: str
    day: int


@dataclass(frozen=True)
class StoredKey:
    """What verifies a key's signatures: its credential, and the newest count that it has shown."""

    member: str
    number: int
    credential: bytes
    counter: int


@dataclass(frozen=True)
class KeyUse:
    """A key of a member has signed this page's challenge, and its count is ``counter`` now."""

    member: str
    number: int
    counter: int


@dataclass(frozen=True)
class NewKey:
    """A key that is not stored yet."""

    credential: bytes = field(repr=False)
    counter: int
    label: str


def _server(site: KeySite, unit: str) -> Fido2Server:
    return Fido2Server(
        PublicKeyCredentialRpEntity(name=unit, id=site.host), verify_origin=lambda origin: origin == site.origin
    )


def registration_options(site: KeySite, unit: str, member: str, keys: Sequence[StoredKey], challenge: bytes) -> str:
    """What a browser is to make a key with, as JSON."""
    user = PublicKeyCredentialUserEntity(name=member, id=sha256(labels.KEY_USER + member.encode()), display_name=member)
    options, _ = _server(site, unit).register_begin(
        user,
        [AttestedCredentialData(one.credential) for one in keys],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.DISCOURAGED,
        challenge=challenge,
    )
    return json.dumps(dict(options.public_key))


def sign_in_options(site: KeySite, challenge: bytes) -> str:
    """What a browser is to have a key sign, as JSON: the same for everybody."""
    options, _ = _server(site, site.host).authenticate_begin(
        user_verification=UserVerificationRequirement.DISCOURAGED, challenge=challenge
    )
    return json.dumps(dict(options.public_key))


def _parsed(answer: str) -> dict[str, Any]:  # as browsers make it; fido2 judges each field
    if len(answer) > LONGEST:
        raise ValueError("too long")
    found = json.loads(answer)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _state(challenge: bytes, accepts: Callable[[bytes], bool]) -> dict[str, Any]:
    """fido2's own, of a challenge that the answer names and ``accepts`` takes. Raises ValueError."""
    if not accepts(challenge):
        raise ValueError("a stranger's challenge")
    return {"challenge": websafe_encode(challenge), "user_verification": UserVerificationRequirement.DISCOURAGED}


def read_registration(answer: str, site: KeySite, label: str, accepts: Callable[[bytes], bool]) -> NewKey:
    """The key that a browser made. Raises BadInput."""
    label = label.strip() or "Security key"
    if len(label) > LONGEST_LABEL or not label.isprintable():
        raise BadInput(f"A key's name is one line of at most {LONGEST_LABEL} characters. Choose another.")
    try:
        found = _parsed(answer)
        challenge = RegistrationResponse.from_dict(found).response.client_data.challenge
        data = _server(site, site.host).register_complete(_state(challenge, accepts), found)
        credential = data.credential_data
        if credential is None or credential.public_key.ALGORITHM is None:
            raise ValueError("no key of a known kind")
        return NewKey(bytes(credential), data.counter, label)
    except _ODD:
        raise BadInput(NO_KEY) from None


def read_sign_in(answer: str, site: KeySite, keys: Sequence[StoredKey], challenges: Challenged) -> KeyUse | None:
    """Which of a member's keys has signed a challenge of the desk's for this page, which is used up then; None for
    none."""
    try:
        found = _parsed(answer)
        response = AuthenticationResponse.from_dict(found)
        credentials = [AttestedCredentialData(one.credential) for one in keys]
        challenge = response.response.client_data.challenge
        state = _state(challenge, challenges.is_ours)
        used = _server(site, site.host).authenticate_complete(state, credentials, found)
        counter = response.response.authenticator_data.counter
    except _ODD:
        return None
    if not challenges.use(challenge):
        return None
    key = next(one for one, credential in zip(keys, credentials, strict=True) if credential == used)
    return KeyUse(key.member, key.number, counter)


def store_key(connection: Connection, member: str, new: NewKey, day: int) -> None:
    """Raises BadInput where there are too many, or it is registered already."""
    keys = read_keys(connection, member)
    if len(keys) >= MOST:
        raise BadInput(f"You have {MOST} security keys. Remove one first.")
    if any(AttestedCredentialData(one.credential).credential_id == _id(new.credential) for one in keys):
        raise BadInput("That security key is registered already.")
    values = {"credential": new.credential, "counter": new.counter, "label": new.label, "day": day}
    connection.execute(insert(_rows).values(member=member, **values))


def _id(credential: bytes) -> bytes:
    return bytes(AttestedCredentialData(credential).credential_id)


def read_keys(connection: Connection, member: str) -> list[StoredKey]:
    """What verifies a member's keys."""
    found = select(_rows.c.member, _rows.c.number, _rows.c.credential, _rows.c.counter)
    return [StoredKey(*row) for row in connection.execute(found.where(_rows.c.member == member))]


def list_keys(connection: Connection, member: str) -> list[SecurityKey]:
    """As their member sees them."""
    found = select(_rows.c.number, _rows.c.label, _rows.c.day).where(_rows.c.member == member)
    return [SecurityKey(*row) for row in connection.execute(found.order_by(_rows.c.number))]


def advance_key(connection: Connection, used: KeyUse) -> bool:
    """Whether the key is still there and its count went up; some keys do not count, and show 0 for ever."""
    later = or_(_rows.c.counter < used.counter, (_rows.c.counter == 0) & (used.counter == 0))
    this = update(_rows).where(_rows.c.member == used.member, _rows.c.number == used.number, later)
    return connection.execute(this.values(counter=used.counter)).rowcount == 1


def remove_key(connection: Connection, member: str, number: int) -> None:
    """Raises BadInput where the member has none of that number."""
    this = delete(_rows).where(_rows.c.member == member, _rows.c.number == number)
    if connection.execute(this).rowcount != 1:
        raise BadInput("You have no security key of that number. `dropbox-desk member keys` lists yours.")


def forget_keys(connection: Connection, member: str) -> None:
    """All of a member's."""
    connection.execute(delete(_rows).where(_rows.c.member == member))


def count_keys(connection: Connection, member: str) -> int:
    """How many there are."""
    return connection.execute(select(func.count()).where(_rows.c.member == member)).scalar_one()
