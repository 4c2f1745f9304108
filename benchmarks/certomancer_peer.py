"""certomancer, in process, through the calls that its own web service makes.

It is a test tool: it takes no requests, records nothing, and reads its private key anew for each signature. All of
its certificates share one subscriber's key, so that it reads one key file only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import tsp as asn1_tsp
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig, ServiceLabel
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

_ROLES = ("root", "issuing", "ocsp", "tsa", "subscriber")


class Certomancer:
    """One architecture: root, issuing authority, OCSP responder, TSA and ``count`` officials."""

    def __init__(self, folder: Path, *, count: int) -> None:
        for role in _ROLES:
            key = ec.generate_private_key(ec.SECP256R1())
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            (folder / f"{role}.pem").write_bytes(pem)
        self._labels = [CertLabel(f"official{number}") for number in range(count)]
        config = CertomancerConfig(_config(count), key_search_dir=str(folder))
        self._arch = config.get_pki_arch(ArchLabel("bench"))

    def issue(self, count: int) -> Callable[[], object]:
        """Forget ``count`` certificates and make them again."""
        labels = self._labels[:count]
        for label in labels:
            self._arch._cert_cache.pop(label, None)  # it builds each certificate once
        return lambda: [self._arch.get_cert(label).dump() for label in labels]

    def certificates(self, count: int) -> tuple[x509.Certificate, list[x509.Certificate]]:
        """Return the issuer's certificate and the first ``count`` it issued."""
        issuer, *issued = (
            x509.load_der_x509_certificate(self._arch.get_cert(label).dump())
            for label in (CertLabel("issuing"), *self._labels[:count])
        )
        return issuer, issued

    def answer_ocsp(self, requests: Sequence[bytes]) -> Callable[[], object]:
        """Answer each request."""
        return lambda: [self._answer(request) for request in requests]

    def stamp(self, requests: Sequence[bytes]) -> Callable[[], object]:
        """Answer each request for a timestamp."""
        return lambda: [self._stamp(request) for request in requests]

    def _answer(self, request: bytes) -> bytes:
        responder = self._arch.service_registry.summon_responder(
            ServiceLabel("issuing"), datetime.now(UTC).replace(microsecond=0)
        )
        answer: bytes = responder.build_ocsp_response(asn1_ocsp.OCSPRequest.load(request)).dump()
        return answer

    def _stamp(self, request: bytes) -> bytes:
        stamper = self._arch.service_registry.summon_timestamper(
            ServiceLabel("tsa"), datetime.now(UTC).replace(microsecond=0)
        )
        answer: bytes = stamper.request_tsa_response(asn1_tsp.TimeStampReq.load(request)).dump()
        return answer


def _usage(*bits: str) -> dict[str, object]:
    return {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": list(bits)}}


def _certificate(issuer: str, *extensions: Mapping[str, object], **rest: object) -> dict[str, object]:
    validity = {"valid-from": "2025-01-01T00:00:00+0000", "valid-to": "2045-01-01T00:00:00+0000"}
    return {"issuer": issuer, "validity": validity, "extensions": list(extensions), **rest}


def _config(count: int) -> dict[str, object]:
    authority: dict[str, object] = {"id": "basic_constraints", "critical": True, "value": {"ca": True}}
    crl = {
        "id": "crl_distribution_points",
        "smart-value": {"schema": "crl-dist-url", "params": {"crl-repo-names": ["i"]}},
    }
    access = {
        "id": "authority_information_access",
        "smart-value": {
            "schema": "aia-urls",
            "params": {"ocsp-responder-names": ["issuing"], "ca-issuer-links": [{"repo": "i"}]},
        },
    }
    officials = [f"official{number}" for number in range(count)]
    certs = {
        "root": _certificate("root", authority, _usage("key_cert_sign", "crl_sign")),
        "issuing": _certificate("root", authority, _usage("key_cert_sign", "crl_sign")),
        "ocsp": _certificate(
            "issuing", _usage("digital_signature"), {"id": "extended_key_usage", "value": ["ocsp_signing"]}
        ),
        "tsa": _certificate(
            "issuing",
            _usage("digital_signature"),
            {"id": "extended_key_usage", "critical": True, "value": ["time_stamping"]},
        ),
    }
    for label in officials:
        address = {"schema": "general-names", "params": [{"type": "email", "value": f"{label}@thu.gov.vn"}]}
        certs[label] = _certificate(
            "issuing",
            {"id": "basic_constraints", "value": {"ca": False}},
            _usage("non_repudiation"),
            {"id": "subject_alt_name", "smart-value": address},
            crl,
            access,
            **{"subject-key": "subscriber"},
        )
    names = {
        label: {
            "country-name": "VN",
            "locality-name": "Hà Nội",
            "organization-name": "Ủy ban nhân dân tỉnh Thử",
            "organizational-unit-name": "Sở Thử nghiệm",
            "common-name": f"Nguyễn Văn {label}",
        }
        for label in certs
    }
    architecture = {
        "keyset": "keys",
        "entities": names,
        "certs": certs,
        "services": {
            "ocsp": {"issuing": {"for-issuer": "issuing", "responder-cert": "ocsp", "signing-key": "ocsp"}},
            "crl-repo": {"i": {"for-issuer": "issuing", "signing-key": "issuing", "simulated-update-schedule": "P30D"}},
            "cert-repo": {"i": {"for-issuer": "issuing"}},
            "time-stamping": {"tsa": {"signing-key": "tsa", "signing-cert": "tsa"}},
        },
    }
    return {
        "external-url-prefix": "http://ca.thu.gov.vn",
        "keysets": {"keys": {"keys": {role: {"path": f"{role}.pem"} for role in _ROLES}}},
        "pki-architectures": {"bench": architecture},
    }
