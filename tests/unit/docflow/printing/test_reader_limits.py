"""One process, one PDF reader: docflow's prints and vnsign set its limits, and neither may loosen the other's."""

from __future__ import annotations

import pikepdf
import pytest

from docflow.printing import _strange
from vnsign.pdf import opening


def test_both_set_the_readers_limits_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes second changes nothing."""
    said: list[dict[str, int]] = []
    monkeypatch.setattr(pikepdf.settings, "set_qpdf_limits", lambda **limits: said.append(limits))
    _strange._limit_reader.__wrapped__()
    opening.silence_reader.__wrapped__()
    assert said[0] == said[1]
    assert said[0]["flate_max_memory"] > 0
