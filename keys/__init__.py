# SPDX-License-Identifier: AGPL-3.0-or-later
"""Offline trust: roots, anchors, units and directories, on a machine with no network.

Imports the protocol core and nothing that could open a connection.
"""
