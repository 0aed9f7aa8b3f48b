# SPDX-License-Identifier: AGPL-3.0-or-later
"""A source's document as the server renders it, once for all that it says: a process starts hundreds of services here,
and each of their documents is the one before, but for the anchor."""

import gzip
from dataclasses import replace
from typing import Any

from dropbox.http_edge.static_files import StaticFile
from dropbox.protocol.units import Unit
from dropbox.server.handlers.pages import Pages

_ANCHOR = "THE-ANCHOR-STANDS-HERE"
_RENDERED: dict[Any, StaticFile] = {}
_render = Pages._render


def _shown(unit: Unit) -> Unit:
    """A unit without what is of bytes: no page shows that, but that there is a contact key."""
    return replace(unit, unit_id=bytes(16), keys=(), contact_pk=unit.contact_pk[:1])


def render_once(made: Pages, name: str, policy: str, /, **values: Any) -> StaticFile:
    """In place of ``Pages._render``: the same file, rendered by it when this process first asks for such a one."""
    anchor = values.get("anchor", "")
    told = dict(values)
    if anchor:
        told |= {"anchor": _ANCHOR, "units": [_shown(unit) for unit in values["units"]]}
    fixed = (made._demo, made._exit_url, made._brand)
    # The environment itself, not its number: as long as it stands here no other one is taken for it.
    key = (made._environment, name, policy, repr(fixed), repr(told))
    if key not in _RENDERED:
        _RENDERED[key] = _render(made, name, policy, **told)
    found = _RENDERED[key]
    if not anchor:
        return found
    assert found.plain.count(_ANCHOR.encode()) == 1
    plain = found.plain.replace(_ANCHOR.encode(), anchor.encode())
    return replace(found, plain=plain, packed={"gzip": gzip.compress(plain, mtime=0)})
