// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What each event of the page's table leaves of everything that the page can hold, as JSON. */

import { State, TABLE } from "../../client/pages/states.js";

const told = {};
for (const event of Object.keys(TABLE)) {
  const emptied = [];
  const note = (thing) => () => emptied.push(thing);
  const things = ["report", "typed", "details", "outcome", "keys", "worker"];
  const state = new State(Object.fromEntries(things.map((thing) => [thing, note(thing)])));
  const held = { codename: "own", returned: "other", changing: true, last: {}, found: {}, routed: {}, only: "north" };
  held.delivered = [{}];
  Object.assign(state, held, { left: { report: { perhaps: true, parts: 1 }, reply: { perhaps: true, parts: 2 } } });
  const went = [];
  const walk = { turn: (page) => went.push(`turn ${page}`), end: (page) => went.push(`end ${page}`) };
  state.happen(event, walk);
  const kept = Object.keys(held).filter((name) => state[name]?.length ?? state[name]);
  for (const [kind, { perhaps, parts }] of Object.entries(state.left)) if (perhaps || parts) kept.push(`left-${kind}`);
  told[event] = { went, emptied: emptied.sort(), kept };
}
process.stdout.write(JSON.stringify(told));
