# SPDX-License-Identifier: AGPL-3.0-or-later
"""What became of a file, in words."""

STATES = {
    "arriving": "still arriving: files come with the day after their message",
    "whole": "whole",
    "damaged": "damaged: it cannot be opened as its source sealed it, so nothing of it is used",
    "lost": "not whole: a part of it did not come in time. Ask the source to send it again",
    "refused": "not taken: this desk takes no files, its case has 1 GiB of them already, or it is made of the same "
    "pieces as four others",
}
