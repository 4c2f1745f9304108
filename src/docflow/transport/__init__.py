"""How parcels travel. Does I/O; implements :class:`docflow.ports.Transport`."""

from __future__ import annotations

from docflow.transport.filedrop import FileDrop

__all__ = ["FileDrop"]
