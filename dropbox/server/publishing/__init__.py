# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one process of a service does by the clock: closes periods, builds the board, takes up directories, keeps
retention, and writes down what is shown. Nothing here answers a request."""
