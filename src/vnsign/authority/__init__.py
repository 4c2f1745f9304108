"""The certification authority as a running thing: what it issued, what it revoked, what it publishes."""

from vnsign.authority.authority import Authority, IssuedCertificate
from vnsign.authority.records import Issuer

__all__ = ["Authority", "IssuedCertificate", "Issuer"]
