"""Searching: an index made from the log, and the questions it answers.

Invariants:
    - The index is no evidence: it is made from the log, it may be dropped, and it is caught up before a question.
"""
