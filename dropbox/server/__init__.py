# SPDX-License-Identifier: AGPL-3.0-or-later
"""The post office: takes envelopes and batches, shows segments and the board; can open none of them."""
