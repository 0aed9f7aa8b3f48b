# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages, one file a noun: each takes a visit that passed the gate and gives an answer."""
