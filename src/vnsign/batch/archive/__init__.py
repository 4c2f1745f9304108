"""An archive checked against its lock: what is new, what changed, what is missing, what will lapse."""
