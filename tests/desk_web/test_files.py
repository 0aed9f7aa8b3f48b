# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of a case on its page: listed as text, opened by nothing."""

import asyncio
import re

from dropbox.flows.source.attached import Attached
from dropbox.flows.source.visit import Part
from dropbox.protocol.attachments import seal_file
from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.codename import stretch
from tests.desk.room import entropy
from tests.desk_web.house import House

HOSTILE = '<img src=x onerror=alert(1)>\u202egpj.exe"'


async def test_files_stand_on_the_page_as_text(house: House) -> None:
    """Name, kind, size, hash and what became of each; a name made to act or to hide shows as what it is, and no page
    leads to what is inside."""
    service, twin = house.room.service, house.room.service.twin
    file, blobs = seal_file(HOSTILE, "image/jpeg", b"what is inside", bytes(32), twin.service_id)
    body = encode_body(Report("Look.", ("discrimination",), files=(file,)))
    part = Part("north", service.random(16), 1, 1, body, attached=Attached(blobs, service.random, lambda: 0))
    await asyncio.to_thread(service.visit, stretch(entropy(1), twin.service_id), part)
    await house.desk.engine.sync()
    ada = await house.officer()
    assert "still arriving" in (await ada.get("/cases/1")).words
    twin.advance()
    await house.desk.engine.sync()
    page = await ada.get("/cases/1")
    assert "14 bytes, of message 1: whole" in page.words
    assert "⟦U+202E⟧gpj.exe" in page.words
    assert "<img src=x" not in page.body
    listed = page.body.partition('id="files"')[2].partition("</section>")[0]
    assert re.findall('href="([^"]*)"', listed) == ["/cases/1/files/1"]
    assert "<form" not in listed
    assert "SHA-256 <code>" in listed
    assert "what is inside" not in page.body
