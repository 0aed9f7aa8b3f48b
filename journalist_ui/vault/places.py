# SPDX-License-Identifier: AGPL-3.0-or-later
"""What lies beside the vault in a desk's folder. Names alone: no library of databases comes with them."""

STORED_FILES = "files"
"""The folder in which the files lie that messages brought, under names of the desk's own."""
