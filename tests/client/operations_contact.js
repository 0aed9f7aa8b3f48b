// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Operations on contact details (docs/protocol.md, section 5.11), and the unit's half of them. */

import { encodeBody } from "../../client/protocol/body.js";
import { equal, toHex } from "../../client/protocol/bytes.js";
import * as c from "../../client/protocol/constants.js";
import { checkOpened, contactInfo, sealContact } from "../../client/protocol/contact.js";
import { Reader, decodeText } from "../../client/protocol/encoding.js";
import { WrongLength } from "../../client/protocol/errors.js";
import { unpad } from "../../client/protocol/padding.js";
import { SealingKey } from "../../client/protocol/primitives.js";
import { bytes } from "./operations.js";


function parseContact(plain) {
  if (plain.length !== c.CONTACT_PLAIN) throw new WrongLength("contact");
  const reader = new Reader(plain, "contact");
  const length = reader.u16(1, c.MAX_CONTACT);
  return decodeText(unpad(reader.take(c.MAX_CONTACT), length), "contact");
}

async function openContact(key, sealed, info) {
  if (sealed.length !== c.CONTACT) throw new WrongLength("contact");
  return parseContact(await key.open(sealed, info));
}

/** A report that is a text alone. */
export function plainReport(text) {
  return { text, categories: [], force: "", answers: {} };
}

/** The body of an opened message without its contact details, and what those say to who verified it. */
export async function withContact({ body, pseudonym, messageId }, certHash, seed) {
  const { text, contact } = JSON.parse(new TextDecoder().decode(body));
  const sealed = Uint8Array.from(atob(contact), (letter) => letter.charCodeAt(0));
  const key = await SealingKey.fromSeed(bytes(seed));
  const told = await openContact(key, sealed, contactInfo(certHash, pseudonym, messageId));
  const [given, bare] = [{ ...plainReport(text), contact }, encodeBody(plainReport(text))];
  if (!equal(encodeBody(given), body)) throw new Error("a body that is not in its one form");
  return { body: toHex(bare), contact: told };
}

export const OPERATIONS = {
  "contact-info": ({ cert_hash, pseudonym, message_id }) => ({
    info: toHex(contactInfo(bytes(cert_hash), bytes(pseudonym), bytes(message_id))),
  }),

  "contact-seal-opens": async ({ seed, info, text, public: given = "" }) => {
    const key = await SealingKey.fromSeed(bytes(seed));
    const sealed = await sealContact(given ? bytes(given) : key.public, bytes(info), text);
    return { size: sealed.length, text: await openContact(key, sealed, bytes(info)) };
  },

  "contact-plain-parse": ({ plain }) => ({ text: parseContact(bytes(plain)) }),

  "contact-open": async ({ seed, info, sealed_contact }) => ({
    text: await openContact(await SealingKey.fromSeed(bytes(seed)), bytes(sealed_contact), bytes(info)),
  }),

  "contact-opened-parse": ({ data }) => {
    checkOpened(bytes(data));
    return {};
  },
};
