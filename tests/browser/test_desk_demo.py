# SPDX-License-Identifier: AGPL-3.0-or-later
"""Three desks of one demo in one browser: each has a name and a cookie of its own, and none sees another's."""

import pytest
from playwright.async_api import BrowserContext, Request, expect

from tests.browser.desk_page import DeskPage
from tests.scenarios.service import Demo


@pytest.mark.timeout(240)
async def test_the_cookies_of_three_desks_do_not_meet(demo: Demo, context: BrowserContext) -> None:
    """Signed in to all three at once: a cookie each, for its own host alone, and every request carries its own only;
    locking one leaves the others signed in. Every page says that it is a demo."""
    sent: dict[str, set[str]] = {}

    async def note(request: Request) -> None:
        cookie = (await request.all_headers()).get("cookie", "")
        if "desk-" in cookie:
            sent.setdefault(request.url.split("/")[2].partition(":")[0], set()).add(cookie)

    context.on("request", note)
    desks = [DeskPage(await context.new_page(), unit, member=1) for unit in demo.described["units"]]
    for desk in desks:
        await desk.sign_in()
        await expect(desk.page.locator("header")).to_contain_text("Demonstration.")
    for desk in desks:
        await desk.page.goto(desk.unit["desk"] + "status")
        await expect(desk.page.locator("main")).to_contain_text(desk.unit["name"])
    cookies = [one for one in await context.cookies() if "desk-" in one["name"]]
    assert {one["domain"] for one in cookies} == {f"{desk.unit['slug']}.localhost" for desk in desks}
    assert len({one["name"] for one in cookies}) == len({one["value"] for one in cookies}) == len(cookies) == 3
    assert all((one["httpOnly"], one["sameSite"]) == (True, "Strict") for one in cookies)
    for one in cookies:
        assert sent.get(one["domain"], set()) <= {f"{one['name']}={one['value']}"}
    assert sent
    async with desks[0].page.expect_navigation(url="**/sign-in?why=locked"):
        await desks[0].page.get_by_role("button", name="Lock now").click()
    for desk, heading in zip(desks, ("Sign in", "Inbox", "Inbox"), strict=True):
        await desk.page.goto(desk.unit["desk"])
        await expect(desk.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
