"""The services that signing asks over HTTP: time stamps, revocation lists, status answers.

Source: RFC 3161 §3.4; RFC 5280 §4.2.1.13, §4.2.2.1; RFC 6960 Appendix A.
"""

from vnsign.adapters.http_evidence import HttpRevocationSource, StatusMethod
from vnsign.adapters.http_timestamps import FallbackTimestampSource, HttpTimestampSource

__all__ = ["FallbackTimestampSource", "HttpRevocationSource", "HttpTimestampSource", "StatusMethod"]
