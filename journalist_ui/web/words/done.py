# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page says once of what was done."""

from enum import Enum, unique


@unique
class Done(Enum):
    """Each with its sentence."""

    SENT = "The text is stored and leaves with the next batches."
    AGAIN = "That text was stored before. Nothing was sent twice."
    DRAFT = "The draft is kept until you send it or empty it."
    EMPTIED = "The draft is gone."
    CARRIED = "This is what stood in your page before you signed in again. It is kept as your draft."
    CARRIED_NOT_YOURS = (
        "Another member had begun a text in this browser. It is not shown to you: it waits until they sign in here."
    )
    CARRIED_NOT_KEPT = (
        "What you had begun to write before you signed in could not be kept as a draft. It waits in "
        "the desk's memory: sign in again here to try once more."
    )
    TWO = "Another page of yours had kept a draft in this case. Neither replaced the other: choose below."
    NEWER = "Nothing was dropped: another page of yours has kept a newer draft, which stands below."
    CHOSEN = "This is your draft now."
    ADDED_SINCE = (
        "Not sent: the case changed after this page was drawn. Read what was added, then send or change your text."
    )
    TASKING = (
        "Not sent: the text asks the source to do something for the unit, which a desk cannot authorise. Take it out, "
        "or give reference and officer of an authorisation from outside the desk."
    )
    MARKS_UNREAD = "Not sent: read the marks beside your text, and say that you have, or change the text."
    NOT_AUTHORISED = (
        "Not sent: an authorisation needs both, a reference of at most 60 letters, and name and rank of the officer "
        "who gave it, at most 80."
    )
    PUT_IN = (
        "The canned text is in the box, below what stood there. Change what does not fit. It is kept as your draft."
    )
    CANNED_KEPT = "The text is kept. Reply boxes offer it."
    CANNED_REMOVED = "The text is offered no more. Its versions stay."
    STATE_NEW = "The case is marked as new, for all members."
    STATE_ASSESSING = "The case is marked as being assessed, for all members."
    DECIDED = "The decision is kept, for all members. Another one may replace it; both stay."
    LINKED = "The cases are linked. Only who opens both sees it."
    UNLINKED = "The link is taken back. That there was one stays in the timelines of both cases."
    OUTCOME = "The outcome is set, for all members. The source is not told by it."
    RELEASED = "The outcome is stored and leaves with the next batches. The conversation shows when it was read."
    REFER_ASKED = "It is asked for. A supervisor other than you approves it, on the page of proposals."
    REFERRED = "It leaves with one of the next visits, by you alone: nobody else could approve it."
    CLOSING_TOLD = "It is stored and leaves with the next batches. The conversation shows when it was read."
    ADDED_SINCE_OUTCOME = "Not released: the case changed, or holds what you have not read. Open it first."
    TASKING_OUTCOME = (
        "Not released: the words ask the source to do something for the unit, which a desk cannot authorise. Set the "
        "outcome anew without that, or give reference and officer of an authorisation from outside the desk."
    )
    MARKS_UNREAD_OUTCOME = "Not released: read the marks beside the words, and say that you have, or set it anew."
    ASKED_SOURCE = "The questions are stored and leave with the next batches. The case shows the answers."
    ADDED_SINCE_ASKING = "Not asked: the case or the set changed, or you have not read all of the case. Open it first."
    TASKING_ASKED = (
        "Not asked: the questions ask the source to do something for the unit, which a desk cannot authorise. Choose "
        "others, or give reference and officer of an authorisation from outside the desk."
    )
    MARKS_UNREAD_ASKED = "Not asked: read the marks beside the questions, and say that you have."
    SET_KEPT = "The set is kept. Cases offer it."
    SET_REMOVED = "The set is offered no more. Its versions stay."
    DECLARED = "You have said that nothing keeps you from this case."
    CONFLICT = "The case is closed to you, and so is all that comes to it. Speak of it to nobody."
    EXCLUDED = "The member opens this case no more. Their sessions have ended."
    URGENT = "The case stands among the urgent ones, for all members. The reason is among its notes."
    NOT_URGENT = "The case does not stand among the urgent ones any more. The reason is among its notes."
    SET_ASIDE = (
        "Set aside, for all members. Nothing is posted to their sources from the next batch on. Nothing is deleted."
    )
    CLOSED = "Closed, for all members. It is in the inbox again when its source writes."
    IN_INBOX = "In the inbox again, for all members."
    NOTHING_TICKED = "Nothing was changed: tick the cases first."
    MUTED = "The case counts no more where the desk says that something waits."
    UNMUTED = "The case counts again where the desk says that something waits."
    ASSIGNED = "The case is assigned as you ticked, for all members."
    TAGGED = "The tags are changed, for all members."
    NOTED = "The note is kept. Nobody changes it or takes it away; another note may correct it."
    TRIAGE = "It holds for reports that come from now on. Those that were collected stay as they are."
    FLOOD_DECLARED = "You see how each begins. Leave to a colleague what something keeps you from."
    TAKEN_OUT = "This is a case of its own now, in the inbox of whoever takes new reports."
    TAKEN_AWAY = "It is a case of its own now, and not open to you: it speaks of you, or you take no new reports."
    FLOOD_ASIDE = "Set aside: nothing is posted to their sources from the next batch on. Nothing is deleted."
    FLOOD_BACK = "In the flood box again."
    COLLECTED = "Collected. Nothing new."
    RAN = "Collected."
    NEW = "Collected. There are new messages."
    ADDED = (
        "The member is added. They sign in with the first passphrase and no code, and make one of their own; "
        "until then nothing is open to them. Investigators get the older cases from whoever shares them after that."
    )
    ASKED = (
        "This takes two people: it waits under Proposals until another administrator approves it, within seven days. "
        "Until then nothing changes."
    )
    ALONE = (
        "It is done. It takes two people, and nobody else could approve it: all members are told that you did it alone."
    )
    ROLES = "The member's roles are changed. Their sessions are over."
    APPROVED = "Approved, and done."
    AGREED = "You have approved it as the first of two custodians. Another one has to, within the seven days."
    REFUSED = "Refused. Nothing was done."
    CONTACT_ASKED = (
        "It waits under Proposals until the custodians have approved it, within seven days. Then the case shows what "
        "the source left."
    )
    HALVES_ASKED = "It waits under Proposals until another custodian approves it, within seven days."
    KEY_ADDED = "The security key is registered: it signs you in here in place of a one-time code."
    KEY_REMOVED = "The security key signs you in no more."
    REMOVED = "The member is removed. Cases that only they could open stay closed for good."
    SHARED = "The member can open every case that you can open."
    SHARED_ONE = "The member can open this case."
    PARTLY = "The member can open every case that you can open. Others stay closed to them."
    WELFARE_ON = "Pages of files are blurred for you until you ask for each."
    WELFARE_OFF = "Pages of files are shown to you as they are."
    EXCERPTS_ON = "Lists show you how reports begin."
    EXCERPTS_OFF = "Lists do not show you how reports begin any more."
    REMINDERS = "Your reminders go there from now on, at the desk's hours."
    REMINDERS_OFF = "No reminder goes to you any more."
    REMINDER_TRIED = "One was handed on. Look whether it arrives."
    KEYS_ON = "Shortcuts of one key are on."
    KEYS_OFF = "Shortcuts of one key are off."

    @property
    def code(self) -> str:
        """How an address says it."""
        return self.name.lower().replace("_", "-")
