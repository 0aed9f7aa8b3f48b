# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk audit`` and ``verify-audit``: what was done, and whether the log that says so is the one that was
published."""

from pathlib import Path

import click

from dropbox.command_line.output import check_output
from journalist_ui.daemon.audit_log import check_offline
from journalist_ui.refusals import AuditBroken, BadInput
from journalist_ui.shapes.audit import Audit, AuditLine, VerifyAudit
from journalist_ui.words.audit import KEEP, done, verified

from .asking import ask_signed_in, desk_passphrase, json_option, key_option, session_option, show, show_read
from .terminal import inert

ONE_OF_BOTH = "Name the session of a running desk with --session, or the folder of one that is stopped with --vault."


@click.command()
@click.option("--case", type=click.IntRange(1, 2**31 - 1), help="Of this case alone.")
@session_option
@json_option
def audit(case: int | None, session: Path, as_json: bool) -> None:
    """List what was done, newest first: in the cases that you can open, and about the desk if you administer it.

    Acts of members have their minute (UTC), what a source did the day alone. That you looked is itself noted.

    \b
    Examples:
      dropbox-desk audit --session ada.session
      dropbox-desk audit --case 3 --session ada.session --json
    """
    check_output()
    show_read(ask_signed_in(session, Audit(case)).lines, as_json, _lines)


def _lines(found: tuple[AuditLine, ...]) -> list[str]:
    return [_line(one) for one in found] or ["Nothing was done yet that is yours to know."]


def _line(one: AuditLine) -> str:
    when = f"{one.day} {one.time or '     '}"
    where = f"  case {one.case}" if one.case else ""
    return f"{when}{where}  {inert(done(one))}"


@click.command("verify-audit")
@click.option("--session", type=click.Path(path_type=Path, dir_okay=False), help="The file that login wrote.")
@click.option("--vault", type=click.Path(path_type=Path, file_okay=False), help="The folder of a desk that is stopped.")
@key_option
@json_option
def verify_audit(session: Path | None, vault: Path | None, desk_key_fd: int | None, as_json: bool) -> None:
    """Check that each row of the audit log is as this desk wrote it, and that the log leads to what its batches told of
    it, back from the board's newest.

    A running desk is asked by a session, and goes by the board that it read last. Of one that is stopped the desk
    passphrase is asked for, and the board is fetched. Exits 1 where anything is not as it was.

    \b
    Examples:
      dropbox-desk verify-audit --session ada.session
      dropbox-desk verify-audit --vault north --json
    """
    if session is not None and vault is None:
        found = ask_signed_in(session, VerifyAudit())
    elif vault is not None and session is None:
        found = check_offline(vault, desk_passphrase(desk_key_fd))
    else:
        raise BadInput(ONE_OF_BOTH)
    show(found, as_json, verified)
    if not found.holds:
        raise AuditBroken(KEEP)
