# SPDX-License-Identifier: AGPL-3.0-or-later
"""The worker in real browsers, under the page's policy, against the service in memory: a report and its answer."""

import base64
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from dropbox.metadata.look import look
from dropbox.protocol.body import Report, parse_body
from dropbox.protocol.codename import conversation_keys, decode_codename, stretch
from dropbox.words import codename_words
from tests.browser.bundled import ROOT, bundle, served
from tests.browser.lying_server import BURST
from tests.cli.pictures import JPEG
from tests.client.twin_server import TwinServer
from tests.flows.twin import Service, make_service

HERE = Path(__file__).parent
ABOUT: dict[str, Any] = {
    "slug": "intake",
    "shown": {"name": "Unit intake", "independent": False},
    "force": "",
    "categories": ["discrimination"],
    "answers": {"when": "May"},
}


@dataclass(frozen=True)
class Place:
    """Where the page is, and the service behind it."""

    url: str
    service: Service
    server: TwinServer


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The worker as the release bundles it, and a page that asks it."""
    folder = tmp_path_factory.mktemp("worker")
    bundle(folder, page=HERE / "worker_page.js", worker=ROOT / "client" / "worker.js")
    return folder


@pytest.fixture
def place(scripts: Path) -> Iterator[Place]:
    """A service as of today, with its page."""
    service = make_service(start=int(time.time()) // 86_400)
    server = TwinServer(service)
    with served(scripts, server) as url:
        yield Place(url, service, server)


async def ask(page: Page, question: str, **values: Any) -> list[dict[str, Any]]:
    """What the worker says of one question; the last is the answer."""
    said: list[dict[str, Any]] = await page.evaluate("(message) => ask(message)", {"ask": question, **values})
    return said


async def _start(page: Page, place: Place) -> None:
    """Open the page, start the worker."""
    await page.goto(place.url)
    anchor = base64.b64encode(place.service.twin.directory.anchors[0].encode()).decode()
    assert (await ask(page, "start", anchor=anchor))[-1]["done"] == {}


async def _look(page: Page) -> None:
    """At a photograph: what it tells, and the copy without, as the command line finds them."""
    found, mine = await page.evaluate("bytes => lookAt(bytes)", list(JPEG)), look(JPEG)
    assert (found["mediaType"], bytes(found["clean"])) == (mine.media_type, mine.cleaned)
    assert {"Acme", "Phone 7", "Camera 3.1", "Somebody", "file-gps"} <= set(found["tells"])
    assert len(found["tells"]) == len(mine.tells)


async def _report_and_return(page: Page, place: Place) -> None:
    """A photograph is looked at. Report in two parts, collected under the pseudonym that the Python stretches from the
    same codename; answered; read; answered again."""
    await _start(page, place)
    await _look(page)
    typed = await page.evaluate("() => typeWhileItStretches()")
    assert typed["order"] == ["answered", "stretched"], "the page waits for the stretch"
    codename = typed["codename"]
    text = "A report of two parts. " * 800
    shown = {"name": "Unit intake", "independent": False}
    about = {
        "slug": "intake",
        "shown": shown,
        "force": "",
        "categories": ["discrimination"],
        "answers": {"when": "May"},
    }
    said = await ask(page, "report", codename=codename, text=text, despiteClock=False, **about)
    assert said[-1]["done"]["stored"], said[-1]
    desk = place.service.desks["intake"]
    place.service.tick()
    assert [parse_body(body) for body in desk.bodies()] == [Report(text, ("discrimination",), "", ABOUT["answers"])]
    (conversation,) = desk.context.ledger.conversations.values()
    stretched = stretch(decode_codename(codename, codename_words()), place.service.twin.service_id)
    assert conversation.pseudonym == conversation_keys(stretched, desk.context.unit_id).pseudonym
    desk.reply(conversation, "Thank you. " * 200)
    place.service.tick()
    found = (await ask(page, "check", codename=codename, despiteClock=False))[-1]["done"]
    (read,) = found["conversations"]
    assert (read["collected"], [one["text"] for one in read["messages"]]) == (1, ["Thank you. " * 200])
    answer = (await ask(page, "reply", codename=codename, slug="", text="More.", despiteClock=False))[-1]
    assert answer["done"]["stored"], answer
    place.service.tick()
    assert parse_body(desk.bodies()[-1]) == Report("More.")


@pytest.mark.either
async def test_a_report_and_its_answer_in_both_browsers(page: Page, place: Place) -> None:
    """Sealed in the browser, opened at the desk, and back."""
    await _report_and_return(page, place)


async def test_a_report_and_its_answer_without_compilation_and_webassembly(safer_page: Page, place: Place) -> None:
    """The same where Tor Browser's Safer level takes speed away; `make bench` holds it to a minute."""
    await _report_and_return(safer_page, place)


@pytest.mark.either
async def test_every_visit_of_a_browser_asks_the_same(page: Page, place: Place) -> None:
    """What a report, a return, an unknown codename and an answer send outside the envelope is the same, header by
    header."""
    await _start(page, place)
    codename = (await ask(page, "new-codename"))[-1]["done"]["codename"]
    unknown = (await ask(page, "new-codename"))[-1]["done"]["codename"]
    await ask(page, "report", codename=codename, text="x", despiteClock=False, **ABOUT)
    place.service.tick()
    await ask(page, "check", codename=codename, despiteClock=False)
    await ask(page, "check", codename=unknown, despiteClock=False)
    await ask(page, "reply", codename=codename, slug="", text="y", despiteClock=False)
    shapes = [one.shape() for one in place.server.asked]
    assert [shape[1] for shape in shapes[:4]] == BURST
    assert [shapes[at : at + 4] for at in range(0, len(shapes), 4)] == [shapes[:4]] * 4
    names = {name for shape in shapes for name, _ in shape[2]}
    assert not names & {"cookie", "referer", "if-none-match", "if-modified-since", "range"}
