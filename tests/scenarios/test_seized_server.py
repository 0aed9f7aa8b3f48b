# SPDX-License-Identifier: AGPL-3.0-or-later
"""What whoever holds the server's disk and the memory of its running process finds of a conversation: nothing."""

from pathlib import Path

from tests.needle import needle, present, runs
from tests.scenarios.service import Demo, until


def server_process(demo: Demo) -> int:
    """The pid of ``dropbox serve`` of this demo."""
    config = str(demo.described["config"]).encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words.count(b"serve") and words.count(config):
                return int(entry.name)
    raise AssertionError("no server")


def memory_of(pid: int) -> list[bytes]:
    """Every readable page of a process."""
    pieces = []
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            where, rights = line.split()[:2]
            if rights.startswith("r") and "[vvar]" not in line and "[vsyscall]" not in line:
                begin, end = (int(at, 16) for at in where.split("-"))
                memory.seek(begin)
                try:
                    pieces.append(memory.read(end - begin))
                except OSError:
                    continue
    return pieces


def test_neither_disk_nor_memory_of_the_server_holds_a_word(demo: Demo) -> None:
    """After a report, an answer and a return: no word of text, reply or codename, in any common encoding, is in the
    server's files (all of its folder) or in its process; the search itself finds what is surely there."""
    text, reply = "planted-report-words-9182", "planted-reply-words-7364"
    sent = demo.report("demo-north", text)
    case = demo.case_with("demo-north", text)
    assert demo.reply("demo-north", case, reply).code == 0
    assert until(lambda: demo.conversation(sent["codename"], "demo-north")["messages"])
    words = sent["codename"].split(" ")
    secrets = [text, reply, sent["codename"], *runs(words)]
    planted = [needle(secret, encoding) for secret in secrets for encoding in ("utf-8", "utf-16-le", "utf-32-le")]
    files = [path for path in Path(demo.described["server_dir"]).rglob("*") if path.is_file()]
    held = [path.read_bytes() for path in files] + memory_of(server_process(demo))
    assert present(planted, held) == []
    assert present([str(demo.described["server_dir"]).encode(), bytes.fromhex(sent["receipt"])[:32]], held)
