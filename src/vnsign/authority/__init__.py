"""The certification authority as a running thing: what it issued, what it revoked, what it publishes."""

from vnsign.authority.authority import Authority
from vnsign.authority.records import Act, Application, CertificateRecord, Issuer, OwnRole, RequestRecord
from vnsign.authority.settings import AuthoritySettings

__all__ = [
    "Act",
    "Application",
    "Authority",
    "AuthoritySettings",
    "CertificateRecord",
    "Issuer",
    "OwnRole",
    "RequestRecord",
]
