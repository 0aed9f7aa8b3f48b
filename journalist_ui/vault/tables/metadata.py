# SPDX-License-Identifier: AGPL-3.0-or-later
"""All tables of a vault, as one."""

from sqlalchemy import MetaData

METADATA = MetaData()
