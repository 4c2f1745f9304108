"""The databases themselves: SQLite and PostgreSQL, their addresses, their errors, statements compiled for them."""
