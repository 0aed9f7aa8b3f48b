# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a member may do, in the words of a page."""

from journalist_ui.shapes.members import SHEETS

ROLES = {
    "reader": "Reader: reads cases",
    "investigator": "Investigator: reads cases and answers",
    "supervisor": "Supervisor: reads cases and answers, and approves what is done with them",
    "custodian": "Custodian: approves that contact details are opened; reads no case",
    "administrator": "Administrator: adds and removes members; reads no case",
}


def member(name: str) -> str:
    """A member's name; what stands among the members and is none, in words."""
    return "the recovery sheets" if name == SHEETS else name


def role(name: str) -> str:
    """A role with what it is for."""
    return ROLES[name]
