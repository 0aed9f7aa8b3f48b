# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk refuses, as errors that know their code, what to say to a person, and their answer on the socket."""

from typing import ClassVar


class DeskRefused(Exception):
    """Root of the desk's own errors. ``say`` is one line: what happened and what to do. It holds no content."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400

    def __init__(self, say: str) -> None:
        super().__init__(say)
        self.say = say


class BadInput(DeskRefused):
    """Something the person gave is not of the form it must have."""

    code = "bad-input"


class SignInRefused(DeskRefused):
    """Name, passphrase or code is wrong, or there were too many attempts."""

    code = "sign-in-refused"
    status = 401


class NotSignedIn(DeskRefused):
    """The session is over: locked, idle, or of an earlier run of the desk."""

    code = "not-signed-in"
    status = 401


class NotAllowed(DeskRefused):
    """The member's roles do not include this."""

    code = "not-allowed"
    status = 403


class FirstPassphrase(DeskRefused):
    """A member still has the passphrase that an administrator gave: nothing can be done but change it."""

    code = "first-passphrase"
    status = 403


class NoSuchCase(DeskRefused):
    """No case of that number, or none that this member may open: the two look alike."""

    code = "no-such-case"
    status = 404


class NotWhole(DeskRefused):
    """A file is not there, not whole, damaged, or not being taken out."""

    code = "not-whole"
    status = 409


class HeldBack(DeskRefused):
    """The scanner found something in a file, or did not scan it and this desk opens none of those."""

    code = "held-back"
    status = 409


class Undeclared(DeskRefused):
    """The member has yet to say whether anything keeps them from the case: before that they see nothing of it."""

    code = "undeclared"
    status = 403


class NoSuchMember(DeskRefused):
    code = "no-such-member"
    status = 404


class NoSuchProposal(DeskRefused):
    """No proposal of that number, or none that this member may see: the two look alike."""

    code = "no-such-proposal"
    status = 404


class ProposalOver(DeskRefused):
    """The proposal was decided, has expired, or does not fit what stands now."""

    code = "proposal-over"
    status = 409


class OwnProposal(DeskRefused):
    """Whoever asked for something approves it too: it takes another person."""

    code = "own-proposal"
    status = 403


class RoleTooNew(DeskRefused):
    """All members were told of the role less than seven days ago: it approves nothing yet."""

    code = "role-too-new"
    status = 403


class NoSuchCanned(DeskRefused):
    """No canned text of that number, or it was removed."""

    code = "no-such-canned"
    status = 404


class NoSuchSet(DeskRefused):
    """No set of questions of that name, or it was removed."""

    code = "no-such-set"
    status = 404


class CaseMoved(DeskRefused):
    """Something stands in the case that the sender of a text did not know of, or the very text was sent before."""

    code = "case-moved"
    status = 409


class TaskingRefused(DeskRefused):
    """A text asks the source to do something for the unit, which a desk cannot authorise, and names nobody who has."""

    code = "tasking-refused"
    status = 422


class MarksUnread(DeskRefused):
    """The checker marked something in a text, and its sender did not say that they have read the marks."""

    code = "marks-unread"
    status = 422


class VaultUnusable(DeskRefused):
    """The vault is missing, damaged, of another version, or the desk key does not open it."""

    code = "vault-unusable"
    status = 500


class KeyringUnusable(DeskRefused):
    """No whole copy of the keyring opens."""

    code = "keyring-unusable"
    status = 500


class BackupFailed(DeskRefused):
    """The backup could not be written whole; nothing that waits for it may go on."""

    code = "backup-failed"
    status = 500


class BackupsGone(BackupFailed):
    """The backup folder held this desk's backups and holds none now: its disk is another, or not mounted."""

    code = "backups-gone"


class OpeningFailed(DeskRefused):
    """The process that opens envelopes ended again and again; what was fetched is tried again with the next run."""

    code = "opening-failed"
    status = 500


class DeskBusy(DeskRefused):
    """Another process works on this vault."""

    code = "desk-busy"
    status = 409


class AuditBroken(DeskRefused):
    """The audit log is not the one that the desk wrote, or that its batches told of."""

    code = "audit-broken"
    status = 409


class NotYet(DeskRefused):
    """The desk cannot do this before the service lists its unit."""

    code = "not-yet"
    status = 409


class DeskNotRunning(DeskRefused):
    """Nothing listens in the desk's folder: no session is open there."""

    code = "desk-not-running"


class DeskOutOfReach(DeskRefused):
    """The desk's folder is not there, or not this user's: whether a desk runs is not known."""

    code = "desk-out-of-reach"


class NoAnswer(DeskRefused):
    """The desk was asked, and ended or fell silent before it answered: what was asked may be done."""

    code = "no-answer"


class SetAside(DeskRefused):
    """Nothing is posted to a case that is set aside."""

    code = "set-aside"
    status = 409


class ReminderFailed(DeskRefused):
    """A reminder did not leave. ``why`` is a code: relay-not-reached, relay-refused, command-missing, command-failed,
    too-slow."""

    code = "reminder-failed"
    status = 502

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The reminder did not leave ({why}). Whoever looks after the machine looks at reminder_relay or "
            "reminder_command in desk.toml, and at what they name."
        )
        self.why = why
