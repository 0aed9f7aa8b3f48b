# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a proposal asks for, and what became of it."""

from journalist_ui.shapes.proposals import ProposalLine

CLOSES = (
    "It opens no case: every case key that is wrapped to what they lost goes, and a case opens to them again only when "
    "somebody who can open it shares it. A case that nobody else can open stays closed for good"
)
VOID = "Those of before open nothing any more."
STATES = {
    "open": "waits for a second person",
    "approved": "approved and done",
    "alone": "done by one, since nobody else could approve it",
    "refused": "refused",
    "expired": "nobody approved it in time",
}


def _several(roles: tuple[str, ...]) -> str:
    return f"{', '.join(roles[:-1])} and {roles[-1]}" if len(roles) > 1 else "".join(roles)


def asked(one: ProposalLine) -> str:
    """What is to be done, in one sentence or two."""
    match one.kind:
        case "refer" if not one.target:
            return "Refer a case."
        case "refer":
            return f"Refer case {one.target}. The source is offered to go on there. Exactly what follows leaves."
        case "contact-open" if not one.target:
            return "Open contact details that a source left."
        case "contact-open":
            return f"Open the contact details that the source of case {one.target} left. The source is told of it."
        case "contact-share":
            return f"Give the custodian {one.target} halves of the key for contact details."
        case "role" if not one.roles:
            return f"Change what {one.target} may do."
        case "role":
            return f"Change what {one.target} may do: from {_several(one.before)} to {_several(one.roles)}."
        case "recover-member":
            return f"Give {one.target} a new first passphrase. {CLOSES}."
        case "recovery-sheets":
            cases = ", who also reads each case that is wrapped to the sheets" if one.roles else ""
            return f"Put new recovery sheets in force: two of the three make a new administrator{cases}. {VOID}"
        case _ if one.roles:
            return f"Add {one.target} as a member: {_several(one.roles)}."
    return f"Add {one.target} as a member."


def state(one: ProposalLine) -> str:
    """What became of it."""
    return STATES.get(one.state, one.state)
