# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes service-of-schema-2.tar.gz: a service and three desks as the release with vault schema 2 makes them.

    python tests/releases/make_schema_2.py CHECKOUT FOLDER LIBFAKETIME

CHECKOUT holds commit 9b43504. Its own commands run under libfaketime on daily periods, a day at a time; what is secret
is written down in service.json beside the folders. The archive is kept as it was made: later releases must open it.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

import pyotp

CHECKOUT, ROOT, FAKETIME = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
HERE = Path(__file__).parent
PLACE = "/srv/service-of-schema-2"
"""Where the folders say that they lie; whoever unpacks them writes the true place."""
DAY, FIRST_DAY = 86_400, 20_730
MODULES = {
    "dropbox": "dropbox.commands",
    "dropbox-source": "dropbox.source_cli.commands",
    "dropbox-admin": "dropbox.admin_cli.commands",
    "dropbox-keys": "keys.commands",
    "dropbox-desk": "journalist_ui.cli.commands",
}
POLICY = {"period": DAY, "collect": 3_600, "window": 14, "repost": 3, "retention": 14, "epoch": 7, "give_up": 20}
POLICY |= {"silent_after": 3, "clock_slack": 3, "head_life": 100, "intake_per_period": 5_000}
DESK = "the desk has its own words"
FIRST, OWN = "what ada thought of first", "four plain words together"
UNITS = {"intake": "intake-desk", "north": "force-unit", "south": "force-unit"}
CLOCK = ROOT / "clock"
now = (FIRST_DAY + 0.9) * DAY
told: dict[str, Any] = {"place": PLACE, "policy": POLICY, "desk_passphrase": DESK, "members": {}, "codenames": {}}
told |= {"roots": [f"root {number} has its own words" for number in (1, 2, 3)]}
steps: dict[tuple[str, str], int] = {}


def environment() -> dict[str, str]:
    faked = {"LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": str(CLOCK), "FAKETIME_NO_CACHE": "1"}
    more = {"DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1", "TZ": "UTC"}
    return {**os.environ, **faked, **more, "PYTHONPATH": str(CHECKOUT)}


def words(command: str, *more: object) -> list[str]:
    code = f"from {MODULES[command]} import main; main()"
    return [sys.executable, "-c", code, *map(str, more)]


def run(command: str, *more: object, stdin: str = "") -> str:
    done = subprocess.run(words(command, *more), input=stdin, text=True, capture_output=True, env=environment())
    assert done.returncode == 0, (command, more, done.stdout, done.stderr)
    return done.stdout


def at(day: float) -> None:
    """Put every clock to that day."""
    global now
    now = day * DAY
    CLOCK.write_text(time.strftime("%Y-%m-%d %H:%M:%S\n", time.gmtime(now)))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


PORT = free_port()
URL = f"http://127.0.0.1:{PORT}"
ANCHOR, DIRECTORY, SERVER = ROOT / "anchor.txt", ROOT / "directory.txt", ROOT / "server"
running: dict[str, subprocess.Popen[str]] = {}


def ceremony() -> None:
    publics: list[object] = []
    for number, passphrase in enumerate(told["roots"], 1):
        run("dropbox-keys", "root", "new", "--out", ROOT / f"root{number}.key", stdin=passphrase + "\n")
        publics += ["--root-public", ROOT / f"root{number}.key.pub"]
    run("dropbox-keys", "anchor", "new", *publics, "--threshold", 2, "--out", ANCHOR)
    sign("anchor", "--anchor", ANCHOR)
    (ROOT / "policy.json").write_text(json.dumps(POLICY))
    run("dropbox-keys", "directory", "new", "--anchor", ANCHOR, "--policy", ROOT / "policy.json", "--out", DIRECTORY)


def sign(noun: str, *more: object) -> None:
    for number in (1, 2):
        key = ("--root-key", ROOT / f"root{number}.key")
        run("dropbox-keys", noun, "sign", *more, *key, stdin=told["roots"][number - 1] + "\n")


def publish() -> None:
    sign("directory", "--directory", DIRECTORY)
    run("dropbox-admin", "directory", "publish", "--config", SERVER / "server.toml", "--directory", DIRECTORY)


def make_desks() -> None:
    for slug, kind in UNITS.items():
        (ROOT / "backups" / slug).mkdir(parents=True)
        made = json.loads(
            run(
                *("dropbox-desk", "init", "--vault", ROOT / slug, "--service", URL, "--anchor", ANCHOR),
                *("--name", f"Unit {slug}", "--member", "ada", "--backup", ROOT / "backups" / slug, "--json"),
                stdin=f"{DESK}\n{OWN}\n",
            )
        )
        told["members"][slug] = {"ada": {"passphrase": OWN, "totp_secret": made["totp_secret"]}}
        forces = ["--force", "cumbria"] if slug == "north" else ["--force", "durham"] if slug == "south" else []
        run(
            *("dropbox-keys", "unit", "add", "--directory", DIRECTORY, "--enrolment", made["enrolment"]),
            *("--slug", slug, "--kind", kind, "--quota", 2, *forces),
        )


def start(name: str) -> None:
    command = (
        words("dropbox", "serve", "--config", SERVER / "server.toml")
        if name == "server"
        else words("dropbox-desk", "serve", "--vault", ROOT / name)
    )
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment()
    )
    assert process.stdin is not None
    assert process.stdout is not None
    if name != "server":
        process.stdin.write(DESK + "\n")
    process.stdin.close()
    assert process.stdout.readline(), name
    running[name] = process


def stop(*names: str) -> None:
    for name in names or list(running):
        running[name].send_signal(signal.SIGTERM)
        running[name].wait(timeout=30)
        del running[name]


def login(slug: str, name: str = "ada") -> Path:
    member = told["members"][slug][name]
    session = ROOT / "session"
    code = ""
    if member["totp_secret"]:
        step = max(steps.get((slug, name), 0) + 1, int(now // 30) - 1)
        steps[slug, name] = step
        # A step later than the next is not good yet: let the clock go on.
        if step > int(now // 30) + 1:
            at((step * 30 + 1) / DAY)
        code = pyotp.TOTP(member["totp_secret"]).at(step * 30)
    run(
        *("dropbox-desk", "login", "--vault", ROOT / slug, "--member", name, "--session", session),
        stdin=f"{member['passphrase']}\n{code}\n",
    )
    return session


def desk(slug: str, *more: object, stdin: str = "", name: str = "ada") -> str:
    return run("dropbox-desk", *more, "--session", login(slug, name), stdin=stdin)


def day(number: float, *absent: str) -> None:
    """The service goes through a new day; the desks that are not absent collect, publish, and stop again."""
    stop()
    at(FIRST_DAY + number + 0.9)
    start("server")
    for slug in UNITS:
        if slug not in absent:
            start(slug)
            desk(slug, "sync")


def report(name: str, slug: str, text: str, **more: str) -> None:
    file = ROOT / "text"
    file.write_text(text)
    options = [word for key, value in more.items() for word in (f"--{key}", value)]
    done = run(
        *("dropbox-source", "report", "--service", URL, "--anchor", ANCHOR, "--unit", slug, "--category"),
        *("discrimination", "--text-file", file, "--json", *options),
    )
    told["codenames"][name] = {"words": json.loads(done)["codename"], "unit": slug, "wrote": [text], "read": []}


def source(verb: str, name: str, *more: object) -> Any:
    common = ("--service", URL, "--anchor", ANCHOR, "--json")
    return json.loads(run("dropbox-source", verb, *common, *more, stdin=told["codenames"][name]["words"] + "\n"))


def follow_up(name: str, text: str) -> None:
    (ROOT / "text").write_text(text)
    source("reply", name, "--text-file", ROOT / "text", "--unit", told["codenames"][name]["unit"])
    told["codenames"][name]["wrote"].append(text)


def answer(slug: str, case: int, text: str, name: str = "ada") -> None:
    (ROOT / "text").write_text(text)
    desk(slug, "reply", case, "--text-file", ROOT / "text", name=name)


RAW = """
import asyncio, json, secrets, sys, time
from pathlib import Path
from dropbox.flows.visit import Part, visit
from dropbox.protocol.anchors import parse_signed_anchor, verify_first_anchor
from dropbox.protocol.armour import dearmour
from dropbox.protocol.codename import decode_codename, encode_codename, entropy_from_random, stretch
from dropbox.transport.http import HttpTransport
from dropbox.words import codename_words
url, anchor, slug, part, parts, body = sys.argv[1:7]
anchor = verify_first_anchor(parse_signed_anchor(dearmour("ANCHOR", Path(anchor).read_bytes())))
entropy = entropy_from_random(secrets.token_bytes(12))
stretched = stretch(entropy, anchor.service_id)
async def go():
    async with HttpTransport(url, None) as transport:
        piece = Part(slug, secrets.token_bytes(16), int(part), int(parts), bytes.fromhex(body))
        await transport.drive(visit(anchor, stretched, piece, int(time.time()), secrets.token_bytes), None)
asyncio.run(go())
print(" ".join(encode_codename(entropy, codename_words())))
"""


def raw(name: str, slug: str, part: int, parts: int, body: bytes) -> None:
    """A part that the commands would not send by itself."""
    command = [sys.executable, "-c", RAW, URL, str(ANCHOR), slug, str(part), str(parts), body.hex()]
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    told["codenames"][name] = {"words": done.stdout.strip(), "unit": slug, "wrote": [body.decode()], "read": []}


def add_member(slug: str, name: str, *roles: str, own: bool = True) -> None:
    asked = [word for role in roles for word in ("--role", role)]
    desk(slug, "member", "add", name, *asked, stdin=FIRST + "\n")
    told["members"][slug][name] = {"passphrase": FIRST, "totp_secret": ""}
    if own:
        made = json.loads(desk(slug, "member", "passphrase", "--json", stdin=f"{FIRST}\n{OWN}\n", name=name))
        told["members"][slug][name] = {"passphrase": OWN, "totp_secret": made["totp_secret"]}


def first_month() -> None:
    """Conversations that are read, given up, and followed up, and members who come and go."""
    day(1)
    day(2)
    add_member("north", "bob", "investigator")
    add_member("north", "carol", "investigator", own=False)
    add_member("north", "dan", "administrator")
    report("expired", "north", "What nobody came back for.")
    report("read", "north", "What is answered and read.", force="cumbria")
    report("long", "north", "A long account. " * 2_200)
    report("elsewhere", "south", "What the south unit reads.")
    day(3)
    answer("north", 1, "This text will expire.")
    answer("north", 2, "Thank you. Can you say when it was?", name="bob")
    answer("south", 1, "Received by the south unit.")
    day(4)
    # The board shows a batch when it is built again.
    day(5)
    assert source("check", "read")["conversations"][0]["messages"]
    told["codenames"]["read"]["read"] = ["Thank you. Can you say when it was?"]
    follow_up("read", "It was in spring.")
    desk("north", "member", "remove", "dan")
    # The north unit is away until its unread text is given up.
    for number in range(6, 27, 3):
        day(number)
    follow_up("elsewhere", "More for the south unit, while the other was away.")


def last_days() -> None:
    """Every state that is open at the end."""
    report("unread", "north", "Nobody has opened this yet.")
    report("opened", "north", "Opened, not answered.")
    report("published", "north", "Answered, not read yet.")
    raw("partial", "north", 1, 3, b"the first of three parts")
    raw("no-form", "north", 1, 1, b"no form at all")
    report("to-intake", "intake", "For the charity's desk.")
    day(27)
    numbers = {one["case"] for one in json.loads(desk("north", "cases", "--json"))}
    cases = {number: json.loads(desk("north", "show", number, "--json")) for number in sorted(numbers) if number > 3}
    found = {case["messages"][0]["text"]: number for number, case in cases.items() if case["messages"]}
    answer("north", found["Answered, not read yet."], "Published, and waiting for you.")
    answer("intake", 1, "The charity has your report.")
    day(28)
    report("waiting", "north", "Answered today.")
    desk("north", "sync")
    newest = max(one["case"] for one in json.loads(desk("north", "cases", "--json")))
    answer("north", newest, "This waits for the next batch.")
    report("uncollected", "north", "Not collected yet when everything stopped.")
    lose_keyring()


def lose_keyring() -> None:
    """The south unit goes on with a new one, and what each desk shows at the end is written down."""
    stop("south")
    done = json.loads(
        run("dropbox-desk", "replace-keyring", "--vault", ROOT / "south", "--give-up-old", "--json", stdin=DESK + "\n")
    )
    run("dropbox-keys", "unit", "rotate", "--directory", DIRECTORY, "--enrolment", done["enrolment"], "--slug", "south")
    publish()
    start("south")
    told["expected"] = {slug: describe(slug) for slug in UNITS}
    stop()


def describe(slug: str) -> Any:
    """What ada sees at that desk, case by case."""
    cases = json.loads(desk(slug, "cases", "--json"))
    shown = []
    for one in cases:
        lines = one | {"messages": json.loads(desk(slug, "show", one["case"], "--json"))["messages"]}
        shown.append(lines)
    status = json.loads(run("dropbox-desk", "status", "--vault", ROOT / slug, "--json"))
    kept = {key: status[key] for key in ("published", "processed", "texts")}
    return {"cases": shown, "status": kept, "members": json.loads(desk(slug, "member", "list", "--json"))}


def pack() -> None:
    for path in ("clock", "session", "text"):
        (ROOT / path).unlink(missing_ok=True)
    for path in ROOT.rglob("*.sock"):
        path.unlink()
    for path in ROOT.rglob("*.toml"):
        path.write_text(path.read_text().replace(str(ROOT), PLACE).replace(str(PORT), "9"))
    told["day"] = int(now // DAY)
    told["url"] = "http://127.0.0.1:9"
    (ROOT / "service.json").write_text(json.dumps(told, indent=1) + "\n")
    with tarfile.open(HERE / "service-of-schema-2.tar.gz", "w:gz", compresslevel=9) as archive:
        for path in sorted(ROOT.iterdir()):
            archive.add(path, path.name, filter=plain)


def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """No owner, name or time of the machine that made it."""
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = ""
    return entry


def main() -> None:
    ROOT.mkdir(mode=0o700)
    os.umask(0o077)
    at(FIRST_DAY + 0.9)
    ceremony()
    make_desks()
    run("dropbox-admin", "init", "--dir", SERVER, "--anchor", ANCHOR, "--listen", f"127.0.0.1:{PORT}")
    publish()
    try:
        first_month()
        last_days()
    finally:
        for process in running.values():
            process.kill()
    pack()


main()
