# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a file is by its content, and why no more of it is shown, in words."""

from journalist_ui.shapes.previews import Preview

KINDS = {
    "unknown": "nothing that is known here",
    "pdf": "a PDF",
    "jpeg": "a JPEG picture",
    "png": "a PNG picture",
    "webp": "a WebP picture",
    "heic": "a HEIC or AVIF picture",
    "gif": "a GIF picture",
    "tiff": "a TIFF picture",
    "bmp": "a BMP picture",
    "text": "text",
    "office": "a document of an office program",
    "sound": "a recording of sound",
    "film": "a film",
    "archive": "an archive of other files",
}
WHY = {
    "unknown": "It cannot be shown here: nothing at this desk knows what it is.",
    "archive": "It is not unpacked here: an archive may hold anything. Take it out for a technical unit.",
    "damaged": "It cannot be shown: it is not whole, or not made as files of its kind are.",
    "large": "It cannot be shown: it unfolds to more than a preview may take.",
    "protected": "It cannot be shown without its password. Ask the source for it, or for a copy without one.",
    "empty": "There is nothing in it to show.",
    "no-program": "It cannot be shown on this machine: the program for files of its kind is not installed.",
    "long": "It took more than 20 seconds to show, and was ended. Nothing of the case is lost.",
    "stopped": "What was to show it ended before it was done: it took too much memory, or did what is not allowed. "
    "Nothing of the case is lost.",
    "no-sandbox": "Nothing is shown on this machine: its sandbox does not run, and without one no file is opened. "
    "Whoever looks after the machine finds what is missing in the runbook for previews.",
}


SCANS = {
    "none": "Not scanned: this desk has no scanner.",
    "failed": "Not scanned: the scanner of this machine gave no answer, or could not look through "
    "all of it: too large, or encrypted. Whoever looks after the machine sees to it.",
    "clean": "Scanned: nothing was found. A scanner knows what others have met before, and no more.",
    "found": "The scanner found something in it: {found}. It is not looked at here.",
}


def scanned(found: Preview) -> str:
    """What the scanner says."""
    return SCANS[found.scan].format(found=found.found)


def in_record(state: str, found: str) -> str:
    """The same, briefly."""
    return {"clean": "scanned", "found": f"scan found {found}"}.get(state, "not scanned")


def by_content(found: Preview) -> str:
    """What it is, once it was looked at."""
    return f"By its content it is {KINDS[found.kind]}." if found.kind else ""


def why_no_more(found: Preview) -> str:
    """Empty where all that was asked for is there."""
    if not found.why:
        return ""
    if found.shown:
        return f"No more of it is shown. {WHY[found.why]}"
    return WHY[found.why]
