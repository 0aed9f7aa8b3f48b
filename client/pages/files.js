// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The page of files, of a report or of a message: which were chosen, and what goes of them. Only here and in what is
 * asked of the worker are they held; the field that they were chosen with is empty again at once.
 */

import { BLOB, BLOB_PLAIN, MAX_BLOBS } from "../protocol/constants.js";
import { all, fill, fillWith, one, section } from "./dom.js";
import { clearFaults, showFaults } from "./faults.js";
import { FileItem } from "./file_item.js";
import { say } from "./words.js";

/** @import { FileAsked, LookTold } from "../worker_messages.js" */
/** @import { Fault } from "./faults.js" */
/** @import { WorkerLine } from "./worker_line.js" */

const KIBIBYTE = 1_024;
/** Hex digits of a key and of a hash. */
const DIGITS = 64;

/** @param {number} size bytes */
function blobsOf(size) {
  return Math.ceil(size / BLOB_PLAIN);
}

/** A file's own name, with nothing in it that hides or turns letters round. @param {File} file */
function plainName({ name }) {
  return name.replace(/\p{C}/gu, "\ufffd");
}

/** What is seen of so many blobs, in words. @param {number} blobs */
function seen(blobs) {
  let kibibytes = BLOB / KIBIBYTE;
  for (let count = 1; count < blobs; count *= 2) kibibytes *= 2;
  return kibibytes < KIBIBYTE ? say("kibibytes", { n: kibibytes }) : say("mebibytes", { n: kibibytes / KIBIBYTE });
}

/** A file that is dropped beside the field is not opened in place of the page, with its name in the history. */
export function refuseDropped() {
  for (const kind of ["dragover", "drop"]) {
    addEventListener(kind, (event) => {
      const field = event.target instanceof HTMLInputElement && event.target.type === "file";
      const brings = event instanceof DragEvent && event.dataTransfer?.types.includes("Files");
      if (brings && !field) event.preventDefault();
    });
  }
}

/** Those of one message. */
export class Files {
  #page;
  #line;
  /** @type {FileItem[]} */
  #items = [];
  /** How many were chosen so far: what each is known by. */
  #count = 0;
  /** Whether nobody takes them. */
  #none = false;

  /**
   * @param {string} page
   * @param {WorkerLine} line
   */
  constructor(page, line) {
    this.#page = page;
    this.#line = line;
    const place = section(page);
    place.addEventListener("change", ({ target }) => {
      if (target instanceof HTMLInputElement && target.type === "file") void this.#choose(target);
      else this.#tell();
    });
    place.addEventListener("click", ({ target }) => {
      const pressed = target instanceof Element ? target.closest("[data-remove]") : null;
      const item = this.#items.find(({ element }) => pressed && element.contains(pressed));
      if (item) this.#remove(item);
    });
  }

  /** Whether there is any. */
  get any() {
    return this.#items.length > 0;
  }

  /**
   * The page as it is for these units, before anything is chosen.
   * @param {{name: string, takesFiles: boolean}[]} units
   */
  show(units) {
    const place = section(this.#page);
    const refusing = units.filter(({ takesFiles }) => !takesFiles).map(({ name }) => name);
    const none = (this.#none = refusing.length > 0 && refusing.length === units.length);
    // What was chosen for another unit can still be settled or taken off.
    one(place, "[data-takes]").hidden = none && !this.any;
    for (const taken of all(place, "[data-taken]")) taken.hidden = none;
    one(place, "[data-takes-none] button").hidden = this.any;
    one(place, "[data-takes-none]").hidden = !none;
    one(place, "[data-takes-some]").hidden = none || !refusing.length;
    for (const names of all(place, "[data-refusing]")) fill(names, refusing.join("; "), "report");
    this.#tell();
  }

  /**
   * What was chosen with the field joins the list, and is looked at.
   * @param {HTMLInputElement} field
   */
  async #choose(field) {
    const chosen = [...(field.files ?? [])];
    // A browser that brings a page back would know its name.
    field.value = "";
    clearFaults(this.#page);
    const [added, refused] = this.#admit(chosen);
    this.#list([...this.#items, ...added]);
    if (refused) showFaults(this.#page, [{ field: this.#page, text: refused }]);
    /** @type {(LookTold | null)[]} */
    const looks = [];
    for (const item of added) {
      looks.push(await this.#look(item.file));
      // Whoever left in the meantime has no list any more.
      if (!this.#items.includes(item)) return;
      this.#tell(added[looks.length]);
    }
    // All at once: what can be pressed moves once, and is not there before.
    added.forEach((item, at) => item.found(looks[at] ?? null));
    this.#tell();
  }

  /**
   * Those that there is room for, and why the next is not among them.
   * @param {File[]} chosen
   * @returns {[FileItem[], string]}
   */
  #admit(chosen) {
    const added = [];
    let blobs = this.#items.reduce((sum, { file }) => sum + blobsOf(file.size), 0);
    for (const file of chosen) {
      if (!file.size) return [added, say("files-empty", { name: plainName(file) })];
      blobs += blobsOf(file.size);
      if (blobs > MAX_BLOBS) return [added, say("files-large", { name: plainName(file) })];
      added.push(new FileItem(file, `${this.#page}-${++this.#count}`));
    }
    return [added, ""];
  }

  /** Null where it cannot be read. @param {File} file */
  async #look(file) {
    try {
      return await this.#line.ask("look", { file });
    } catch {
      return null;
    }
  }

  /** @param {FileItem} item */
  #remove(item) {
    clearFaults(this.#page);
    const at = this.#items.indexOf(item);
    this.#list(this.#items.filter((other) => other !== item));
    const next = this.#items[at] ?? this.#items.at(-1);
    const field = this.#none ? "form > .govuk-button" : "input[type=file]";
    (next ? one(next.element, "[data-remove]") : one(section(this.#page), field)).focus();
  }

  /** @param {FileItem[]} items */
  #list(items) {
    this.#items = items;
    items.forEach((item, at) => item.put(at + 1));
    fillWith(one(section(this.#page), "[data-files]"), items.map(({ element }) => element), "report");
    this.#tell();
  }

  /**
   * How many there are, and how much is seen of them; a screen reader hears it. While one is looked at nothing can be
   * pressed that would move.
   * @param {FileItem} [next] to be looked at
   */
  #tell(next) {
    const waiting = next ?? this.#items.find(({ look, unread }) => !look && !unread);
    const words = waiting ? say("files-looking", { name: waiting.name }) : this.seen();
    const page = section(this.#page);
    one(page, "form").classList.toggle("own-looking", waiting !== undefined);
    const place = one(page, "[data-files-told]");
    if (place.textContent !== words) fill(place, words, "report");
  }

  /** The same in a sentence; empty without files. */
  seen() {
    const n = this.#items.length;
    const size = n ? seen(this.#items.reduce((sum, item) => sum + blobsOf(item.size), 0)) : "";
    return n ? say(n === 1 ? "files-one" : "files-some", { n, size }) : "";
  }

  /** What keeps the person from going on from their page: nothing where nobody takes any. */
  open() {
    return this.#none ? [] : this.faults();
  }

  /** What keeps them from being sent. @returns {Fault[]} */
  faults() {
    return this.#items.flatMap(({ field, fault }) => (fault ? [{ field, text: fault }] : []));
  }

  /** As the worker is asked to send them. @returns {FileAsked[]} */
  asked() {
    return this.#items.map((item) => item.asked());
  }

  /** Each as long as it stands in the report's form, so that its size can be told before anything is sealed. */
  entries() {
    const zeros = "0".repeat(DIGITS);
    return this.asked().map(({ name, type, file: { size } }) => {
      const blobs = Array.from({ length: blobsOf(size) }, () => zeros);
      return { name: new TextDecoder().decode(new TextEncoder().encode(name)), type, size, key: zeros, blobs };
    });
  }

  /** A line each, then what is seen of them. */
  words() {
    return [...this.#items.map((item) => item.line()), this.seen()].filter(Boolean).join("\n");
  }

  /** Nothing of them is left. */
  clear() {
    this.#list([]);
  }
}
