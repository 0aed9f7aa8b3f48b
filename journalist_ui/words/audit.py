# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was done, and what was found of the log that says so, in sentences."""

from journalist_ui.shapes.audit import AuditLine, AuditVerified

from .counts import counted

ACTS = {
    "assign": "assigned the case to {about}",
    "audit read": "looked at the record of what was done",
    "canned edit": "wrote a canned text",
    "canned remove": "removed a canned text",
    "contact asked": "asked two custodians to open the contact details: {about}",
    "contact erased": "erased contact details that the source took back",
    "contact key made": "had a key for contact details made and split among custodians",
    "contact key shared": "gave {about} halves of the key for contact details",
    "contact opened": "opened the contact details, and the source is told of it",
    "contact shown": "read the contact details",
    "decided chis": "considered the CHIS status of the source: {about}",
    "decided referral": "decided whether the case is referred: {about}",
    "declared a conflict": "declared a conflict, and opens the case no more",
    "declared no conflict": "said that nothing keeps them from the case",
    "excerpts off": "had lists show them no beginnings of reports",
    "excerpts on": "had lists show them beginnings of reports",
    "exclude": "excluded {about} from the case",
    "file copy": "took a clean copy of a file out: {about}",
    "file export": "took a file out: {about}",
    "file preview": "looked at a file: {about}",
    "flood aside": "set cases of the flood box aside",
    "flood back": "put cases back into the flood box",
    "flood declared": "said that nothing keeps them from looking into the flood box",
    "flood take": "took the case out of the flood box",
    "init": "was made, with {about} as its first member",
    "kept before proofs": "listed what was stored before proofs were kept",
    "link": "linked the case to case {about}",
    "login": "signed in",
    "member add": "made {about} a member",
    "member key": "got the present key and roles",
    "member key added": "registered a security key",
    "member key removed": "removed a security key",
    "member passphrase": "made another passphrase",
    "member passphrase refused": "gave a wrong passphrase for the present one",
    "member recovery codes": "got new recovery codes",
    "member remove": "removed the member {about}",
    "member role": "took roles from {about}",
    "mute": "left the case out of what waits",
    "not urgent": "marked the case as not urgent any more",
    "note": "added a note",
    "outcome": "set the outcome: {about}",
    "referred": "referred the case to {about}",
    "referral offered": "offered the source to go on with another unit",
    "closing told": "told the source what becomes of it after the conversation",
    "outcome released": "released the outcome to the source",
    "outcome taken back": "took the outcome back, to assess the case again",
    "print": "printed the case, because: {about}",
    "proposal": "asked for what takes two people",
    "proposal agreed": "approved, as the first of two custodians, what another asked for",
    "proposal alone": "did alone what takes two people, for there was nobody else",
    "proposal approved": "approved what another asked for",
    "proposal expired": "let what nobody approved in time go",
    "proposal refused": "refused what was asked for, or took it back",
    "put to closed": "closed the case",
    "put to junk": "set the case aside",
    "put to the inbox": "put the case back into the inbox",
    "questions asked": "asked the source questions",
    "questions edit": "wrote a set of questions",
    "questions remove": "removed a set of questions",
    "recovery use": "got the administrator {about} by recovery sheets",
    "reminder tried": "tried a reminder by mail",
    "reminders off": "is sent no reminders any more",
    "reminders on": "gave an address for reminders",
    "replace keyring": "got a new keyring",
    "reply": "wrote to the source",
    "reply authorised": "gave an authorisation for the text",
    "restore": "was restored from the backup {about}",
    "share": "let {about} open this case",
    "show": "opened the case",
    "state assessing": "marked the case as being assessed",
    "state new": "marked the case as new",
    "tags": "changed the tags",
    "triage": "changed who takes new reports: {about}",
    "unlink": "took the link to case {about} back",
    "unmute": "counted the case again in what waits",
    "urgent": "marked the case as urgent",
    "withdrawn again": "took back keys that a backup of before had given again: {about}",
    "vault migrated": "closed the list of what was stored before proofs were kept",
    "welfare off": "had files shown to them at once",
    "welfare on": "had files blurred for them first",
}
"""What follows the name of whoever did it."""
SHARED_BEFORE = "let {about} open cases"
SEALED = "Something was done about the desk whose detail is not open to you"
KEEP = "Keep the disk and every backup as they are, and tell whoever oversees this desk."


def done(line: AuditLine) -> str:
    """Who did what, as one sentence without its end. What names a member or a file is as it was written: whoever shows
    it keeps it inert."""
    if not line.open:
        return SEALED
    if line.act == "login refused":
        names = f"the name {line.member}" if line.member else "names that are no member's"
        return f"{line.about} sign-ins under {names} did not succeed"
    return said(line.member, line.act, line.about, of_case=line.case > 0)


def said(member: str, act: str, about: str, *, of_case: bool) -> str:
    """The same of what a member, "" for the desk, has done: in a case, or at the desk."""
    who = member or "The desk"
    says = SHARED_BEFORE if act == "share" and not of_case else ACTS.get(act)
    if says is None:
        return " ".join(word for word in (who + ":", act, about) if word)
    return f"{who} {says.format(about=about)}"


def verified(found: AuditVerified) -> list[str]:
    """What holds, or what does not, and what could not be compared."""
    lines = [_holds(found)] if found.holds else _broken(found)
    if found.batches:
        what = counted(found.batches, "batch", "batches")
        lines.append(f"It leads to what {what} told of it, of {found.first} to {found.last}.")
    if not found.board:
        lines.append(
            "The board's newest batch of this desk was not there to compare with, and the newest that the keyring "
            "knows was taken. Whoever has the keyring could have changed both: run this again once the service answers."
        )
    if found.known:
        lines.append(f"Rows from {found.known} on are known by a key of the keyring.")
    if found.restored:
        gone = counted(found.gone, "batch", "batches")
        told = f", and what {gone} told before cannot be compared" if found.gone else ""
        lines.append(f"The vault was restored from a backup on {found.restored}{told}.")
    return lines


def _holds(found: AuditVerified) -> str:
    return f"The audit log holds through {found.through}." if found.through else "The audit log is empty."


def _broken(found: AuditVerified) -> list[str]:
    lines = []
    if found.row:
        day = f" of {found.row_day}" if found.row_day else ""
        lines.append(f"The audit log does not hold: row {found.row}{day} is not as this desk wrote it.")
    if found.head:
        lines.append(f"The audit log is not the one that was published: the batch of {found.head} told of another.")
    return lines
