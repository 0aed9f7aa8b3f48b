// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file What a visit asks of its driver. A flow yields one of these and is sent the answer named here; a driver that
 * cannot get an answer throws, and the flow ends; of an envelope it says NotTaken.
 */

/** @import { Bytes } from "../../protocol/bytes.js" */
/** @import { Visited } from "./visit.js" */

/**
 * `GET /v1/directory`; answered by its body, bytes.
 * @typedef {{ask: "directory"}} GetDirectory
 */

/**
 * `GET /v1/board`; answered by its body, bytes.
 * @typedef {{ask: "board"}} GetBoard
 */

/**
 * `GET /v1/rows`; answered by its body, bytes.
 * @typedef {{ask: "rows"}} GetRows
 */

/**
 * The date warning stands; answered by true when the person wants to go on, else false. `warnings` are all that stand.
 * @typedef {{ask: "confirm", warnings: import("../trust.js").Warned[]}} ConfirmClock
 */

/**
 * In place of a receipt: none came, or it is none for this envelope. `reason` is the error, `perhaps` whether the
 * envelope may be stored all the same.
 * @typedef {{reason: unknown, perhaps: boolean}} NotTaken
 */

/**
 * `POST /v1/envelopes` with exactly 16,384 bytes; answered by the receipt's 256 bytes, or by NotTaken. `reading` is what
 * the visit has learnt so far. It does not leave: it is for whoever shows it while the receipt is waited for, and not
 * before the envelope is on its way, for who has read may go.
 * @typedef {{ask: "envelope", envelope: Bytes, reading?: Visited}} PostEnvelope
 */

/**
 * `POST /v1/passes` for so many blobs, `of` so many in all; answered by the pass's 256 bytes.
 * @typedef {{ask: "pass", blobs: number, of: number}} GetPass
 */

/**
 * `POST /v1/blobs/{pass}` with exactly 262,144 bytes; answered by the receipt's 256 bytes, or by undefined when the server
 * does not know the pass, or not any more: nothing of the blob was kept. `left` are still to go with this one, `of` so many.
 * @typedef {{ask: "blob", name: Bytes, blob: Bytes, left: number, of: number}} PostBlob
 */

/**
 * All is judged, which takes as long for every codename; reading does not. The server is asked nothing: whoever holds the
 * connection settles now when the envelope leaves.
 * @typedef {{ask: "reading"}} ReadingBegins
 */

/** @typedef {GetDirectory | GetBoard | GetRows | ConfirmClock | ReadingBegins | GetPass | PostBlob | PostEnvelope} VisitRequest */
