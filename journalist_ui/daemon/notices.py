# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the officers are told, in words: one sentence or two for each code, saying what happened and what to do."""

from dropbox.flows.desk.notice import Notice

WORDS = {
    # From the flows.
    "not-listed": "The service does not list this unit yet. Give the enrolment file to whoever keeps the roots.",
    "key-not-listed": "The service does not list this desk's signing key, so nothing is published. Give the enrolment "
    "file to whoever keeps the roots.",
    "unit-paused": "The signed list of units says that this unit is paused: no new report is sealed to it, and sources "
    "are told so. Whoever keeps the roots can resume it.",
    "unit-succeeded": "The signed list of units says that {unit} goes on for this unit: no new report is sealed to "
    "this one, and sources are told so and shown {unit}. Answer what is open here. Texts that stand on the board or "
    "wait for it: {left}. Once there are none, tell whoever keeps the roots, who then retire this unit.",
    "unit-retired": "The signed list of units says that this unit is retired: no new report is sealed to it, and after "
    "its last batch nothing is published. Keep a backup.",
    "unit-revoked": "The signed list of units says that this unit's keys are revoked, for good: nothing is collected "
    "or published. If you did not ask for that, tell whoever keeps the roots at once. The unit goes on only as a new "
    "one, under a new name in the list.",
    "directory-ends": "Days until the signed list of units (version {version}) ends: {left}. After that nobody "
    "believes the service. Ask whoever keeps the roots when they sign the next one.",
    "keyring-new": "This desk has a new keyring. It can answer a source again once that source has written again.",
    "rolled-back": "The service holds a newer batch signed by this unit (period {period}) than this desk knows: the "
    "keyring was put back from a copy, or somebody else holds the unit's key. If you did not put it back, act as after "
    "a theft: `dropbox-desk replace-keyring`, and tell whoever keeps the roots.",
    "directory-refused": "The service's list of units was not believed ({error}). Tell whoever runs the service.",
    "directory-expired": "The signed list of units (version {version}) is out of date. Tell whoever keeps the roots.",
    "directory-older": "The service shows an older list of units (version {version}) than before. Tell whoever "
    "runs it.",
    "board-refused": "The board was not readable ({error}). Tell whoever runs the service.",
    "own-board-altered": "The service shows this unit's batches altered ({error}): replies are being withheld. "
    "Tell whoever keeps the roots.",
    "own-board-missing": "The service's board does not hold this unit's part, so nothing is collected. It passes by "
    "itself when the unit was listed just now; else tell whoever runs the service.",
    "own-batch-missing": "The service no longer shows this unit's batch of period {period}: replies are being "
    "withheld. Tell whoever runs the service.",
    "intake-differs": "The unit {unit} was shown another intake of period {period} than this one: the service lies to "
    "one of the two. Tell whoever keeps the roots.",
    "segments-gone": "This desk was away too long: reports of the periods {first} to {last} are no longer served and "
    "were not collected.",
    "segments-reopened": "The service opened the periods {first} to {last} again after this desk had collected them: "
    "its clock was ahead, or it changes what it served. They are collected once more. Ask whoever runs the service.",
    "intake-flooded": "Somebody flooded the service on {day}: {count} envelopes came in, far more than people write. "
    "Whatever was taken in is collected; some reports may have come late. Ask whoever runs the service if it goes on.",
    "segment-missing": "The service does not serve the reports of period {period}. They are asked for again.",
    "segment-refused": "The reports of period {period} were not believed ({error}). Tell whoever keeps the roots.",
    "blobs-missing": "The service does not serve the files of the periods {first} to {last}. What messages of those "
    "days brought is lost, unless it came before.",
    "blobs-no-room": "This machine's disk has too little room for the files of all units, so those of this one do not "
    "come. Reports do. Give it more, before the service lets the files go.",
    "blobs-unreachable": "The service did not hand out the files of all units to their end. It is asked again.",
    "blobs-refused": "The files of period {period} were not believed ({error}) and are asked for again. Tell whoever "
    "runs the service.",
    "clock-off": "This machine's clock says period {here}, the service period {server}. Nothing is published or "
    "destroyed until they agree: set the clock.",
    "chains-ended": "{count} conversations have had so many texts since their sources last wrote that nothing more can "
    "be sent until they write again. The texts wait, and their sources are told that something does.",
    "batch-refused": "The service refused this unit's batch ({error}). Tell whoever runs the service.",
    # From the desk itself.
    "member-added": "{by} made {member} a member on {day} ({roles}). A reader, investigator or supervisor gets every "
    "new report, once they have made a passphrase of their own: if nobody else of the unit knows of it, ask {by} at "
    "once.",
    "member-joined": "{member}, whom {by} added, made a passphrase of their own on {day} ({roles}). A reader, "
    "investigator or supervisor gets every new report: if you do not know them, ask {by} at once; if you do, ask them "
    "whether it was they.",
    "member-removed": "{by} removed the member {member} on {day}. If nobody else of the unit knows of it, ask {by}.",
    "member-roles": "{by} changed on {day} what {member} may do: {roles}. A role that is new approves nothing for "
    "seven days. If nobody else of the unit knows of it, ask {by}.",
    "member-recovered": "{by} gave {member} a new first passphrase on {day}, because theirs or their codes were lost. "
    "It opens no case, and approves nothing for seven days: if {member} did not ask for it, ask {by} at once.",
    "recovery-sheets": "{by} had new recovery sheets printed on {day}: two of the three make a new administrator, and "
    "where they were made for cases, one who reads each case that is wrapped to them. If nobody else of the unit knows "
    "of it, ask {by}.",
    "recovery-used": "Two recovery sheets were used on {day}: {member} is a new member ({roles}). If nobody of the "
    "unit knows of it, lock the desk, and tell whoever oversees it.",
    "acted-alone": "What {by} did on {day} about {member} takes two people, and was done by one, because "
    "nobody else at this desk could approve it. If nobody else of the unit knows of it, ask {by} at once.",
    "proposals-open": "Proposals that wait for a second person: {count}. Whoever may approve them finds them under "
    "Proposals, or by `dropbox-desk proposals`.",
    "contact-key-strange": "The signed list has a key for contact details that this desk does not know: what sources "
    "leave now can be opened by nobody here. Give the file of the newest key to whoever keeps the roots: "
    "`dropbox-desk contact-key file`.",
    "contact-key-unlisted": "The signed list does not have the newest key for contact details. Give its file to "
    "whoever keeps the roots: `dropbox-desk contact-key file`.",
    "contact-key-lost": "No two custodians are left who open with the newest key for contact details. Make a new one: "
    "`dropbox-desk contact-key make`.",
    "contact-key-due": "A new key for contact details is due: a custodian who held halves has left, or the key is over "
    "a year old. Make one, `dropbox-desk contact-key make`, and have it put into the next signed list.",
    "member-key-altered": "The key or the roles of {member} are not those of this desk's record of acts, and new cases "
    "may be open to somebody else: whoever has the desk's files and its passphrase changed the vault. Keep the disk "
    "and the backups as they are, and tell whoever oversees this desk.",
    "audit-differs": "This desk's record of acts is not the one that it published with its batch of {day}: rows were "
    "taken out or changed by somebody with the desk's files and its passphrase. Keep the disk and every backup as they "
    "are, and tell whoever oversees this desk: `dropbox-desk verify-audit` says from where on.",
    "sign-in-tried": "Somebody tried {count} times within two weeks to sign in as {member} and could not, last on "
    "{day}: if not {member}, a stranger who knows the name and reaches the desk's pages. It keeps no browser waiting "
    "in which {member} signed in before.",
    "codes-tried": "Somebody who has the passphrase of {member} tried {count} one-time codes within two weeks, last on "
    "{day}. If it was not {member}, they change the passphrase at once.",
    "names-tried": "Somebody tried {count} times within two weeks to sign in under names that are no member's, last on "
    "{day}: a stranger reaches the desk's pages.",
    "no-backup": "This desk makes no backup. If its disk fails, every case is lost. Set backup in desk.toml.",
    "backup-failed": "The last backup failed; nothing is published or destroyed until one succeeds. Check the backup "
    "folder's disk.",
    "backups-gone": "The backup folder holds none of the backups that this desk wrote there: its disk is not mounted, "
    "or is another. Nothing is published or destroyed until it is back. Where this is a new disk, run "
    "`dropbox-desk backup` once.",
    "unreachable": "The service was not reached ({error}). The desk tries again by itself.",
    "failed": "The last run failed ({error}) and is tried again. Tell whoever looks after the desk.",
    "opening-failed": "The desk's process that opens envelopes ended twice over the same ones, and nothing further is "
    "collected or published while it does. Tell whoever looks after the desk: its memory may be too small.",
    "storage-failed": "The desk could not write to its own disk ({error}). Check its room and permissions.",
    "reminders-failed": "The last reminders by mail did not all leave ({error}). Tell whoever looks after the desk: "
    "`dropbox-desk notify --try` tries one.",
    "vault-restored": "The vault was restored from a backup on {day}. Reports still served were collected again; texts "
    "that were not yet sent when the backup was made, and answers after it, are gone: look at each case. Passphrases "
    "and codes are those of the backup, first passphrases too: whoever changed theirs since, changes it again.",
}

LASTING = frozenset(
    {
        "keyring-new",
        "rolled-back",
        "segments-gone",
        "blobs-missing",
        "segments-reopened",
        "intake-flooded",
        "own-batch-missing",
        "intake-differs",
        "member-added",
        "member-joined",
        "member-removed",
        "member-roles",
        "member-recovered",
        "acted-alone",
        "recovery-sheets",
        "recovery-used",
        "member-key-altered",
    }
)
"""What happened once and must be read, shown for two weeks; the others stand as long as they are true."""
LASTING_DAYS = 14


def say(notice: Notice) -> str:
    """The sentence of a notice."""
    words = WORDS.get(notice.code, "The desk reports {code}. See docs/runbooks/restore.md.")
    return words.format_map(_Values(notice.values | {"code": notice.code}))


class _Values(dict[str, int | str]):
    def __missing__(self, key: str) -> str:
        return "?"
