"""Outgoing documents: from the draft to the issued document and what becomes of it."""
