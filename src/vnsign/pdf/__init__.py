"""PDF bytes ↔ structure: signatures found, revisions compared, increments and looks written."""
