# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page says when a verb fails, in place of sentences that speak of the command line."""

from journalist_ui.verbs.faults import Fault

FAULTS = {
    "no-such-case": "There is no case of that number for you.",
    "no-such-canned": "There is no canned text of that number.",
    "no-such-set": "There is no set of questions of that name.",
    "no-such-member": "There is no member of that name.",
    "not-yet": "The service does not list this unit yet, so nothing can be sent. The status page says more.",
}


def say(fault: Fault) -> str:
    """The sentence of a fault, in words that suit a page."""
    return FAULTS.get(fault.code, fault.say)
