# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk refer`` and ``referrals``: passing a case to another unit."""

from collections.abc import Iterator
from pathlib import Path

import click

from journalist_ui.shapes.referrals import (
    AllReferrals,
    PreviewReferral,
    Refer,
    ReferralAsked,
    ReferralLine,
    ReferralPreviewed,
    Referrals,
)
from journalist_ui.words.referrals import became

from .asking import ask_signed_in, json_option, read_text, session_option, show, show_done
from .handling import case_argument
from .terminal import inert, quoted


@click.command()
@case_argument
@click.option("--to", "slug", required=True, help="The other unit, by its slug.")
@click.option("--summary-file", required=True, help='What it needs to know, in your words: a text file, or "-".')
@click.option("--reason", default="", help="Why, for whoever approves it, and the record.")
@click.option("--check", is_flag=True, help="Show exactly what would leave. Nothing is done.")
@session_option
@json_option
def refer(case: int, slug: str, summary_file: str, reason: str, check: bool, session: Path, as_json: bool) -> None:
    """Ask that a case is referred to another unit; a supervisor other than you approves it.

    What leaves is your summary, with categories, force, who is at risk and what the person in question is, as the
    source chose them: never the source's words, unless you quote them. The source is offered to go on with that unit,
    under the same codename or another one. A unit that the source wants kept out of it, or that the signed list keeps
    from it, gets nothing.

    \b
    Example:
      dropbox-desk refer 482913 --to north --summary-file summary.txt --check --session ada.session
      dropbox-desk refer 482913 --to north --summary-file summary.txt --reason "their force" --session ada.session
    """
    summary = read_text(summary_file, session)
    if check:
        show(ask_signed_in(session, PreviewReferral(case, slug, summary)), as_json, _previewed)
    else:
        show_done(ask_signed_in(session, Refer(case, slug, summary, reason)), as_json, _asked)


def _previewed(fields: ReferralPreviewed) -> list[str]:
    lines = [f"To {inert(fields.name)} ({fields.to}) would go:", *quoted(fields.text)]
    lines.append(f"Categories: {', '.join(fields.categories) or 'none'}. Force: {inert(fields.force) or 'none'}.")
    lines += [f"{name}: {', '.join(said)}" for name, said in sorted(fields.answers.items())]
    lines += [f"Never to: {', '.join(fields.not_to)}"] if fields.not_to else []
    return [*lines, "Nothing was sent."]


def _asked(fields: ReferralAsked) -> list[str]:
    if not fields.proposal:
        return [f"Case {fields.case} is referred to {fields.to}, by you alone: nobody else could approve it."]
    asked = f"Proposal {fields.proposal}: refer case {fields.case} to {fields.to}."
    return [f"{asked} A supervisor other than you approves it."]


@click.command()
@session_option
@json_option
def referrals(session: Path, as_json: bool) -> None:
    """List the cases that were referred, and what became of it: those that you can open.

    \b
    Example:
      dropbox-desk referrals --session ada.session
    """
    show(ask_signed_in(session, Referrals()), as_json, _listed)


def _listed(fields: AllReferrals) -> list[str]:
    lines = [line for one in fields.referrals for line in (f"Case {one.case}", *referral_words(one))]
    return lines or ["No case was referred."]


def referral_words(one: ReferralLine) -> Iterator[str]:
    """A referral as it is read at a terminal."""
    yield f"Referred to {one.to} on {one.day}, asked for by {inert(one.by) or 'nobody who can be read'}: {became(one)}"
    yield from quoted(one.text)
    for each in one.answers:
        yield f"{one.to} answered ({each.kind} {each.number}, {each.day}):"
        yield from quoted(each.text)
