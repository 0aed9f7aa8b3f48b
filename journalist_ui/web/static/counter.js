// SPDX-License-Identifier: AGPL-3.0-or-later
// How many parts the text in a box takes, said after a pause.

// Told after a pause only: a screen reader would speak at every letter.
const PAUSE = 300;

/**
 * @param {number} bytes
 * @param {number} part
 * @param {number} most
 * @returns {string}
 */
function count(bytes, part, most) {
  const parts = Math.max(1, Math.ceil(bytes / part));
  const left = parts * part - bytes;
  if (parts > most) {
    return `${bytes.toLocaleString("en-GB")} bytes: ${parts} parts, at most ${most} can be sent. Shorten it.`;
  }
  const room = parts === most ? `${left} bytes are left` : `${left} bytes are left in this part`;
  return `${bytes.toLocaleString("en-GB")} bytes: part ${parts} of at most ${most}; ${room}.`;
}

/**
 * @param {number} parts
 * @param {DOMStringMap} data
 * @returns {string}
 */
function word(parts, data) {
  return parts <= Number(data["short"]) ? "Short." : parts <= Number(data["middling"]) ? "Middling." : "Long.";
}

/** @param {HTMLTextAreaElement} box whose data say how long a part is, and how many there may be */
export function watchLength(box) {
  const shown = document.getElementById("count");
  if (!shown) {
    return;
  }
  const length = document.getElementById("length");
  const encoder = new TextEncoder();
  const update = () => {
    const { part, parts } = box.dataset;
    const bytes = encoder.encode(box.value).length;
    shown.textContent = count(bytes, Number(part), Number(parts));
    if (length) {
      length.textContent = bytes ? word(Math.ceil(bytes / Number(part)), box.dataset) : "";
    }
  };
  shown.setAttribute("role", "status");
  update();
  let timer = 0;
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(update, PAUSE);
  });
}
