# SPDX-License-Identifier: AGPL-3.0-or-later
"""What runs in the sandbox, alone: decoders of files, the standard library, nothing else of the project.

A file may take it over. It has no network, no home, nothing of the desk, no secret, and ends with its answer.
"""
