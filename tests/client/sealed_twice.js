// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Whether a message with files that is asked for again is the one that was sealed before, as JSON. */

import { markOf } from "../../client/worker/looking.js";
import { Sealed } from "../../client/worker/sealed.js";
import { UnitCannotReceive } from "../../client/protocol/errors.js";

const sealed = new Sealed();
const file = new Blob(["words"]);
const files = [{ name: "file 1.txt", type: "text/plain", file, marks: [await markOf(new Uint8Array(await file.arrayBuffer()))] }];
const body = { text: "", categories: [], force: "", answers: {} };
const asked = { ask: "reply", codename: "", slug: "north", text: "", files, despiteClock: false };
const make = async (changes = {}) => sealed.message({ ...asked, ...changes }, body, new Uint8Array(16));
const real = Date.now;

const first = await make();
const told = { again: (await make({ despiteClock: true })) === first };
const [known] = first.attached.left;
const moved = await make({ slug: "south" });
told.elsewhere = moved === first || Buffer.from(moved.attached.left[0]).equals(known);
const back = await make();
Date.now = () => real() + 3_599_000;
told.within = (await make()) === back;
Date.now = () => real() + 3_602_000;
const late = await make();
told.late = late === back;
Date.now = real;
told.setBack = (await make()) === late;
const last = await make();
last.attached.spoil(new UnitCannotReceive("paused"));
told.refused = (await make()) === last;
const kept = await make();
sealed.drop();
told.dropped = (await make()) === kept;
const plain = await make({ files: [] });
told.plain = plain.attached === undefined && (await make({ files: [] })) !== plain;
process.stdout.write(JSON.stringify(told));
