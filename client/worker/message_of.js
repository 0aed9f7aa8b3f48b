// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What a press of the person's becomes: one message, with contact details or without. */

import { encodeBody } from "../protocol/body.js";
import { CONTACT } from "../protocol/constants.js";
import { contactBytes, contactField } from "../protocol/contact.js";
import { splitBody } from "../protocol/envelope_format.js";
import { TooLong } from "../protocol/errors.js";

/** @import { Report } from "../protocol/body.js" */
/** @import { Bytes } from "../protocol/bytes.js" */
/** @import { Contact } from "../flows/source/visit.js" */

/** `contact` is sealed into the one piece of a message with contact details. @typedef {{pieces: Bytes[], contact?: Contact}} Plain */

/**
 * The piece of the message as it is before its contact details are sealed, as long as it is then. Throws TooLong where they
 * do not fit into one with the rest.
 * @param {Report} report
 * @param {string} text
 * @returns {Plain}
 */
function sealedLater(report, text) {
  contactBytes(text);
  const pieces = splitBody(encodeBody({ ...report, contact: contactField(new Uint8Array(CONTACT)) }));
  if (pieces.length > 1) throw new TooLong("text with contact details", { parts: pieces.length, allowed: 1 });
  return { pieces, contact: { report, text } };
}

/**
 * A message with contact details has one part. Throws TooLong, BadBody, BadText, BadValue.
 * @param {Report} report
 * @param {{contact?: string | undefined, withdraw?: boolean | undefined}} given details, or that those of before are taken
 *   back
 * @returns {Plain}
 */
export function messageOf(report, { contact, withdraw }) {
  if (withdraw) return { pieces: splitBody(encodeBody({ ...report, contact: "withdrawn" })) };
  return contact ? sealedLater(report, contact) : { pieces: splitBody(encodeBody(report)) };
}
