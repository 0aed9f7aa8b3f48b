// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What a person must mend before going on: a summary at the top of the page and a sentence at each field. */

import { all, fill, fresh, one, section } from "./dom.js";

/**
 * `text` in place of the field's own sentence; `at`: the id of the input to mend, where it is not the first of the field.
 * @typedef {{field: string, text?: string, at?: string}} Fault
 */

/** @param {string} field */
function group(field) {
  return one(document, `[data-field="${field}"]`);
}

/** @param {HTMLElement} parent */
function inputs(parent) {
  return all(parent, "input, textarea");
}

/** @param {string} page */
export function clearFaults(page) {
  const within = section(page);
  for (const shown of all(within, ".govuk-error-summary, .govuk-error-message")) shown.remove();
  for (const marked of all(within, ".govuk-form-group--error")) marked.classList.remove("govuk-form-group--error");
  for (const kind of ["govuk-textarea--error", "govuk-file-upload--error"]) {
    for (const marked of all(within, `.${kind}`)) marked.classList.remove(kind);
  }
  for (const described of all(within, '[aria-describedby$="-error"]')) {
    const rest = (described.getAttribute("aria-describedby") ?? "").split(" ").slice(0, -1).join(" ");
    if (rest) described.setAttribute("aria-describedby", rest);
    else described.removeAttribute("aria-describedby");
  }
}

/**
 * Show them and move the focus to the summary.
 * @param {string} page
 * @param {Fault[]} faults
 */
export function showFaults(page, faults) {
  clearFaults(page);
  const within = section(page);
  const summary = fresh("error-summary")[0];
  if (!summary || !faults.length) return;
  const pattern = one(summary, "li");
  for (const fault of faults) {
    const parent = group(fault.field);
    const text = fault.text ?? parent.dataset["error"] ?? "";
    const line = pattern.cloneNode(true);
    if (line instanceof HTMLElement) {
      const link = one(line, "a");
      fill(link, text, "page");
      // Where a list has nothing to show yet, what is looked for is typed before it.
      const begin = inputs(parent).find((input) => input.offsetParent) ?? inputs(within)[0];
      link.setAttribute("href", `#${fault.at ?? begin?.id ?? ''}`);
      pattern.before(line);
    }
    markField(parent, fault.field, text);
  }
  pattern.remove();
  one(within, ".govuk-back-link").after(summary);
  summary.focus();
  summary.scrollIntoView({ block: "start" });
}

/**
 * @param {HTMLElement} parent
 * @param {string} field
 * @param {string} text
 */
function markField(parent, field, text) {
  const message = fresh("error-message")[0];
  if (!message) return;
  message.id = `${field}-error`;
  message.append(` ${text}`);
  parent.classList.add("govuk-form-group--error");
  const described = all(parent, "fieldset, textarea, input[type=file]")[0];
  if (!described) return;
  const kind = { TEXTAREA: "govuk-textarea--error", INPUT: "govuk-file-upload--error" }[described.tagName];
  if (kind) {
    described.classList.add(kind);
    described.before(message);
  } else {
    one(parent, ".govuk-radios, .govuk-checkboxes, .own-boxes").before(message);
  }
  const before = described.getAttribute("aria-describedby");
  described.setAttribute("aria-describedby", before ? `${before} ${message.id}` : message.id);
}
