# SPDX-License-Identifier: AGPL-3.0-or-later
"""The errors of the protocol: one tree, families by who is at fault.

::

    ProtocolError
    ├── Malformed                   bytes that do not follow the format
    │   ├── Truncated               they end too early
    │   ├── TrailingBytes           something follows the end
    │   ├── WrongLength             a fixed size is not met
    │   ├── WrongVersion            a version this release does not know
    │   ├── WrongType               another struct than the one expected
    │   ├── ReservedType            a number kept for a later version
    │   ├── BadPadding              padding that is not all zeros
    │   ├── BadValue                a field out of its range
    │   ├── BadText                 text that is not strict UTF-8, or not of the allowed form
    │   ├── BadArmour               a text file that is not one of ours
    │   ├── BadBody                 a report form that is not in its one canonical form
    │   └── TooLong                 more than the parts that one message may have
    ├── CodenameError               what the person typed is not a codename
    │   ├── WrongWordCount          not eight words
    │   ├── UnknownWord             a word that is not in the list
    │   └── WrongCheck              eight words of the list that are no codename
    ├── CryptoRefused               a proof or a seal that does not hold
    │   ├── BadSignature            an Ed25519 signature that does not verify
    │   ├── BadPublicKey            a key that is no key, or a weak one
    │   └── NotForThisKey           an envelope or entry that this key does not open
    ├── TrustError                  the service cannot show that it is the one you know
    │   ├── WrongService            it is another service
    │   ├── AnchorChainBroken       its roots do not follow from the pinned ones
    │   ├── UnderSigned             too few of the roots signed
    │   ├── DirectoryMismatch       the directory is not the one that was signed
    │   ├── RowsMismatch            the rows are those of another board
    │   ├── HeadExpired             the directory is out of date
    │   ├── HeadOlder               an older directory than one a unit has seen
    │   └── AnchorOlder             an older set of roots than most units have seen
    ├── BoardAltered                a proof that replies are withheld or altered
    │   ├── UnitMissing             a unit's part of the board is missing or out of place
    │   ├── BatchMissing            a retired unit's last batch is missing
    │   ├── BatchAltered            a batch's bytes are not those its manifest names
    │   ├── ManifestUnproved        a manifest that the unit's key did not sign
    │   └── CertMismatch            an epoch certificate that the manifest does not name
    ├── IntakeAltered               a proof that the server changed what it stored
    │   ├── SegmentChanged          a closed segment is not what it was
    │   └── SegmentUnsorted         a segment whose envelopes are not in the order of their ids
    └── CannotSend                  nothing can be sealed as asked
        ├── UnitCannotReceive       the unit is paused, ended, too far ahead or without a valid key
        ├── NoUnitReceives          no unit at all can be sealed to
        ├── UnknownUnit             no unit of that name is in the directory
        ├── UnitConflicted          the directory keeps this force's reports from that unit
        ├── RoutingChanged          another unit would receive it than the one that was shown
        ├── FilesNotTaken           the unit, or the service, takes no files
        ├── FilesTooLate            sending the files took more than an hour
        ├── ContactNotTaken         the unit has no key for contact details
        └── ClockUnconfirmed        the date warning stands and nobody confirmed it

Each leaf has a ``code`` (the word that programs and ``docs/http-api.md`` use) and a sentence ``say`` for a person:
what happened and what to do. ``str(error)`` may add where in the bytes; it never holds a secret.
"""

from typing import ClassVar


class ProtocolError(Exception):
    """Root of the tree; never raised itself."""

    code: ClassVar[str] = ""
    say: ClassVar[str] = ""

    def __init__(self, where: str = "") -> None:
        """``where`` names the field or the struct, for an engineer; it must hold no content."""
        super().__init__(where)
        self.where = where

    def __str__(self) -> str:
        return f"{self.code}: {self.where}" if self.where else self.code


class Malformed(ProtocolError):
    """Bytes that do not follow the format."""


class Truncated(Malformed):
    code = "truncated"
    say = "What arrived was cut short. Try again; if it happens every time, the service or the connection is at fault."


class TrailingBytes(Malformed):
    code = "trailing-bytes"
    say = "What arrived has something added at its end. It was not used. Try again later."


class WrongLength(Malformed):
    code = "wrong-length"
    say = "What arrived does not have the one size it must have. It was not used."


class WrongVersion(Malformed):
    code = "wrong-version"
    say = (
        "This is of another version than this program knows: one of the two is older. Get the current release; if you "
        "have it, the service has not been brought up to date yet."
    )


class WrongType(Malformed):
    code = "wrong-type"
    say = "This is a different kind of file or answer from the one expected. Check which file you gave."


class ReservedType(Malformed):
    code = "reserved-type"
    say = "This uses a feature of a later version. Get the current release and try again."


class BadPadding(Malformed):
    code = "bad-padding"
    say = "What arrived is not filled as it must be. It was not used."


class BadValue(Malformed):
    code = "bad-value"
    say = "A number or list in what arrived is outside what is allowed. It was not used."


class BadText(Malformed):
    code = "bad-text"
    say = "A text is not plain UTF-8 of the allowed form. Save it as UTF-8 and try again."


class BadArmour(Malformed):
    code = "bad-armour"
    say = "This file is damaged, or not one of this service's. Get it again from where you had it, whole."


class BadBody(Malformed):
    code = "bad-body"
    say = "The report form inside is not one this version can read."


class TooLong(Malformed):
    code = "too-long"
    say = "The text is too long to send."

    def __init__(self, where: str = "", parts: int = 0, allowed: int = 0) -> None:
        """``parts`` is what the text would need, ``allowed`` the most there may be."""
        super().__init__(where or f"{parts} parts, at most {allowed}")
        self.parts = parts
        self.allowed = allowed


class CodenameError(ProtocolError):
    """What the person typed is not a codename."""


class WrongWordCount(CodenameError):
    code = "wrong-word-count"
    say = "A codename has eight words. Check that none is missing or doubled."

    def __init__(self, count: int) -> None:
        super().__init__("1 word" if count == 1 else f"{count} words")
        self.count = count


class UnknownWord(CodenameError):
    code = "unknown-word"
    say = "One of the words is not in the list. Look at how you wrote it down."

    def __init__(self, position: int) -> None:
        """``position`` counts from 1; the word itself is never part of the error."""
        super().__init__(f"word {position}")
        self.position = position


class WrongCheck(CodenameError):
    code = "wrong-check"
    say = "These are words of the list, but together they are not a codename. One is wrong, or two are swapped."


class CryptoRefused(ProtocolError):
    """A proof or a seal that does not hold."""


class BadSignature(CryptoRefused):
    code = "bad-signature"
    say = "A signature does not hold, so this was not used."


class BadPublicKey(CryptoRefused):
    code = "bad-public-key"
    say = "A public key is not a valid one, so nothing was sealed to it."


class NotForThisKey(CryptoRefused):
    code = "not-for-this-key"
    say = "This cannot be opened with this key."


class TrustError(ProtocolError):
    """The service cannot show that it is the one you know."""


class WrongService(TrustError):
    code = "wrong-service"
    say = "This is a different service from the one your anchor file belongs to. Check the address and the file."


class AnchorChainBroken(TrustError):
    code = "anchor-chain-broken"
    say = (
        "The service's roots do not follow from the ones you pinned. Do not use it. "
        "Get the current anchor from somebody you trust and compare its fingerprint."
    )


class UnderSigned(TrustError):
    code = "under-signed"
    say = "Too few of the service's roots signed this. Do not use the service until they have."


class DirectoryMismatch(TrustError):
    code = "directory-mismatch"
    say = "The list of units is not the one that was signed. Do not use the service now; try again later."


class RowsMismatch(TrustError):
    code = "rows-mismatch"
    say = "What the service shows does not belong together: it may just be changing. Try again later."


class HeadExpired(TrustError):
    code = "head-expired"
    say = "The signed list of units is out of date. Check this device's date; if it is right, try again later."


class HeadOlder(TrustError):
    code = "head-older"
    say = "The service shows an older list of units than a unit has already seen. Try again later."


class AnchorOlder(TrustError):
    code = "anchor-older"
    say = "The service shows older roots than most units have already seen. Try again later."


class BoardAltered(ProtocolError):
    """A proof that replies are being withheld or altered."""

    say = "Replies of this unit are being withheld or altered."


class UnitMissing(BoardAltered):
    code = "unit-missing"


class BatchMissing(BoardAltered):
    code = "batch-missing"


class BatchAltered(BoardAltered):
    code = "batch-altered"


class ManifestUnproved(BoardAltered):
    code = "manifest-unproved"


class CertMismatch(BoardAltered):
    code = "cert-mismatch"


class IntakeAltered(ProtocolError):
    """A proof that the server changed what it stored."""


class SegmentChanged(IntakeAltered):
    code = "segment-changed"
    say = "The server shows a closed segment of the intake that differs from what it was. It was not used."


class SegmentUnsorted(IntakeAltered):
    code = "segment-unsorted"
    say = "The server shows a segment of the intake that is not in order. It was not used."


class CannotSend(ProtocolError):
    """Nothing can be sealed as asked."""


class UnitCannotReceive(CannotSend):
    code = "unit-cannot-receive"
    say = "This unit cannot receive anything now."


class NoUnitReceives(CannotSend):
    code = "no-unit-receives"
    say = "No unit can receive reports now. Nothing was sent with this visit. Try again later."


class UnknownUnit(CannotSend):
    code = "unknown-unit"
    say = "The service has no unit of that name. The command `dropbox-source units` lists them."


class UnitConflicted(CannotSend):
    code = "unit-conflicted"
    say = "Reports about this force do not go to that unit. Send to the intake desk instead."


class RoutingChanged(CannotSend):
    code = "routing-changed"
    say = (
        "Your report would go to another unit than the one that you were shown. Nothing of it went with this visit. "
        "Look at the receiving unit again, then decide whether to send."
    )


class FilesNotTaken(CannotSend):
    code = "files-not-taken"
    say = (
        "Files cannot be sent to this unit. Nothing of yours went with this visit. On another day, send the text "
        "alone, and say in it what the files show."
    )


class FilesTooLate(CannotSend):
    code = "files-too-late"
    say = (
        "Sending the files took more than an hour, so it was broken off: nobody can open what was sent of them. "
        "Nothing else of yours went with this visit. Send fewer files at a time, or over a faster line."
    )


class ContactNotTaken(CannotSend):
    code = "contact-not-taken"
    say = (
        "This unit takes no contact details: it has no key for them. Nothing of yours went with this visit. On another "
        "day, send the rest without them."
    )


class ClockUnconfirmed(CannotSend):
    code = "clock-unconfirmed"
    say = (
        "This device's date seems wrong, or the service is being held back. Nothing was sent with this visit. "
        "Check the date; if it is right and you want to go on, confirm it."
    )


def leaves() -> list[type[ProtocolError]]:
    """Every concrete error, in the order of the tree."""
    found: list[type[ProtocolError]] = []

    def walk(kind: type[ProtocolError]) -> None:
        children = kind.__subclasses__()
        if not children:
            found.append(kind)
        for child in children:
            walk(child)

    walk(ProtocolError)
    return found
