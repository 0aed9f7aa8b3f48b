# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a block of Exif tells (CIPA DC-008): read as far as it can be read, never trusted, never written on."""

from dataclasses import dataclass, field

from .told import Kind, Tell, value_of

_MOST_ITEMS = 512
"""Of one block, over all its folders: they may overlap."""
_MOST_OF_A_VALUE = 1_024
_MOST_FOLDERS = 8
_EXIF, _GPS, _ORIENTATION, _THUMBNAIL = 0x8769, 0x8825, 0x0112, 0x0201
_TEXTS = {
    0x010F: Kind.CAMERA,
    0x0110: Kind.CAMERA,
    0xA431: Kind.CAMERA,  # its serial number
    0xA433: Kind.CAMERA,  # the lens
    0xA434: Kind.CAMERA,
    0xA435: Kind.CAMERA,
    0x0131: Kind.SOFTWARE,
    0x013C: Kind.SOFTWARE,  # the computer
    0x013B: Kind.AUTHOR,
    0xA430: Kind.AUTHOR,  # the camera's owner
    0x8298: Kind.AUTHOR,
    0x0132: Kind.TIME,
    0x9003: Kind.TIME,
    0x9004: Kind.TIME,
    0x010E: Kind.OTHER,  # a description
}
_ASCII, _SHORT, _LONG = 2, 3, 4
_WIDTH = {1: 1, _ASCII: 1, _SHORT: 2, _LONG: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}


@dataclass
class Exif:
    """``orientation`` is how the picture is to be turned, 1 for not at all."""

    tells: list[Tell] = field(default_factory=list)
    orientation: int = 1
    items: int = 0


class _Tiff:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._order: str = {b"II*\0": "little", b"MM\0*": "big"}.get(data[:4], "")

    @property
    def readable(self) -> bool:
        return bool(self._order)

    def items(self, folder: int) -> int:
        """How many a folder says that it has, and can have. Raises IndexError."""
        return min(self.number(folder, 2), (len(self._data) - folder - 2) // 12)

    def number(self, at: int, width: int) -> int:
        piece = self._data[at : at + width]
        if at < 0 or len(piece) != width:
            raise IndexError
        return int.from_bytes(piece, "little" if self._order == "little" else "big")

    def value(self, item: int) -> tuple[int, int, bytes]:
        """Tag, kind and the first bytes of an item. Raises IndexError."""
        tag, kind, count = self.number(item, 2), self.number(item + 2, 2), self.number(item + 4, 4)
        size = _WIDTH.get(kind, 0) * count
        at = item + 8 if size <= 4 else self.number(item + 8, 4)
        if not 0 < size <= len(self._data) - at:
            raise IndexError
        return tag, kind, self._data[at : at + min(size, _MOST_OF_A_VALUE)]


def read_exif(data: bytes) -> Exif:
    """``data`` begins with the TIFF header. What cannot be read is told as being there."""
    found, tiff = Exif([Tell(Kind.OTHER, "notes of the camera (Exif)")]), _Tiff(data)
    if not tiff.readable:
        return found
    folders: list[int] = []
    todo = [4]
    while todo and len(folders) < _MOST_FOLDERS:
        pointer = todo.pop(0)
        try:
            folder = tiff.number(pointer, 4)
            if folder and folder not in folders:
                folders.append(folder)
                _read_folder(tiff, folder, found, todo)
        except IndexError:
            continue
    return found


def _read_folder(tiff: _Tiff, folder: int, found: Exif, todo: list[int]) -> None:
    """Raises IndexError where it is cut; what was read stays."""
    count = min(tiff.items(folder), _MOST_ITEMS - found.items)
    found.items += count
    for at in range(count):
        item = folder + 2 + 12 * at
        try:
            tag, kind, value = tiff.value(item)
        except IndexError:
            continue
        if tag == _EXIF:
            todo.append(item + 8)
        elif tag == _GPS:
            found.tells.append(Tell(Kind.PLACE, "where it was taken"))
        elif tag == _THUMBNAIL:
            found.tells.append(Tell(Kind.OTHER, "a small copy of the picture, as it may have been before it was cut"))
        elif tag == _ORIENTATION and kind == _SHORT and len(value) == 2 and 1 <= tiff.number(item + 8, 2) <= 8:
            found.orientation = tiff.number(item + 8, 2)
        elif kind == _ASCII and tag in _TEXTS and value_of(value):
            found.tells.append(Tell(_TEXTS[tag], value_of(value)))
    todo.append(folder + 2 + 12 * count)


def only_orientation(orientation: int) -> bytes:
    """A block of Exif that says how the picture is turned, and nothing else: 26 bytes."""
    item = (
        _ORIENTATION.to_bytes(2, "big")
        + _SHORT.to_bytes(2, "big")
        + (1).to_bytes(4, "big")
        + orientation.to_bytes(2, "big")
        + bytes(2)
    )
    return b"MM\0*" + (8).to_bytes(4, "big") + (1).to_bytes(2, "big") + item + bytes(4)
