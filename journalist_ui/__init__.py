# SPDX-License-Identifier: AGPL-3.0-or-later
"""A unit's desk: the daemon with its vault and keyring, and what officers reach it by, pages and commands. Beside
the rooms lie what none of them owns: refusals, the log, the pages' address; and serve.py, which puts the running
desk together."""
