"""Rules as tables: certificate profiles."""
