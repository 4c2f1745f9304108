"""docflow: front door (filled by wiring)."""
