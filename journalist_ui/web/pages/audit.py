# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was done, as far as it is the member's to know, and whether the record of it is the one that was published."""

from journalist_ui.shapes.audit import Audit, VerifyAudit
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.words.audit import KEEP, verified


async def acts(visit: Visit) -> Answer:
    """A hundred at a time; of one case where the address names one."""
    case = visit.asked_case()
    found = await visit.ask(Audit(case, visit.asked_page()))
    return visit.page("audit.html", found=found, case=case or 0)


async def check(visit: Visit) -> Answer:
    """As the desk read the board last; nothing is changed by it."""
    found = await visit.ask(VerifyAudit())
    return visit.page("audit_check.html", holds=found.holds, said=verified(found), keep=KEEP)
