# SPDX-License-Identifier: AGPL-3.0-or-later
"""What only the pages say: one file a noun. Sentences that a command says too are in journalist_ui/words."""
