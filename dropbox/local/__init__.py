# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files and folders of this machine, the same for every party. It knows no party and prints nothing."""
