# SPDX-License-Identifier: AGPL-3.0-or-later
"""The network hand of the flows' driver, one for a source and one for a desk: what leaves by HTTP leaves here."""
