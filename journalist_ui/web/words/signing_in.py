# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why somebody stands before the sign-in page."""

WHY = {
    "locked": "The desk is locked.",
    "kept": "The desk is locked: by you, or because nothing was done for a while. What you had begun to write is kept: "
    "sign in, and its case opens.",
    "carried": "Your session is over. What you had begun to write waits in the desk's memory: sign in again in this "
    "browser, and it becomes your draft. Nobody else gets it.",
    "lost": "Your session is over, and what you had begun to write could not be kept. Sign in again.",
    "unkept": "The desk is locked. What you had begun to write could not be kept.",
    "late": "Your session is over. Your text is kept: sign in, and its case opens.",
    "idle": "The desk locked itself, because nothing was done for a while.",
    "over": "Your session is over: it was locked, nothing was done for a while, or the desk was started again. "
    "Sign in again.",
    "passphrase": "Your passphrase is changed. Sign in with the new one.",
    "refused": "The present passphrase was wrong. Nothing was changed, and the desk is locked.",
}
