# SPDX-License-Identifier: AGPL-3.0-or-later
"""The inbox and a case."""

from typing import Any

from . import words
from .answers import Answer
from .site import Visit

_KEPT = {
    "new": lambda line: line["state"] == "new",
    "assessing": lambda line: line["state"] == "assessing",
    "unread": lambda line: line["unread"] > 0,
    "to-answer": lambda line: line["to_answer"],
}
_DAILY = frozenset({"no-backup"})
"""What stands every day: said in one small line, apart from what has happened."""

INBOX_PAGE = 100


async def inbox(visit: Visit) -> Answer:
    """Every case of this member: unread first, then those to answer, of each the oldest case first."""
    wanted = visit.query.get("state", "")
    wanted = wanted if wanted in words.FILTERS else ""
    mine = "investigator" in visit.who["roles"]
    everything = (await visit.ask("cases", opened=False))["cases"] if mine else []
    lines = [line for line in everything if _KEPT.get(wanted, bool)(line)]
    lines.sort(key=lambda line: (line["unread"] == 0, not line["to_answer"], -line["age"], line["case"]))
    pages = max(1, -(-len(lines) // INBOX_PAGE))
    page = min(asked_page(visit), pages)
    lines = lines[(page - 1) * INBOX_PAGE : page * INBOX_PAGE]
    if lines:
        opened = await visit.ask("categories", cases=[line["case"] for line in lines])
        lines = [line | {"categories": found} for line, found in zip(lines, opened["categories"], strict=True)]
    counts = {name: sum(map(_KEPT.get(name, bool), everything)) for name in words.FILTERS}
    status = await visit.ask("status")
    return visit.page(
        "inbox.html",
        lines=lines,
        total=len(everything),
        filters=[(name, label, counts[name]) for name, label in words.FILTERS.items()],
        wanted=wanted,
        page=page,
        pages=pages,
        investigates=mine,
        status=status,
        done=visit.told(),
        **sorted_notices(status),
    )


def asked_page(visit: Visit) -> int:
    """The page that the address asks for: the first unless it is a number."""
    asked = visit.query.get("page", "")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1


def sorted_notices(status: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    """What has happened, and what stands every day."""
    found = status["notices"]
    return {
        "notices": [one for one in found if one["code"] not in _DAILY],
        "daily": [one for one in found if one["code"] in _DAILY],
    }


async def collect(visit: Visit) -> Answer:
    done = await visit.ask("sync")
    return visit.done("/", "new" if done["new"] else "collected")


async def set_state(visit: Visit) -> Answer:
    """Only a person says that a case is being assessed."""
    number = visit.numbers[0]
    done = await visit.ask("state", case=number, state=visit.field("state"))
    return visit.done(f"/cases/{number}", f"state-{done['state']}")


async def case(visit: Visit) -> Answer:
    return await case_page(visit, done=visit.told())


async def case_page(visit: Visit, *, done: str = "", error: str = "") -> Answer:
    """The case with its reply box, which holds the member's draft."""
    number = visit.numbers[0]
    opened = await visit.ask("show", case=number, page=asked_page(visit))
    found = opened["case"]
    draft = await visit.ask("draft", case=number)
    lacking = (await visit.ask("member-share-with", case=number))["members"]
    status = await visit.ask("status")
    # A case begins with the report; the rest is the conversation, in running order.
    report, *rest = [one | {"told": words.told(one.get("answers", {}))} for one in found["messages"]]
    return visit.page(
        "case.html",
        422 if error else 200,
        case=found,
        told=words.told(found["answers"]),
        report=report,
        messages=rest,
        draft=draft,
        lacking=[one["name"] for one in lacking],
        seen=opened["seen"],
        next_batch=status["next_batch"],
        done=done,
        error=error,
    )
