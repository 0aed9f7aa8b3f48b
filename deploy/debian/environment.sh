# SPDX-License-Identifier: AGPL-3.0-or-later
# One role's environment below debian/dropbox-ROLE: Debian's own Python, the pinned wheels, the project, its commands.
set -eu
umask 022
role="$1"
root="debian/dropbox-$role"
at="/usr/lib/dropbox-$role"
site="$at/lib/python$VERSION/site-packages"

case "$role" in
  server) lists="server" commands="dropbox dropbox-admin" ;;
  desk) lists="desk previews" commands="dropbox-desk" ;;
  source) lists="source" commands="dropbox-source" ;;
  keys) lists="keys" commands="dropbox-keys" ;;
esac

mkdir -p "$root$at/bin" "$root$site" "$root/usr/bin"
install_wheels() {
  rm -rf "$root$site/bin"
  "$PIP" -m pip install -qq --disable-pip-version-check --no-index --find-links "$WHEELS" --only-binary :all: \
    --no-deps --no-compile --no-warn-script-location --target "$root$site" "$@"
}
for list in $lists; do
  install_wheels --require-hashes --upgrade -r "$SOURCE/requirements/$list.txt"
done
install_wheels codename-dropbox
# Commands of libraries, and where this build read its wheels.
rm -rf "$root$site/bin"
find "$root$site" -name direct_url.json -delete
find "$root$site" -path '*.dist-info/RECORD' -exec sed -i '/^\.\.\/\.\.\/bin\|^bin\/\|direct_url\.json/d' {} +

printf 'home = /usr/bin\ninclude-system-site-packages = false\n' > "$root$at/pyvenv.cfg"
ln -s "/usr/bin/python$VERSION" "$root$at/bin/python"
for command in $commands; do
  install -m 0755 "$SOURCE/deploy/bin/$command" "$root$at/bin/$command"
  ln -s "$at/bin/$command" "$root/usr/bin/$command"
done
"$PYTHON" -m compileall -q -j 1 --invalidation-mode unchecked-hash -s "$root" -p / "$root$site"
find "$root$site" -type f -exec chmod 0644 {} +

unit() { install -D -m 0644 "$SOURCE/deploy/systemd/$1" "$root/lib/systemd/system/$2"; }
case "$role" in
  server)
    unit server.service dropbox-server.service
    unit backup.service dropbox-backup.service
    unit backup.timer dropbox-backup.timer
    unit watch.service dropbox-watch.service
    unit watch.timer dropbox-watch.timer
    install -D -m 0644 "$SOURCE/deploy/tor/torrc" "$root/usr/share/dropbox-server/torrc"
    install -D -m 0644 "$SOURCE/deploy/haproxy/haproxy.cfg" "$root/usr/share/dropbox-server/haproxy.cfg"
    install -D -m 0644 "$SOURCE/deploy/tor/apparmor" "$root/usr/share/dropbox-server/system_tor"
    ;;
  desk)
    unit desk.service "dropbox-desk@.service"
    unit preview.service "dropbox-preview@.service"
    unit preview.socket dropbox-preview.socket
    ;;
esac
case "$role" in server | desk)
  install -D -m 0644 "$SOURCE/deploy/apparmor/dropbox-$role" "$root/etc/apparmor.d/dropbox-$role" ;;
esac
doc="$root/usr/share/doc/dropbox-$role"
install -D -m 0644 "$SOURCE/LICENSE" "$doc/LICENSE"
install -D -m 0644 "$SOURCE/CHANGELOG.md" "$doc/NEWS"
cp -R "$SOURCE/docs/runbooks" "$doc/runbooks"
