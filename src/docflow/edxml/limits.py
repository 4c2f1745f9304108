"""How much a message may ask of its reader. A peer chooses the bytes; we choose these.

The standard gives no limits. A province asks for files of at most 50 MB (Ninh Bình, Quyết định 161/2025/QĐ-UBND); the
rest leaves real traffic an order of magnitude of room.
"""

from __future__ import annotations

MAX_MESSAGE_BYTES = 100 * 1024 * 1024
"""A whole message."""

MAX_ATTACHMENT_BYTES = 50 * 1024 * 1024
"""One file, unpacked."""

MAX_ATTACHMENTS_BYTES = 100 * 1024 * 1024
"""All files of a message, unpacked."""

MAX_ATTACHMENTS = 1_000
"""Files of a message."""

MAX_ELEMENTS = 200_000
"""Elements of a message: twenty thousand addressees with all their fields."""

MAX_DEPTH = 32
"""Elements inside each other; the standard needs nine."""

MAX_ATTRIBUTES = 64
"""Attributes of one element; the standard needs four."""

MAX_TEXT = 65_536
"""Characters of one element or attribute, the payload of an attachment excepted; the longest field has 500."""

MAX_LEFTOVERS = 1_000
"""Unknown elements that are kept."""
