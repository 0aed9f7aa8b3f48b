// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The list of forces gets shorter as one types: a name, a Welsh name, another name, initials or a nation. */

import { all, byId, fill, one, section } from "./dom.js";
import { say } from "./words.js";

/** @param {string} text */
function fold(text) {
  const plain = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/&/g, " and ").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}

/** Show what fits, and say how many. */
export function showFitting() {
  const wanted = fold(byId("find", HTMLInputElement).value).split(" ").filter(Boolean);
  let count = 0;
  for (const item of all(one(section("force"), '[data-field="force"]'), ".govuk-radios__item")) {
    const input = one(item, "input");
    const names = ` ${fold(input.dataset["find"] ?? '')}`;
    const fits = wanted.every((word) => names.includes(` ${word}`));
    // What is chosen stays in sight.
    item.hidden = !fits && !(input instanceof HTMLInputElement && input.checked);
    if (fits) count += 1;
  }
  const name = !wanted.length ? "found-all" : count === 0 ? "found-none" : count === 1 ? "found-one" : "found-some";
  fill(byId("found", HTMLElement), say(name, { n: count }), "page");
}

/** Wire the page. */
export function startForceList() {
  const page = section("force");
  page.addEventListener("input", showFitting);
  page.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== byId("find", HTMLInputElement)) return;
    // Enter in the search leads into the list and does not send the form.
    event.preventDefault();
    all(page, ".govuk-radios__item:not([hidden]) input")[0]?.focus();
  });
  page.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.type !== "radio") return;
    const other = input.name === "force" ? "force-unknown" : "force";
    for (const one of all(page, `input[name="${other}"]`)) if (one instanceof HTMLInputElement) one.checked = false;
    showFitting();
  });
  showFitting();
}
