"""vnsign: front door (filled by wiring)."""
