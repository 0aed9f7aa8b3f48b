// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file One chosen file on its page: what it is, what it tells, and what the person says of it. */

import { all, fill, fillWith, fresh, one } from "./dom.js";
import { say } from "./words.js";

/** @import { FileAsked, LookTold, TellTold } from "../worker_messages.js" */

const [KILOBYTE, MEGABYTE] = [1_000, 1_000_000];
/** Kinds whose files have no name of their own here, by how their media types begin. @type {[string, string][]} */
const KINDS = [
  ["image/", "image"],
  ["video/", "video"],
  ["audio/", "audio"],
  ["text/", "text"],
  ["application/pdf", "document"],
  ["application/rtf", "document"],
  ["application/vnd.", "document"],
  ["application/x-ole-storage", "document"],
  ["application/zip", "packed"],
];

/** A size in words. @param {number} bytes */
function sizeWords(bytes) {
  const large = bytes >= MEGABYTE / 10;
  const n = large ? bytes / MEGABYTE : Math.max(1, Math.round(bytes / KILOBYTE));
  const digits = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  return say(large ? "megabytes" : "kilobytes", { n: digits.format(n) });
}

/** What somebody learns from it, in words. @param {TellTold} told */
function tellWords({ kind, own, said }) {
  const words = own ? say(own, { said }) : said;
  return words ? say("tells", { kind: say(`tells-${kind}`), said: words }) : say(`tells-${kind}`);
}

/** @param {LookTold} look */
function kindOf({ mediaType, picture }) {
  if (picture) return "picture";
  return KINDS.find(([begin]) => mediaType.startsWith(begin))?.[1] ?? "unknown";
}

/** One that was chosen; its place on the list gives it its name. */
export class FileItem {
  /** What was found in it; null until it was looked at. @type {LookTold | null} */
  look = null;
  /** Whether it could not be read. */
  unread = false;
  /** By what its place on the page is known. */
  field;
  element;
  file;
  #place = 0;

  /**
   * @param {File} file
   * @param {string} field
   */
  constructor(file, field) {
    this.file = file;
    this.field = field;
    const [element] = fresh("file");
    if (!element) throw new Error("no file");
    this.element = element;
    this.element.dataset["field"] = field;
    this.element.addEventListener("change", () => this.#show());
  }

  /** @param {string} option */
  #isChosen(option) {
    return this.element.querySelector(`[data-option="${option}"]:checked`) !== null;
  }

  /** What goes: the copy, or all of it. */
  get #goes() {
    const { look } = this;
    return look?.clean && !this.#isChosen("whole") ? look.clean : { file: this.file, marks: look?.marks ?? [] };
  }

  /** Bytes that go. */
  get size() {
    return this.#goes.file.size;
  }

  /** The name that it is sent under. */
  get name() {
    if (this.#isChosen("own-name")) return this.file.name;
    const ending = this.look?.ending ? `.${this.look.ending}` : "";
    return `file ${this.#place}${ending}`;
  }

  /** The same to be shown: nothing in it acts. */
  get #shownName() {
    return this.#isChosen("own-name") ? (this.look?.name ?? "") : this.name;
  }

  /** Why it does not go yet; empty when it can. */
  get fault() {
    const name = this.#shownName;
    if (this.unread) return say("file-unread", { name });
    if (!this.look) return say("files-wait");
    return this.#asksFor === "sure" && !this.#isChosen("sure") ? say("file-unsure", { name }) : "";
  }

  /** What a person is asked about it. @returns {"" | "whole" | "sure"} */
  get #asksFor() {
    const { look } = this;
    if (!look || look.plain) return "";
    if (!look.clean) return "sure";
    return look.tells.length ? "whole" : "";
  }

  /** As the worker is asked to send it. @returns {FileAsked} */
  asked() {
    return { name: this.name, type: this.look?.mediaType ?? "", ...this.#goes };
  }

  /** A line for the page that shows all answers. */
  line() {
    const how = this.#asksFor !== "whole" ? "" : this.#isChosen("whole") ? "-whole" : "-clean";
    return say(`file-line${how}`, { name: this.#shownName, size: sizeWords(this.size) });
  }

  /** Whose it is on the list, from 1. @param {number} place */
  put(place) {
    this.#place = place;
    this.#show();
  }

  /** It was looked at, or could not be read. @param {LookTold | null} look */
  found(look) {
    this.look = look;
    this.unread = !look;
    if (look) this.#options(look);
    this.#show();
  }

  /** @param {LookTold} look */
  #options(look) {
    const asked = [this.#asksFor, look.name ? "own-name" : ""].filter(Boolean);
    const made = asked.flatMap((option) => {
      const item = fresh("checkbox");
      for (const part of item) {
        const [input, label] = [one(part, "input"), one(part, "label")];
        input.id = `${this.field}-${option}`;
        input.dataset["option"] = option;
        label.setAttribute("for", input.id);
        fill(label, say(`file-${option}`, { name: look.name }), "report");
        if (option === "own-name") label.classList.add("own-written");
      }
      return item;
    });
    fillWith(one(this.element, ".govuk-checkboxes"), made, "report");
  }

  #show() {
    const { element, look } = this;
    const [advice, goes] = this.#advice();
    const tells = look?.tells ?? [];
    fill(one(element, "[data-name]"), this.#shownName, "report");
    fill(one(element, "[data-remove] span"), ` ${this.#shownName}`, "report");
    const kind = look ? say("file-kind", { kind: say(`is-${kindOf(look)}`), size: sizeWords(this.file.size) }) : "";
    fill(one(element, "[data-kind]"), kind, "report");
    fill(one(element, "[data-advice]"), advice ?? "", "report");
    fill(one(element, "[data-goes]"), goes ?? "", "report");
    if (all(element, "[data-tells] li").length === tells.length) return;
    const lines = tells.flatMap((told) => {
      const line = fresh("file-tell");
      for (const part of line) fill(part, tellWords(told), "report");
      return line;
    });
    fillWith(one(element, "[data-tells]"), lines, "report");
  }

  /** What is said above what it tells, and below. */
  #advice() {
    const { look } = this;
    if (this.unread) return [say("file-unread", { name: this.name })];
    if (!look) return [say("files-looking", { name: this.name })];
    if (look.plain) return [say("advice-plain")];
    if (look.clean) {
      if (!look.tells.length) return [say("advice-clean")];
      return [say(this.#isChosen("whole") ? "advice-whole" : "advice-told")];
    }
    const advice = say(`advice-${kindOf(look)}`);
    return look.tells.length ? [say("found-in-it"), advice] : [advice];
  }
}
