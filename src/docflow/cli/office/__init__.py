"""``docflow office``: the verbs of an office on the command line."""

from __future__ import annotations

from docflow.cli.office.verbs import VERBS, office

__all__ = ["VERBS", "office"]
