# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether something moves beneath a finger: what can be pressed stays where it is, but for what a press or a key does
at once."""

from playwright.async_api import Page

WATCH = """() => {
  const shown = () => document.querySelector("main section:not([hidden])");
  const places = () => new Map(
    [...document.querySelectorAll("main :is(button, input, textarea, select, a)")]
      // What stays in sight while the page scrolls is where it was.
      .filter((one) => one.getClientRects().length && !one.closest(".tabs"))
      .map((one) => [one, one.getBoundingClientRect()])
      .map(([one, at]) => [one, [at.left + scrollX, at.top + scrollY]]),
  );
  window.moved = [];
  let page, before = new Map(), moves = false, pressed = false;
  for (const kind of ["input", "change", "keydown"]) addEventListener(kind, () => { moves = true; }, true);
  addEventListener("click", () => { pressed = true; }, true);
  const look = () => {
    const now = shown();
    const after = places();
    if (now !== page) pressed = false;
    else if (!moves && !pressed) {
      for (const [one, at] of after) {
        const was = before.get(one);
        const way = was ? Math.hypot(at[0] - was[0], at[1] - was[1]) : 0;
        // A button that is held down sinks by two.
        if (way > 4) window.moved.push(`${page?.id}: ${one.textContent.trim() || one.id} by ${Math.round(way)}`);
      }
    }
    page = now;
    before = after;
    moves = false;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
"""Notes whatever a person could press that is elsewhere than a frame ago, unless they pressed something on that page or
typed since."""


async def watch(page: Page) -> None:
    """Begin."""
    await page.evaluate(WATCH)


async def moved(page: Page) -> list[str]:
    """What did since then: its page, its words, by how many pixels."""
    found: list[str] = await page.evaluate("() => window.moved")
    return found
