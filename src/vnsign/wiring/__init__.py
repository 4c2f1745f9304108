"""The composition root: pure rooms, adapters and settings joined into the verbs a caller uses.

Each function takes and returns bytes, is synchronous, keeps no state and may be called inside a running asyncio
loop. Defaults are the real clock and HTTP; tests and callers pass their own.

The front door names what is public: ``vnsign/__init__.pyi``.
"""
