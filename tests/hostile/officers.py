# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same texts typed by an officer into every field that a colleague reads: notes, tags, reasons, decisions."""

import asyncio
import json
from collections.abc import Iterator

from click.testing import CliRunner

from dropbox.protocol.inert import inert
from journalist_ui.cli.commands import main as desk_command
from tests.browser.desk_house import Officer
from tests.hostile.campaign import SEE, Campaign

_PRINT_REASON = 200


async def handle(campaign: Campaign, case: int, batch: list[str]) -> None:
    """Every string of the batch is typed somewhere. What the desk takes stands whole on the case's page, on paper and
    in what the commands print; what it refuses is refused in words; nothing acts, on no page that tells of the case."""
    kept = await asyncio.to_thread(_keep, campaign, case, batch)
    page, url = campaign.page, campaign.house.url
    for path in (f"cases/{case}", "", f"audit?case={case}", f"search?words={case}"):
        await page.goto(url + path)
        await _look(campaign, case, path, kept if path == f"cases/{case}" else [])
    await page.goto(f"{url}cases/{case}")
    await page.get_by_text("More to do with this case").click()
    line = "".join(letter for letter in batch[case % len(batch)] if letter.isprintable()).strip()
    await page.locator("#print-reason").fill(line[:_PRINT_REASON] or "x")
    await Officer(campaign.house, page).press("Print the case")
    await _look(campaign, case, "print", kept)
    await asyncio.to_thread(_printed, campaign, case, kept)


def _keep(campaign: Campaign, case: int, batch: list[str]) -> list[str]:
    return [text for text, *words in _typed(case, batch) if _takes(campaign, case, text, *words)]


def _typed(case: int, batch: list[str]) -> Iterator[tuple[str, ...]]:
    """Each text with the words of the command that it is typed into."""
    number = str(case)
    for at, text in enumerate(batch):
        match at % 5:
            case 0:
                yield text, "note", number, "--text-file", "-"
            case 1:
                yield text[:40], "tag", number, "--add", text[:40]
            case 2:
                yield text[:1_000], "urgent", number, "--on", "--reason", text[:1_000]
            case 3:
                yield text, "outcome", number, "--kind", "recorded", "--reason-file", "-"
            case _:
                yield text, "decide", number, "--what", "referral", "--answer", "no", "--reason-file", "-"


def _takes(campaign: Campaign, case: int, text: str, *words: str) -> bool:
    """Whether the desk keeps it. It is refused with a code and words, never with a fault."""
    on_stdin = text if "-" in words else None
    if "\x00" in "".join(words):
        # No command line can hold it.
        return False
    ran = CliRunner().invoke(desk_command, [*words, "--session", str(campaign.session), "--json"], input=on_stdin)
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        campaign.fault(case, f"{words[0]} ended in {ran.exception!r} for", text)
    if not all(line.isprintable() for line in ran.output.split("\n")):
        campaign.fault(case, f"{words[0]} printed what acts for", text)
    campaign.typed += 1
    return ran.exit_code == 0


async def _look(campaign: Campaign, case: int, path: str, kept: list[str]) -> None:
    page = campaign.page
    boxes = await page.evaluate(SEE)
    texts = {box["text"] for box in boxes}
    campaign.faults += [f"case {case}: markup came alive on {path}" for box in boxes if box["elements"]]
    shown = "\n".join([*texts, await page.locator("main").inner_text()])
    for text in kept:
        if inert(text).strip() not in shown:
            campaign.fault(case, f"{path} does not hold", text)
    if acts := await page.evaluate("() => window.acts"):
        campaign.fault(case, f"{path} acted: {acts}")
    if await page.evaluate("() => document.querySelector('main').querySelector('script, img, svg, iframe') !== null"):
        campaign.fault(case, f"{path} holds an element of somebody's")
    if await page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        campaign.fault(case, f"{path} scrolls sideways")


def _printed(campaign: Campaign, case: int, kept: list[str]) -> None:
    """Nothing acts on a terminal, and JSON holds every text."""
    for words in (("show", str(case)), ("audit", "--case", str(case)), ("cases",)):
        if not all(line.isprintable() for line in campaign.command(*words).split("\n")):
            campaign.fault(case, f"{words[0]} acts on the terminal")
    told = json.dumps(json.loads(campaign.command("show", str(case), "--json")), ensure_ascii=False)
    for text in kept:
        if json.dumps(text.strip(), ensure_ascii=False)[1:-1] not in told:
            campaign.fault(case, "JSON does not hold", text)
