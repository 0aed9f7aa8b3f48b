# SPDX-License-Identifier: AGPL-3.0-or-later
"""Steps that bring a database from one release's schema to the next; the operator's ``init`` runs them."""
