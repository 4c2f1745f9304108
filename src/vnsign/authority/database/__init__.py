"""The record: tables, two databases, one writer, the hash-chained journal and its check."""
