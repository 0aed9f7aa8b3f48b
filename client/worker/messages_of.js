// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What a press of the person's becomes: one message, or two where contact details do not fit beside the text. */

import { encodeBody } from "../protocol/body.js";
import { CONTACT } from "../protocol/constants.js";
import { contactBytes, contactField } from "../protocol/contact.js";
import { splitBody } from "../protocol/envelope_format.js";

/** @import { Report } from "../protocol/body.js" */
/** @import { Bytes } from "../protocol/bytes.js" */
/** @import { Contact } from "../flows/source/visit.js" */

/** `contact` is sealed into the one piece of a message with contact details. @typedef {{pieces: Bytes[], contact?: Contact}} Plain */

/**
 * The pieces of the message as it is before its contact details are sealed, as long as it is then.
 * @param {Report} report
 * @param {string} text
 * @returns {Plain}
 */
function sealedLater(report, text) {
  contactBytes(text);
  const pieces = splitBody(encodeBody({ ...report, contact: contactField(new Uint8Array(CONTACT)) }));
  return { pieces, contact: { report, text } };
}

/**
 * A message with contact details has one part: beside a longer text they follow in a message of their own. Throws TooLong,
 * BadBody, BadText, BadValue.
 * @param {Report} report
 * @param {{contact?: string | undefined, withdraw?: boolean | undefined}} given details, or that those of before are taken
 *   back
 * @returns {Plain[]}
 */
export function messagesOf(report, { contact, withdraw }) {
  if (withdraw) return [{ pieces: splitBody(encodeBody({ ...report, contact: "withdrawn" })) }];
  if (!contact) return [{ pieces: splitBody(encodeBody(report)) }];
  const together = sealedLater(report, contact);
  if (together.pieces.length === 1) return [together];
  const alone = sealedLater({ text: "", categories: [], force: "", answers: {} }, contact);
  return [{ pieces: splitBody(encodeBody(report)) }, alone];
}
