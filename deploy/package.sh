#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# package.sh OUT: the Debian packages, from the working tree, into the new folder OUT. `make package` starts it with the
# project's environment first in PATH. Wheels are downloaded once, against the hashes of requirements/; after that
# nothing here reaches a network. Times are those of the last commit, so two builds of it are the same bytes.
set -eu
umask 022
out="$1"
source="$(pwd)"
rm -rf "$out"
mkdir -p "$out"
out="$(readlink -f "$out")"
SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || stat -c %Y CHANGELOG.md)}"
SOURCE="$source" PIP="$(command -v python)" WHEELS="$(dirname "$out")/wheels"
export SOURCE_DATE_EPOCH SOURCE PIP WHEELS

ours="$(/usr/bin/python3 -c 'import sys; print(sys.version_info[:2])')"
if [ "$("$PIP" -c 'import sys; print(sys.version_info[:2])')" != "$ours" ]; then
  echo "package: .venv has another Python than this Debian; make it anew with PYTHON=/usr/bin/python3" >&2
  exit 1
fi

rm -f "$WHEELS"/codename_dropbox-*
for list in server desk previews source keys; do
  "$PIP" -m pip download -qq --disable-pip-version-check --require-hashes --only-binary :all: --no-deps \
    --dest "$WHEELS" -r "requirements/$list.txt"
done
# hatchling takes the times of SOURCE_DATE_EPOCH.
"$PIP" -m pip wheel -qq --disable-pip-version-check --no-deps --no-build-isolation --no-index --wheel-dir "$WHEELS" .

mkdir "$out/build"
cp -R deploy/debian "$out/build/debian"
(cd "$out/build" && dpkg-buildpackage --build=binary --unsigned-changes --unsigned-buildinfo) > "$out/log" 2>&1 || {
  tail -n 40 "$out/log" >&2
  exit 1
}
rm -rf "$out/build"
(cd "$out" && sha256sum ./*.deb | sed 's# \./# #')
