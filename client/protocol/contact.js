// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file Contact details, sealed apart from the report that they come with (docs/protocol.md, section 5.11).
 *
 * They open under the unit's key for contact details alone, and only as what this source said in this message, sealed to
 * this epoch. A source opens none.
 */

import { concat } from "./bytes.js";
import { CONTACT_PLAIN, MAX_CONTACT } from "./constants.js";
import { encodeText, u16 } from "./encoding.js";
import { BadBody, BadValue } from "./errors.js";
import * as labels from "./labels.js";
import { pad } from "./padding.js";
import { hpkeSeal } from "./primitives.js";

/** @import { Bytes } from "./bytes.js" */

/**
 * What sealed contact details are bound to: H of the epoch certificate that their message is sealed to, its source's
 * P_pk, and its message_id.
 * @param {Bytes} hash
 * @param {Bytes} pseudonym
 * @param {Bytes} messageId
 */
export function contactInfo(hash, pseudonym, messageId) {
  return concat(labels.CONTACT_INFO, hash, pseudonym, messageId);
}

/**
 * What contact details say, as UTF-8. Throws BadText, BadValue for none and for more than MAX_CONTACT bytes.
 * @param {string} text
 */
export function contactBytes(text) {
  const data = encodeText(text, "contact");
  if (!data.length || data.length > MAX_CONTACT) throw new BadValue("contact");
  return data;
}

/**
 * 2,160 bytes, whatever the text says. Throws BadText, BadValue, BadPublicKey.
 * @param {Bytes} key the unit's, for contact details
 * @param {Bytes} info
 * @param {string} text
 */
export function sealContact(key, info, text) {
  const data = contactBytes(text);
  return hpkeSeal(key, pad(concat(u16(data.length), data), CONTACT_PLAIN), info);
}

/**
 * Sealed contact details as the report's form holds them.
 * @param {Bytes} sealed
 */
export function contactField(sealed) {
  return btoa(String.fromCharCode(...sealed));
}

/**
 * Of a unit's word that it opened them, which has no words of its own (docs/protocol.md, step 6.4.3). Throws BadBody.
 * @param {Bytes} data
 */
export function checkOpened(data) {
  if (data.length) throw new BadBody("contact opened");
}
