"""Dossiers: work through several steps, each with its clock."""
