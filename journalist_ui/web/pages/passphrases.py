# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member's own passphrase and one-time codes."""

import segno
from markupsafe import Markup

from dropbox.protocol.passphrase import composed
from dropbox.protocol.primitives import sha256
from journalist_ui.refusals import BadInput, SignInRefused
from journalist_ui.shapes.passphrases import ChangePassphrase, ConfirmCodes, ShowCodes
from journalist_ui.shapes.security_keys import AskKey, Keys
from journalist_ui.shapes.spares import CountSpares, MakeSpares
from journalist_ui.shapes.upkeep import Status
from journalist_ui.web.answers import Answer, to
from journalist_ui.web.site import Visit
from journalist_ui.web.words.security_keys import BY_NUMBER, takes_keys
from journalist_ui.web.words.signing_in import Why
from journalist_ui.words.spares import ABOUT, left

from .members import NOT_ALIKE


def _name_in_app(unit: str, name: str, secret: str) -> str:
    """What an app calls the secret. Some put a new one of the same name in place of the old, which is in force until
    the new one is confirmed: so each secret has a name of its own."""
    return f"{unit}:{name}-{sha256(secret.encode())[:2].hex()}"


def _square(called: str, secret: str) -> Markup:
    """What an authenticator app reads, drawn. No text stands in the drawing."""
    code = segno.make_qr(f"otpauth://totp/{called}?secret={secret}")
    return Markup(code.svg_inline(border=4, svgclass="qr", lineclass=None, omitsize=True))  # noqa: S704  # see above


async def passphrase_page(visit: Visit) -> Answer:
    return await own_page(visit, done=visit.told())


async def own_page(visit: Visit, *, done: str = "", error: str = "") -> Answer:
    """The page of a member's own passphrase, recovery codes and security keys."""
    values: dict[str, object] = {"done": done, "error": error}
    if not visit.me.provisional:
        values["spares"] = left((await visit.ask(CountSpares())).left)
        values["security_keys"] = (await visit.ask(Keys())).keys
        named = takes_keys(visit.host)
        values["key_options"] = (await visit.ask(AskKey(visit.host, visit.origin))).options if named else ""
        values["no_keys"] = "" if named else BY_NUMBER
    return visit.page("passphrase.html", 422 if error else 200, **values)


async def passphrase(visit: Visit) -> Answer:
    """A change ends every session of the member, and so does a wrong guess at the present one. New codes are confirmed
    on a page of their own before anything changes."""
    if composed(visit.field("new")) != composed(visit.field("again")):
        return await own_page(visit, error=NOT_ALIKE)
    new_code = visit.field("new_code") == "yes"
    try:
        made = await visit.ask(ChangePassphrase(visit.field("old"), visit.field("new"), new_code))
    except BadInput as error:
        return await own_page(visit, error=error.say)
    except SignInRefused:
        return visit.to_sign_in(Why.REFUSED)
    if made.in_force:
        return visit.to_sign_in(Why.PASSPHRASE)
    return to("/passphrase/codes")


async def codes_page(visit: Visit) -> Answer:
    """The secret that waits to be confirmed, as often as the page is asked for."""
    return await _codes(visit)


async def _codes(visit: Visit, error: str = "") -> Answer:
    secret = (await visit.ask(ShowCodes())).totp_secret
    if secret is None:
        return to("/passphrase")
    unit = (await visit.ask(Status())).unit
    called = _name_in_app(unit or "desk", visit.me.name, secret)
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return visit.page(
        "code_secret.html",
        422 if error else 200,
        secret=spaced,
        square=_square(called, secret),
        called=called,
        error=error,
    )


async def confirm(visit: Visit) -> Answer:
    """A code of the new secret puts passphrase and codes in force, and ends every session of the member. The recovery
    codes stand on a page that belongs to no session."""
    try:
        made = await visit.ask(ConfirmCodes(visit.field("code")))
    except BadInput as error:
        return await _codes(visit, error.say)
    except SignInRefused:
        return visit.to_sign_in(Why.REFUSED)
    visit.who = None
    gone = visit.site.set_cookie("")
    return visit.page("recovery_codes.html", 200, (gone,), codes=made.recovery_codes, about=ABOUT, own=True)


async def recovery_codes(visit: Visit) -> Answer:
    """Ten new ones, shown once; a wrong passphrase ends every session of the member."""
    try:
        made = await visit.ask(MakeSpares(visit.field("passphrase")))
    except SignInRefused:
        return visit.to_sign_in(Why.REFUSED)
    return visit.page("recovery_codes.html", codes=made.recovery_codes, about=ABOUT, own=False)
