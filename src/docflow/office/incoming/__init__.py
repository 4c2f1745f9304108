"""Incoming documents: from the arrival to the answer."""
