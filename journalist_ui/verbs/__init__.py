# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a running desk does when it is asked: one file a noun, a request of shapes in, an answer of shapes out. Knows no
HTTP, no JSON and no page; only table.py says who may."""
