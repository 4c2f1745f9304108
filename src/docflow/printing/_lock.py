"""One lock for reportlab.

It parses all paragraphs of a process with one parser and keeps one table of fonts: two threads at once would mix up
their texts.
"""

from __future__ import annotations

import threading

REPORTLAB = threading.Lock()
