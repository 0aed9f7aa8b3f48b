// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The browser's source in Node, driven over standard input and output, a JSON line each way, bytes in base64.
 *
 * `{"do": "body", report}` answers the parts of a report's body. `{"do": "visit", anchor, stretched, clock, part}` makes a
 * visit: each of its requests goes out as a line and its answer comes back as one, until `done` or `failed`.
 */

import { createInterface } from "node:readline";

import { drive } from "../../client/flows/drive.js";
import { visit } from "../../client/flows/source/visit.js";
import { parseSignedAnchor } from "../../client/protocol/anchors.js";
import { encodeBody } from "../../client/protocol/body.js";
import { splitBody } from "../../client/protocol/envelope_format.js";
import { ProtocolError } from "../../client/protocol/errors.js";
import { randomBytes } from "../../client/protocol/primitives.js";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64"));
const text = (data) => Buffer.from(data).toString("base64");

async function hear() {
  const { value, done } = await lines.next();
  return done ? undefined : JSON.parse(value);
}

function summary({ conversations, refused, receipt, slug }) {
  const read = conversations.map((one) => ({
    unit: one.unit.unit.slug,
    collected: one.collected,
    texts: one.texts.map(({ number, text: said }) => [number, said]),
    ack: one.ack,
    more: one.more,
    urgency: one.urgency,
    failed: one.failed,
  }));
  return { conversations: read, refused: refused?.code ?? "", stored: receipt !== undefined, slug };
}

async function makeVisit({ anchor, stretched, clock, part }) {
  const sent = part && { ...part, messageId: bytes(part.messageId), body: bytes(part.body) };
  const flow = visit(parseSignedAnchor(bytes(anchor)).anchor, bytes(stretched), sent ?? undefined, clock, randomBytes);
  const visited = await drive(flow, async (request) => {
    say(request.ask === "envelope" ? { ask: "envelope", envelope: text(request.envelope) } : { ask: request.ask });
    const { answer } = await hear();
    return typeof answer === "string" ? bytes(answer) : answer;
  });
  return summary(visited);
}

for (let asked = await hear(); asked; asked = await hear()) {
  try {
    say({ done: asked.do === "body" ? splitBody(encodeBody(asked.report)).map(text) : await makeVisit(asked) });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    say({ failed: error.code });
  }
}
