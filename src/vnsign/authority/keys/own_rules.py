"""What an authority is founded with: its own keys and certificates, and who issues what.

Invariants:
    - Root certifies the issuing authority and the responder that answers for it; the issuing authority certifies
      everyone else.
    - One row per own certificate; code reads the row and decides nothing itself.

What it does not do: it opens no transaction and decides no policy.

Source: Nghị định 68/2024/NĐ-CP Điều 9; RFC 5280 §6.1 (paths); RFC 3161 §2.3; RFC 6960 §4.2.2.2 (delegated responders).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from cryptography import x509

from vnsign.authority.keys.keystore import KeyVault
from vnsign.authority.records import Issuer, OwnRole
from vnsign.authority.settings import CLOCK_SKEW
from vnsign.pki.certificates import CertificateContent, Publication, build_certificate, build_root_certificate
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import KeyAlgorithm
from vnsign.pki.names import Subject
from vnsign.policy.profiles import CertificateProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRule:
    """One row.

    Attributes:
        issuer: Who certifies it, and whose lists speak of it.
        suffix: Stands behind the authority's name in the common name.
    """

    profile: CertificateProfile
    issuer: Issuer
    suffix: str


#: The authority's own certificates, issuers first.
OWN_RULES: Mapping[OwnRole, OwnRule] = MappingProxyType(
    {
        OwnRole.ROOT: OwnRule(profile=CertificateProfile.ROOT, issuer=Issuer.ROOT, suffix="Root CA"),
        OwnRole.ISSUING: OwnRule(profile=CertificateProfile.ISSUING_CA, issuer=Issuer.ROOT, suffix="Issuing CA"),
        OwnRole.TSA: OwnRule(profile=CertificateProfile.TSA, issuer=Issuer.ISSUING, suffix="TSA"),
        OwnRole.OCSP: OwnRule(profile=CertificateProfile.OCSP_RESPONDER, issuer=Issuer.ISSUING, suffix="OCSP"),
        OwnRole.OCSP_ROOT: OwnRule(profile=CertificateProfile.OCSP_RESPONDER, issuer=Issuer.ROOT, suffix="Root OCSP"),
    }
)

#: What can be renewed in place. Everything else stands on root and issuing authority: theirs is a new authority.
RENEWABLE = frozenset({OwnRole.TSA, OwnRole.OCSP, OwnRole.OCSP_ROOT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What stays the same in all of an authority's own certificates.

    Attributes:
        base_url: Without a slash at the end.
        delta: Whether it publishes delta lists.
    """

    name: str
    organization: str
    base_url: str
    delta: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKey:
    """A new own certificate with its key and where the key is kept.

    Attributes:
        kind: Of the vault.
        reference: What the vault needs to find the key again.
    """

    credential: Credential
    kind: str
    reference: bytes


def make_own_keys(
    identity: Identity, *, keys: KeyVault, now: datetime, algorithm: KeyAlgorithm
) -> dict[OwnRole, OwnKey]:
    """Make all own key pairs and their certificates; nothing is recorded yet.

    Raises:
        UsageError: ``BAD_ARGUMENT``: the names cannot stand in a certificate; or what the vault raises.
    """
    for rule in OWN_RULES.values():  # before a token is asked to keep a key
        own_subject(identity, rule)
    made: dict[OwnRole, OwnKey] = {}
    for role in OWN_RULES:
        above = {done: key.credential for done, key in made.items()}
        made[role] = make_own_key(role, identity, above, keys=keys, now=now, algorithm=algorithm)
    return made


def make_own_key(
    role: OwnRole,
    identity: Identity,
    above: Mapping[OwnRole, Credential],
    *,
    keys: KeyVault,
    now: datetime,
    algorithm: KeyAlgorithm,
) -> OwnKey:
    """Make one own key pair and its certificate; nothing is recorded yet.

    Args:
        above: The credentials of root and issuing authority, as far as ``role`` needs them.

    Raises:
        UsageError: ``ISSUE_REFUSED``: the issuer's certificate has ended; or what the vault raises.
    """
    rule = OWN_RULES[role]
    issuer = None if role is OwnRole.ROOT else above[OwnRole(rule.issuer)]
    key, reference = keys.generate(role, algorithm)
    not_before = now - CLOCK_SKEW
    content = CertificateContent(
        profile=rule.profile,
        subject=own_subject(identity, rule).to_name(),
        public_key=key.public_key(),
        serial=x509.random_serial_number(),
        not_before=not_before if issuer is None else max(not_before, issuer.certificate.not_valid_before_utc),
    )
    if issuer is None:
        certificate = build_root_certificate(content, key)
    else:
        certificate = build_certificate(
            content, issuer, publication_of(identity.base_url, rule.issuer, delta=identity.delta)
        )
    chain = () if issuer is None else (issuer.certificate, *issuer.chain)
    return OwnKey(
        credential=Credential(key=key, certificate=certificate, chain=chain), kind=keys.kind, reference=reference
    )


def own_subject(identity: Identity, rule: OwnRule) -> Subject:
    """Return whom an own certificate names.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    """
    return Subject(common_name=f"{identity.name} {rule.suffix}", organization=identity.organization)


def chain_above(role: OwnRole, certificates: Mapping[OwnRole, x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Return the certificates above an own one, issuer first."""
    if role is OwnRole.ROOT:
        return ()
    issuer = OwnRole(OWN_RULES[role].issuer)
    return (certificates[issuer], *chain_above(issuer, certificates))


def publication_of(base_url: str, issuer: Issuer, *, delta: bool = True) -> Publication:
    """Return where an issuer publishes under ``base_url``."""
    ocsp_urls = {Issuer.ROOT: f"{base_url}/ocsp/root", Issuer.ISSUING: f"{base_url}/ocsp"}
    return Publication(
        crl_url=f"{base_url}/crl/{issuer}.crl",
        issuer_url=f"{base_url}/crt/{issuer}.crt",
        ocsp_url=ocsp_urls[issuer],
        delta_url=f"{base_url}/crl/{issuer}-delta.crl" if delta else None,
    )
