// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file What page and worker say to each other. The page posts `{id, ask, …}`; the worker answers `{id, progress}` any
 * number of times, then `{id, done}` or `{id, failed}`, once each.
 *
 * Only after `new-codename` is there progress after `done`: the stretch of the new codename goes on in the background,
 * and the visit that needs it waits for it.
 */

/**
 * @typedef {{ask: "start", anchor: string}} Start `anchor`: the signed anchor, base64
 * @typedef {{ask: "new-codename"}} NewCodename
 * @typedef {{ask: "check-words", typed: string, typing?: boolean}} CheckWords
 * @typedef {{ask: "look", file: File}} Look
 * @typedef {{ask: "forget"}} Forget drops every secret
 */

/** @import { Answer } from "./protocol/body.js" */
/** @import { Question as Asked } from "./protocol/questions.js" */

/**
 * A file to send under `name`: it goes as it is, and `marks` are those of its pieces when it was looked at.
 * @typedef {{name: string, type: string, file: Blob, marks: string[]}} FileAsked
 */

/**
 * `contact`: contact details, empty for none.
 * @typedef {object} Report
 * @property {"report"} ask
 * @property {string} codename
 * @property {string} slug
 * @property {{name: string, independent: boolean, kind?: string}} shown `kind` as the page names it, as force-unit
 * @property {string} force
 * @property {string[]} categories
 * @property {Record<string, Answer>} answers
 * @property {string} text
 * @property {FileAsked[]} [files]
 * @property {string} [contact]
 * @property {boolean} despiteClock
 */

/** @typedef {{ask: "check", codename: string, despiteClock: boolean}} Check */

/**
 * `slug` empty: the one unit that has answered; `answers` to what it asked; `contact` as in Report; `withdraw`: take
 * back those that were left.
 * @typedef {object} Reply
 * @property {"reply"} ask
 * @property {string} codename
 * @property {string} slug
 * @property {Record<string, Answer>} [answers]
 * @property {string} text
 * @property {FileAsked[]} [files]
 * @property {string} [contact]
 * @property {boolean} [withdraw]
 * @property {boolean} despiteClock
 */

/** @typedef {Report | Check | Reply} VisitAsk */
/** @typedef {Start | NewCodename | CheckWords | Look | Forget | VisitAsk} Ask */
/** @typedef {Ask["ask"]} Question */

/**
 * What each question is answered by, once it is done.
 * @typedef {object} Answers
 * @property {{}} start
 * @property {{codename: string}} new-codename
 * @property {WordsTold} check-words
 * @property {LookTold} look
 * @property {{}} forget
 * @property {VisitTold} report
 * @property {VisitTold} check
 * @property {VisitTold} reply
 */

/**
 * What a question brings with it.
 * @template {Question} Name
 * @typedef {Omit<Extract<Ask, {ask: Name}>, "ask">} Values
 */

/**
 * `percent` is whole; `came` bytes of the board have come, or of files have gone, of how many. `busy`: the receipt lets itself be waited for;
 * `broke`: the line broke, and the visit goes on; `read`: what a visit that only reads has read, from when its envelope
 * leaves on. `part` and `parts` while a message is sent.
 * `perhapsStored` and `partsStored` as in Failure, were it to end here: a worker that is ended cannot say.
 * @typedef {object} Progress
 * @property {"stretch" | "directory" | "board" | "read" | "files" | "seal" | "post"} stage
 * @property {number} [percent]
 * @property {number} [came]
 * @property {number} [of]
 * @property {boolean} [busy]
 * @property {boolean} [broke]
 * @property {VisitTold} [read]
 * @property {number} [part]
 * @property {number} [parts]
 * @property {boolean} [perhapsStored]
 * @property {number} [partsStored]
 */

/**
 * `code` is a code of docs/errors.md or docs/protocol.md. `perhapsStored`: something may have been stored, `partsStored`
 * how many parts surely were. `untaken`: a visit that only read would have succeeded here, so that coming back at once
 * would show that this one did not only read.
 * @typedef {object} Failure
 * @property {string} code
 * @property {string} say
 * @property {boolean} [perhapsStored]
 * @property {boolean} [untaken]
 * @property {number} [partsStored]
 * @property {WarningTold[]} [warnings] with `clock-unconfirmed`
 */

/**
 * @typedef {object} WarningTold
 * @property {"replies-altered" | "clock" | "silent" | "not-acknowledged"} code
 * @property {string} slug
 * @property {string} name
 * @property {number} days
 * @property {boolean} proof whether it is a proof and no guess
 * @property {string} text
 */

/**
 * `text` is inert: nothing in it is hidden. `day` is an ISO date; `kinds` what becomes of the report, of an outcome;
 * `questions` what is asked, its words inert too. Not `readable`: it is in no form of its kind.
 * @typedef {object} MessageTold
 * @property {number} number
 * @property {string} kind
 * @property {string} text
 * @property {string} day
 * @property {string[]} kinds
 * @property {Asked[]} questions
 * @property {{unit: string, name: string, kind: string, reference: string} | null} [offer] a referral; `name` and `kind` are empty for a unit that is not listed
 * @property {boolean} readable
 */

/**
 * `again`: for how many whole days a text can be read again; `more`: whether a text waits that is not on the board; `unread`: how many of its rows could not be opened.
 * @typedef {object} ConversationTold
 * @property {string} slug
 * @property {string} name
 * @property {number} collected
 * @property {number} promised days within which the unit says that it answers; 0 for nothing said, and before it has
 *   collected a message
 * @property {{language: string, text: string}[]} firstWords what it says to whose report it has; inert, and none before
 * @property {number} again
 * @property {boolean} more
 * @property {number} unread
 * @property {MessageTold[]} messages
 * @property {{slug: string, name: string, kind: string} | null} successor who goes on for a unit that takes nothing any more
 */

/**
 * `kind` as the signed list has it, as force-unit; `takesFiles` by the list and the service's policy; `contact`: whether
 * contact details can be left with it.
 * @typedef {{slug: string, name: string, kind: string, takesFiles: boolean, contact: boolean}} UnitTold
 */

/**
 * Why the message was not sealed; `byList` when the signed list itself keeps it from the unit that it was for.
 * @typedef {{code: string, say: string, byList: boolean}} RefusedTold
 */

/**
 * What a visit learnt. `slug` and `name`: the unit that was written to, or, when it was refused as `routing-changed`, the
 * one that would receive it.
 * @typedef {object} VisitTold
 * @property {boolean} stored
 * @property {string} slug
 * @property {string} name
 * @property {string} kind of that unit, as force-unit; empty without one
 * @property {RefusedTold | null} refused
 * @property {WarningTold[]} warnings
 * @property {boolean} clockSuspect
 * @property {number} period seconds
 * @property {ConversationTold[]} conversations
 * @property {UnitTold[]} units
 */

/**
 * How far a typed codename is one. `wrong` names each place that holds no word of the list, with the nearest word where
 * one is near, and what was read there where that is not plain to see; `read`: each word as the list spells it, else as it was read; `complete`: eight words, none wrong; `codename`: as it was made, empty unless the check bits hold.
 * @typedef {object} WordsTold
 * @property {number} words
 * @property {{position: number, read: string, nearest: string}[]} wrong
 * @property {string[]} read
 * @property {boolean} complete
 * @property {string} codename
 */

/**
 * What a file tells: `own` names a sentence of the document, in whose gap `said` stands; without one `said` is the file's own
 * text, inert.
 * @typedef {{kind: string, own: string, said: string}} TellTold
 */

/**
 * A file that was looked at. `ending` of its kind, empty for one that has none; `picture`: of a kind that has a copy without
 * what it tells, which is `clean` unless it is not built as such are; `plain`: words that somebody wrote, and no more. `name`
 * is its own, inert, empty where that cannot be sent; `marks` as in FileAsked.
 * @typedef {object} LookTold
 * @property {string} mediaType
 * @property {string} ending
 * @property {boolean} picture
 * @property {boolean} plain
 * @property {TellTold[]} tells
 * @property {string} name
 * @property {string[]} marks
 * @property {{file: Blob, marks: string[]} | null} clean
 */

export {};
