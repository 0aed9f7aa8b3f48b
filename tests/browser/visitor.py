# SPDX-License-Identifier: AGPL-3.0-or-later
"""The service's page as a source uses it: what a person sees and presses, and nothing else."""

from dataclasses import dataclass, field

from playwright.async_api import Locator, Page, expect

SLOW = 300_000
"""Milliseconds for a visit with its stretch, in a browser without just-in-time compilation, or of a loaded service."""


@dataclass(frozen=True)
class Answer:
    """One answer of a unit as it stands on the page."""

    heading: str
    text: str


@dataclass(frozen=True)
class Conversation:
    """What the page of answers shows of one unit."""

    unit: str
    collected: str
    answers: list[Answer]


@dataclass
class Report:
    """What is filled in; the rest of the questions is passed by."""

    text: str
    force: str = "Cumbria"
    category: str = "Racist"
    choices: dict[str, str] = field(default_factory=dict)
    """The name of a page to the label that is chosen there."""


class SourcePage:
    """One visit to the service in one tab."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.by_key = False
        """Whether the account is typed letter by letter, which a browser takes for a person's."""

    def section(self, name: str) -> Locator:
        return self.page.locator(f"#page-{name}")

    async def open(self) -> None:
        await self.page.goto(f"{self.address}/")
        await expect(self.section("start")).to_be_visible()

    async def press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def walk_to_check(self, report: Report) -> None:
        """From the first page to the one with all answers."""
        await self.press("Start a report")
        await self.section("suits").get_by_label(report.category).check()
        await self.press("Continue")
        await expect(self.section("before")).to_be_visible()
        await self.press("Continue")
        for name in ("role", "serving", "identity", "force", "keep", "account"):
            await expect(self.section(name)).to_be_visible()
            if name == "force":
                await self._choose_force(report.force)
            elif name == "account":
                account = self.section(name).get_by_label("Your account")
                await (account.press_sequentially if self.by_key else account.fill)(report.text)
            elif name in report.choices:
                await self.section(name).get_by_label(report.choices[name]).check()
            await self.press("Continue")
        if "at-risk" in report.choices:
            await self.section("at-risk").get_by_label(report.choices["at-risk"]).check()
        await self.press("Skip the other questions")
        await expect(self.section("check")).to_be_visible()

    async def _choose_force(self, force: str) -> None:
        await self.page.get_by_label("Find a force").fill(force)
        await self.section("force").locator("[data-field=force]").get_by_role("radio").first.check()

    async def receiver(self) -> str:
        """The receiving unit as the page with all answers names it."""
        return await self.section("check").locator("[data-receiver]").inner_text()

    async def take_codename(self) -> str:
        """From the page with all answers to the one where the codename is typed back."""
        await self.press("Continue to the codename")
        await self.press("Show the codename")
        words = self.page.locator("#codename-words li")
        await expect(words).to_have_count(8)
        codename = " ".join(await words.all_inner_texts())
        await self.press("I have written it down")
        await expect(self.section("retype")).to_be_visible()
        return codename

    async def report(self, report: Report) -> str:
        """The whole of it, up to "stored"; the codename."""
        await self.open()
        await self.walk_to_check(report)
        codename = await self.take_codename()
        await self.send(codename)
        await expect(self.section("sent")).to_be_visible(timeout=SLOW)
        return codename

    async def send(self, codename: str) -> None:
        """Type the codename back and send; whatever page follows the one with the progress."""
        await self.section("retype").get_by_label("Word 1", exact=True).fill(codename)
        await self.press("Send the report")
        await self.arrive()

    async def arrive(self) -> None:
        """On the page that follows a visit."""
        before = self.page.locator("#page-retype, #page-return, #page-write, #page-working").locator("visible=true")
        try:
            await expect(before).to_have_count(0, timeout=SLOW)
        except AssertionError as error:
            raise AssertionError(f"still at: {await before.first.inner_text()}") from error

    async def check(self, codename: str) -> list[Conversation]:
        """Come back, and what the page of answers shows."""
        await self.open()
        await self.come_back(codename)
        await expect(self.section("messages")).to_be_visible()
        return await self.conversations()

    async def come_back(self, codename: str) -> None:
        await self.press("Read your answers")
        await self.section("return").get_by_label("Word 1", exact=True).fill(codename)
        await self.press("Look for answers")
        await self.arrive()

    async def conversations(self) -> list[Conversation]:
        """Those on the page of answers, in its order."""
        found: list[Conversation] = []
        for part in await self.section("messages").locator("[data-conversations] > *").all():
            tag = await part.evaluate("element => element.tagName")
            if tag == "H2":
                found.append(Conversation(await part.inner_text(), "", []))
            elif tag == "P" and not found[-1].collected:
                found[-1] = Conversation(found[-1].unit, await part.inner_text(), [])
            elif tag == "DIV":
                text = await part.locator("pre").text_content() or ""
                found[-1].answers.append(Answer(await part.locator("h3").inner_text(), text))
        return found

    async def warnings(self) -> list[str]:
        """Every warning that the present page holds, in the open or in its fold."""
        texts = await self.page.locator("section:not([hidden]) .govuk-warning-text__text").all_text_contents()
        return [" ".join(text.split()) for text in texts]

    async def reply(self, text: str, unit: str = "") -> None:
        """From the page of answers: write, and up to "stored"; ``unit`` where the page asks for it."""
        await self.press("Write to the unit")
        if unit and await self.section("write").locator("[data-which]").is_visible():
            await self.section("write").get_by_label(unit).check()
        await self.section("write").get_by_label("Your message").fill(text)
        await self.press("Send")
        await self.arrive()
        await expect(self.section("replied")).to_be_visible()
