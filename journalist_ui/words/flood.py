# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said of the flood box."""

from journalist_ui.shapes.flood import FloodMoved, TakenOut

from .counts import counted

ABOUT = (
    "So many new cases came on a day that the rest of them share this box. They stand in no other list, and no search "
    "finds them. A report that speaks of a member is never here; one in which somebody is at risk is here only beyond "
    "twice as many, and then stands first."
)


def moved(done: FloodMoved) -> str:
    """After cases were set aside, or back."""
    where = "set aside: nothing is posted to their sources" if done.aside else "in the flood box again"
    return f"{counted(done.moved, 'case')} {where}."


def taken(done: TakenOut) -> str:
    """After one was taken out."""
    if done.opens:
        return f"Case {done.case} is a case of its own, in the inbox."
    return (
        f"Case {done.case} is a case of its own. It is not open to you: it speaks of you, or you take no new reports."
    )
