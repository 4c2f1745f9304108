"""One write transaction: what it reads, what it writes, the leaves it appends, and how several share one commit."""
