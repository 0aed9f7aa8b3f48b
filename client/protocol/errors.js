// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The errors of the protocol: one tree, families by who is at fault. Written by `make generated` from dropbox/protocol/errors.py; do not edit. */

/** Root of the tree; never thrown itself. */
export class ProtocolError extends Error {
  static code = "";
  static say = "";

  /**
   * @param {string} [where] names the field or the struct, for an engineer; it holds no content
   * @param {Record<string, number>} [facts] what a sentence about it may say: position, count, parts, allowed
   */
  constructor(where = "", facts = {}) {
    super(where);
    this.where = where;
    this.facts = facts;
  }

  get code() {
    return /** @type {typeof ProtocolError} */ (this.constructor).code;
  }

  get say() {
    return /** @type {typeof ProtocolError} */ (this.constructor).say;
  }
}

export class Malformed extends ProtocolError {}

export class Truncated extends Malformed {
  static code = "truncated";
  static say = "What arrived was cut short. Try again; if it happens every time, the service or the connection is at fault.";
}

export class TrailingBytes extends Malformed {
  static code = "trailing-bytes";
  static say = "What arrived has something added at its end. It was not used. Try again later.";
}

export class WrongLength extends Malformed {
  static code = "wrong-length";
  static say = "What arrived does not have the one size it must have. It was not used.";
}

export class WrongVersion extends Malformed {
  static code = "wrong-version";
  static say = "This is of another version than this program knows: one of the two is older. Get the current release; if you have it, the service has not been brought up to date yet.";
}

export class WrongType extends Malformed {
  static code = "wrong-type";
  static say = "This is a different kind of file or answer from the one expected. Check which file you gave.";
}

export class ReservedType extends Malformed {
  static code = "reserved-type";
  static say = "This uses a feature of a later version. Get the current release and try again.";
}

export class BadPadding extends Malformed {
  static code = "bad-padding";
  static say = "What arrived is not filled as it must be. It was not used.";
}

export class BadValue extends Malformed {
  static code = "bad-value";
  static say = "A number or list in what arrived is outside what is allowed. It was not used.";
}

export class BadText extends Malformed {
  static code = "bad-text";
  static say = "A text is not plain UTF-8 of the allowed form. Save it as UTF-8 and try again.";
}

export class BadArmour extends Malformed {
  static code = "bad-armour";
  static say = "This file is damaged, or not one of this service's. Get it again from where you had it, whole.";
}

export class BadBody extends Malformed {
  static code = "bad-body";
  static say = "The report form inside is not one this version can read.";
}

export class TooLong extends Malformed {
  static code = "too-long";
  static say = "The text is too long to send.";
}

export class CodenameError extends ProtocolError {}

export class WrongWordCount extends CodenameError {
  static code = "wrong-word-count";
  static say = "A codename has eight words. Check that none is missing or doubled.";
}

export class UnknownWord extends CodenameError {
  static code = "unknown-word";
  static say = "One of the words is not in the list. Look at how you wrote it down.";
}

export class WrongCheck extends CodenameError {
  static code = "wrong-check";
  static say = "These are words of the list, but together they are not a codename. One is wrong, or two are swapped.";
}

export class CryptoRefused extends ProtocolError {}

export class BadSignature extends CryptoRefused {
  static code = "bad-signature";
  static say = "A signature does not hold, so this was not used.";
}

export class BadPublicKey extends CryptoRefused {
  static code = "bad-public-key";
  static say = "A public key is not a valid one, so nothing was sealed to it.";
}

export class NotForThisKey extends CryptoRefused {
  static code = "not-for-this-key";
  static say = "This cannot be opened with this key.";
}

export class TrustError extends ProtocolError {}

export class WrongService extends TrustError {
  static code = "wrong-service";
  static say = "This is a different service from the one your anchor file belongs to. Check the address and the file.";
}

export class AnchorChainBroken extends TrustError {
  static code = "anchor-chain-broken";
  static say = "The service's roots do not follow from the ones you pinned. Do not use it. Get the current anchor from somebody you trust and compare its fingerprint.";
}

export class UnderSigned extends TrustError {
  static code = "under-signed";
  static say = "Too few of the service's roots signed this. Do not use the service until they have.";
}

export class DirectoryMismatch extends TrustError {
  static code = "directory-mismatch";
  static say = "The list of units is not the one that was signed. Do not use the service now; try again later.";
}

export class RowsMismatch extends TrustError {
  static code = "rows-mismatch";
  static say = "What the service shows does not belong together: it may just be changing. Try again later.";
}

export class HeadExpired extends TrustError {
  static code = "head-expired";
  static say = "The signed list of units is out of date. Check this device's date; if it is right, try again later.";
}

export class HeadOlder extends TrustError {
  static code = "head-older";
  static say = "The service shows an older list of units than a unit has already seen. Try again later.";
}

export class AnchorOlder extends TrustError {
  static code = "anchor-older";
  static say = "The service shows older roots than most units have already seen. Try again later.";
}

export class BoardAltered extends ProtocolError {
  static say = "Replies of this unit are being withheld or altered.";
}

export class UnitMissing extends BoardAltered {
  static code = "unit-missing";
}

export class BatchMissing extends BoardAltered {
  static code = "batch-missing";
}

export class BatchAltered extends BoardAltered {
  static code = "batch-altered";
}

export class ManifestUnproved extends BoardAltered {
  static code = "manifest-unproved";
}

export class CertMismatch extends BoardAltered {
  static code = "cert-mismatch";
}

export class IntakeAltered extends ProtocolError {}

export class SegmentChanged extends IntakeAltered {
  static code = "segment-changed";
  static say = "The server shows a closed segment of the intake that differs from what it was. It was not used.";
}

export class SegmentUnsorted extends IntakeAltered {
  static code = "segment-unsorted";
  static say = "The server shows a segment of the intake that is not in order. It was not used.";
}

export class CannotSend extends ProtocolError {}

export class UnitCannotReceive extends CannotSend {
  static code = "unit-cannot-receive";
  static say = "This unit cannot receive anything now.";
}

export class NoUnitReceives extends CannotSend {
  static code = "no-unit-receives";
  static say = "No unit can receive reports now. Nothing was sent with this visit. Try again later.";
}

export class UnknownUnit extends CannotSend {
  static code = "unknown-unit";
  static say = "The service has no unit of that name. The command `dropbox-source units` lists them.";
}

export class UnitConflicted extends CannotSend {
  static code = "unit-conflicted";
  static say = "Reports about this force do not go to that unit. Send to the intake desk instead.";
}

export class RoutingChanged extends CannotSend {
  static code = "routing-changed";
  static say = "Your report would go to another unit than the one that you were shown. Nothing of it went with this visit. Look at the receiving unit again, then decide whether to send.";
}

export class FilesNotTaken extends CannotSend {
  static code = "files-not-taken";
  static say = "Files cannot be sent to this unit. Nothing of yours went with this visit. On another day, send the text alone, and say in it what the files show.";
}

export class FilesTooLate extends CannotSend {
  static code = "files-too-late";
  static say = "Sending the files took more than an hour, so it was broken off: nobody can open what was sent of them. Nothing else of yours went with this visit. Send fewer files at a time, or over a faster line.";
}

export class ContactNotTaken extends CannotSend {
  static code = "contact-not-taken";
  static say = "This unit takes no contact details: it has no key for them. Nothing of yours went with this visit. On another day, send the rest without them.";
}

export class ClockUnconfirmed extends CannotSend {
  static code = "clock-unconfirmed";
  static say = "This device's date seems wrong, or the service is being held back. Nothing was sent with this visit. Check the date; if it is right and you want to go on, confirm it.";
}
