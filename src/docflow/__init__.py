"""docflow: an agency's office for official documents: numbers, registers, evidence.

What each name is, and where it comes from, stands in ``__init__.pyi``; it is imported when it is first used, so that
help, a mistyped command and Ctrl-C need not wait for an office (docs/adr/0026).

Example:
    >>> from docflow import Agency, Office, parse_agency_code
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
