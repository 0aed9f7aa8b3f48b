# SPDX-License-Identifier: AGPL-3.0-or-later
"""PDF by pdfium, of a build without scripts and forms; what an office program wrote by LibreOffice, as a PDF."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]  # the library has no types

from .pages import Asked, Page, Pages, fitting, shrunk
from .wire import CannotShow, Why

_POINTS = 72
_FINEST = 300 / _POINTS
_A_LITTLE_LESS = 0.998
_OFFICE = Path("/usr/lib/libreoffice/program/soffice.bin")
_STARTS, _ONCE_MORE = 3, 81
"""A new profile asks to be started again."""
_HERE = Path("/tmp")  # noqa: S108 - of the sandbox alone, in memory
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse">
<value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks"
 oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""


def pdf(data: bytes, asked: Asked) -> Pages:
    """Raises CannotShow, PdfiumError."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise CannotShow(Why.PROTECTED if "assword" in str(error) else Why.DAMAGED) from None
    return len(document), _drawn(document, asked)


def _drawn(document: pypdfium2.PdfDocument, asked: Asked) -> Iterator[Page]:
    for number in asked.of(len(document)):
        page = document[number]
        width, height = page.get_size()
        if not (0 < width < 1e6 and 0 < height < 1e6):
            raise CannotShow(Why.LARGE)
        # pdfium rounds both sides up.
        scale = fitting(width * _FINEST, height * _FINEST, asked.most_pixels) * _FINEST * _A_LITTLE_LESS
        drawn = page.render(scale=scale, may_draw_forms=False)
        picture = shrunk(drawn.to_pil(), asked.most_pixels)
        page.close()
        yield Page(picture)


def office(data: bytes, asked: Asked) -> Pages:
    """Raises CannotShow."""
    if not _OFFICE.exists():
        raise CannotShow(Why.NO_PROGRAM)
    own = _HERE / "profile" / "user"
    own.mkdir(parents=True)
    (own / "registrymodifications.xcu").write_text(_SETTINGS)
    (_HERE / "file").write_bytes(data)
    profile = f"-env:UserInstallation=file://{_HERE}/profile"
    how = ["--headless", "--norestore", "--nologo", "--nodefault", "--convert-to", "pdf", "--outdir", str(_HERE)]
    # Without /proc the loader cannot tell where the program lies.
    own_libraries = {"LD_LIBRARY_PATH": str(_OFFICE.parent), "HOME": str(_HERE)}
    for _ in range(_STARTS):
        words = [str(_OFFICE), profile, *how, str(_HERE / "file")]
        done = subprocess.run(  # noqa: S603 - it cannot leave the sandbox
            words, check=False, env=own_libraries, stdin=subprocess.DEVNULL, capture_output=True
        )
        if done.returncode != _ONCE_MORE:
            break
    made = _HERE / "file.pdf"
    if not made.exists():
        raise CannotShow(Why.DAMAGED)
    return pdf(made.read_bytes(), asked)
