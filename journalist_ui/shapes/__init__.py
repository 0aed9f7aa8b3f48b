# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can be asked of a running desk and what it answers: frozen dataclasses, one file a noun. Pure, and knows neither
the desk nor the wire, so that a command that only asks loads nothing else."""
