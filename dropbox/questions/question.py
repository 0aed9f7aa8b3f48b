# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a question is: its id and options, what a source is asked and what an investigator reads."""

from dataclasses import dataclass

from dropbox.forces import find_force


@dataclass(frozen=True)
class Option:
    """One answer of a closed list: ``says`` to the source, ``label`` to an investigator. ``independent``: it keeps the
    report from the force's own unit. ``alone``: it goes with no other option. ``urgent``: a desk shows it before all
    else."""

    id: str
    says: str
    label: str
    independent: bool = False
    alone: bool = False
    urgent: bool = False


@dataclass(frozen=True)
class Question:
    """A question; without options it is answered in the person's own words. ``asks`` and ``hint`` are what the source
    reads, ``title`` what an investigator reads. ``several``: more than one option may be chosen. ``page`` is the page
    that asks it, empty for one that is asked no more; ``after`` where it is asked only after one of these options of
    another question: that one's id, then theirs. ``withheld``: "answering would identify me" is offered. ``forces``:
    its options are forces, by their slugs, so many of them at most."""

    id: str
    title: str
    asks: str = ""
    hint: str = ""
    options: tuple[Option, ...] = ()
    several: bool = False
    page: str = ""
    after: tuple[str, ...] = ()
    withheld: bool = False
    forces: int = 0

    def label(self, chosen: str) -> str | None:
        """What the option of that id means; None for one that this release does not know."""
        if self.forces:
            force = find_force(chosen)
            return force.name if force and force.slug == chosen else None
        return next((option.label for option in self.options if option.id == chosen), None)


def marked(text: str) -> str:
    """A sentence that a source reads: marked for the catalogues, translated where the page is made."""
    return text
