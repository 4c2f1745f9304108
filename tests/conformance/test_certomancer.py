"""certomancer, a PKI by other hands, on the other side of the wire.

It is an authority and no client: its ``seance`` asks the responder of its own process, and nothing in it reads a list,
an answer or a token that another made. So it can be foreign in two ways, both with real bytes through the calls that
its web service makes for each request:

- what it issues, lists, answers and stamps is judged by what verification itself calls;
- it takes certificates that *we* issued as its own, reads our requests, and works as a responder and as a TSA under
  our authority: its answers and tokens stand or fall with the certificates we gave it.

What it does not show: that certomancer believes our lists, answers and tokens. Programs that can are asked elsewhere:
openssl and pyHanko in ``e2e/test_authority_services.py``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import tsp as asn1_tsp
from asn1crypto import x509 as asn1_x509
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig, PKIArchitecture, ServiceLabel
from certomancer.services import issuer_match
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.conformance.test_pkilint import Hierarchy
from tests.unit.vnsign.authority.desk import CHIEF, new_authority
from tests.unit.vnsign.authority.making import NOW, StoppedClock
from vnsign.errors import InputError, VnsignError
from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.keys import KeyAlgorithm, PrivateKey, generate_private_key
from vnsign.pki.names import Subject
from vnsign.pki.ocsp_asking import OcspQuestion, build_request, parse_answer
from vnsign.pki.path import PathFinder
from vnsign.pki.status import CertificateStatus, path_statuses, read_evidence
from vnsign.pki.timestamp_reading import is_imprint_of, is_token_signature_valid, parse_timestamp
from vnsign.pki.tsp import TimestampRequest, TimestampToken, parse_reply
from vnsign.pki.tsp import build_request as build_timestamp_request
from vnsign.policy.profiles import CertificateProfile

AT = NOW + timedelta(hours=1)
NONCE = b"x" * 16
GOOD, REVOKED = CertificateStatus.GOOD, CertificateStatus.REVOKED
_VALIDITY = {"valid-from": "2025-01-01T00:00:00+0000", "valid-to": "2045-01-01T00:00:00+0000"}
_REVOCATION = {"revoked-since": "2025-06-01T00:00:00+0000", "reason": "key_compromise"}


class Certomancer:
    """One architecture of it, asked as its web service asks it."""

    def __init__(self, folder: Path, certs: Mapping[str, Any], keys: Mapping[str, PrivateKey]) -> None:
        for name, key in keys.items():
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            (folder / f"{name}.key").write_bytes(pem)
        names: dict[str, dict[str, object]] = {path.stem: {"path": path.name} for path in folder.glob("*.key")}
        names |= {path.stem: {"path": path.name, "public-only": True} for path in folder.glob("*.pub")}
        services = {
            "ocsp": {"ocsp": {"for-issuer": "issuing", "responder-cert": "ocsp", "signing-key": "ocsp"}},
            "time-stamping": {"tsa": {"signing-key": "tsa", "signing-cert": "tsa"}},
            "crl-repo": {
                issuer: {"for-issuer": issuer, "signing-key": issuer, "simulated-update-schedule": "P30D"}
                for issuer in ("root", "issuing")
            },
        }
        architecture = {
            "keyset": "keys",
            "entities": {name: {"country-name": "VN", "common-name": f"Nguyễn Văn {name}"} for name in certs},
            "certs": dict(certs),
            "services": services,
        }
        config = {"keysets": {"keys": {"keys": names}}, "pki-architectures": {"test": architecture}}
        made = CertomancerConfig(config, key_search_dir=str(folder), config_search_dir=str(folder))
        self._arch: PKIArchitecture = made.get_pki_arch(ArchLabel("test"))

    def certificate(self, name: str) -> x509.Certificate:
        """Return a certificate, read from its bytes."""
        return x509.load_der_x509_certificate(self._arch.get_cert(CertLabel(name)).dump())

    def crl(self, issuer: str) -> bytes:
        """Return a list, DER."""
        return bytes(self._arch.service_registry.get_crl(ServiceLabel(issuer), AT).dump())

    def answer(self, request: bytes) -> bytes:
        """Answer an OCSP request."""
        responder = self._arch.service_registry.summon_responder(ServiceLabel("ocsp"), AT)
        return bytes(responder.build_ocsp_response(asn1_ocsp.OCSPRequest.load(request)).dump())

    def stamp(self, request: bytes) -> bytes:
        """Answer a request for a timestamp."""
        stamper = self._arch.service_registry.summon_timestamper(ServiceLabel("tsa"), AT)
        return bytes(stamper.request_tsa_response(asn1_tsp.TimeStampReq.load(request)).dump())

    def ask(self, name: str, *, nonce: bytes = b"n" * 16) -> bytes:
        """Ask about a certificate as verification does; return the answer once it counts as one."""
        question = OcspQuestion(certificate=self.certificate(name), issuer=self.certificate("issuing"), nonce=nonce)
        answer = self.answer(build_request(question))
        parse_answer(answer, question, at=AT)
        return answer

    def statuses(self, name: str, **evidence: list[bytes]) -> list[CertificateStatus]:
        """Judge a certificate's path under the root; end entity first."""
        trust = TrustAnchors(anchors=(self.certificate("root"),))
        known = tuple(self.certificate(other).public_bytes(Encoding.DER) for other in ("issuing", "ocsp"))
        finder = PathFinder(trust=trust, known=known)
        path = finder.find(self.certificate(name).public_bytes(Encoding.DER), at=AT)
        assert path.problem is None
        read = read_evidence(crls=evidence.get("crls", []), ocsps=evidence.get("ocsps", []))
        return [found.status for _, found in path_statuses(path.certificates, evidence=read, at=AT, finder=finder)]


def _issuer_of(name: str) -> str:
    return "root" if name in {"root", "issuing"} else "issuing"


def _usage(*bits: str) -> dict[str, object]:
    return {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": list(bits)}}


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Certomancer:
    """A PKI that is wholly certomancer's."""
    authority = [
        {"id": "basic_constraints", "critical": True, "value": {"ca": True}},
        _usage("key_cert_sign", "crl_sign"),
    ]
    purpose = {"id": "extended_key_usage", "critical": True}
    extensions: dict[str, list[dict[str, object]]] = {
        "root": authority,
        "issuing": authority,
        "ocsp": [_usage("digital_signature"), purpose | {"value": ["ocsp_signing"]}],
        "tsa": [_usage("digital_signature"), purpose | {"value": ["time_stamping"]}],
        "good": [_usage("non_repudiation")],
        "revoked": [_usage("non_repudiation")],
    }
    for name, of in extensions.items():
        where = {"schema": "crl-dist-url", "params": {"crl-repo-names": [_issuer_of(name)]}}
        if name != "root":
            extensions[name] = [*of, {"id": "crl_distribution_points", "smart-value": where}]
    certs: dict[str, dict[str, object]] = {
        name: {
            "issuer": _issuer_of(name),
            "validity": _VALIDITY,
            "extensions": of,
        }
        for name, of in extensions.items()
    }
    certs["revoked"]["revocation"] = _REVOCATION
    keys = {name: generate_private_key(KeyAlgorithm.P256) for name in certs}
    return Certomancer(tmp_path_factory.mktemp("foreign"), certs, keys)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Certomancer:
    """certomancer with certificates that we issued: it has the responder's and the TSA's keys, and no other."""
    folder, hierarchy = tmp_path_factory.mktemp("ours"), Hierarchy(KeyAlgorithm.P256)
    credentials = {
        "root": hierarchy.root,
        "issuing": hierarchy.issuing,
        "ocsp": hierarchy.certify(CertificateProfile.OCSP_RESPONDER),
        "tsa": hierarchy.certify(CertificateProfile.TSA),
        "good": hierarchy.certify(CertificateProfile.OFFICIAL),
        "revoked": hierarchy.certify(CertificateProfile.AGENCY_SEAL),
    }
    certs: dict[str, dict[str, object]] = {}
    for name, credential in credentials.items():
        (folder / f"{name}.crt").write_bytes(credential.certificate.public_bytes(Encoding.DER))
        certs[name] = {"issuer": _issuer_of(name), "validity": _VALIDITY, "certificate-file": f"{name}.crt"}
        if name not in {"ocsp", "tsa"}:
            public = credential.certificate.public_key()
            pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            (folder / f"{name}.pub").write_bytes(pem)
    certs["revoked"]["revocation"] = _REVOCATION
    keys = {name: credentials[name].key for name in ("ocsp", "tsa")}
    return Certomancer(folder, certs, keys)


@pytest.fixture(params=["foreign", "ours"])
def either(request: pytest.FixtureRequest) -> Certomancer:
    """certomancer with its own certificates, and with ours."""
    found: Certomancer = request.getfixturevalue(request.param)
    return found


def test_its_lists_tell_good_from_revoked(foreign: Certomancer) -> None:
    """RFC 5280 §6.3.3: every certificate of the path has its status from the list of its issuer."""
    lists = [foreign.crl("root"), foreign.crl("issuing")]
    assert foreign.statuses("good", crls=lists) == [GOOD, GOOD]
    assert foreign.statuses("revoked", crls=lists) == [REVOKED, GOOD]
    assert foreign.statuses("good", crls=lists[1:]) == [GOOD, CertificateStatus.UNKNOWN]


def test_its_answers_tell_good_from_revoked(either: Certomancer) -> None:
    """RFC 6960 §3.2: our request is read, its nonce given back; a delegate of the issuer signs, its own or ours."""
    assert either.statuses("good", ocsps=[either.ask("good")])[0] is GOOD
    assert either.statuses("revoked", ocsps=[either.ask("revoked")])[0] is REVOKED
    assert either.statuses("good", ocsps=[either.ask("revoked")])[0] is CertificateStatus.UNKNOWN


def test_its_answer_to_another_question_is_none(either: Certomancer, foreign: Certomancer, ours: Certomancer) -> None:
    """Another nonce, another certificate, an authority it does not answer for."""
    question = OcspQuestion(certificate=either.certificate("good"), issuer=either.certificate("issuing"), nonce=NONCE)
    for answer in (either.ask("good"), either.ask("revoked", nonce=NONCE)):
        with pytest.raises(VnsignError):
            parse_answer(answer, question, at=AT)
    other = ours if either is foreign else foreign
    with pytest.raises(VnsignError):
        parse_answer(other.answer(build_request(question)), question, at=AT)


def test_the_answer_of_a_delegate_with_one_bit_changed_counts_for_nothing(either: Certomancer) -> None:
    """The certificate we gave it stands for its signature only."""
    answer = bytearray(either.ask("good"))
    parsed = asn1_ocsp.OCSPResponse.load(bytes(answer))
    signature = parsed["response_bytes"]["response"].parsed["signature"].native
    answer[bytes(answer).index(signature) + len(signature) - 1] ^= 1
    assert either.statuses("good", ocsps=[bytes(answer)])[0] is CertificateStatus.UNKNOWN


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512"])
def test_its_tokens_are_read_and_verified(either: Certomancer, name: str) -> None:
    """RFC 3161 §2.4: the token answers our request; both of our readers find its signature good."""
    asked = _stamp_request(name)
    token = _stamped(either, asked)
    assert (token.imprint, token.hash_name, token.nonce) == (asked.imprint, name, asked.nonce)
    assert token.gen_time == AT
    assert token.certificate == either.certificate("tsa")
    read = parse_timestamp(token.der)
    assert is_imprint_of(read, b"van ban")
    assert is_token_signature_valid(read)


def test_its_token_for_another_request_is_refused(either: Certomancer) -> None:
    """Another nonce, or another imprint."""
    reply = either.stamp(build_timestamp_request(_stamp_request("sha256")))
    for other in (_stamp_request("sha256", nonce=8), _stamp_request("sha256", data=b"khac")):
        with pytest.raises(InputError):
            parse_reply(reply, other)


def test_it_takes_what_a_running_authority_issued(tmp_path: Path) -> None:
    """Our certificates load; it knows the issuer in our CertIDs; it stamps with a key that we certified."""
    authority = new_authority(tmp_path / "authority", StoppedClock())
    root, issuing = authority.certificates()
    tsa = authority.enroll(CertificateProfile.TSA, Subject(common_name="TSA khác", organization="Sở Nội vụ"))
    official = authority.enroll(CertificateProfile.OFFICIAL, Subject(common_name="Ủy", organization="Sở Nội vụ"))
    authority.revoke(official.certificate.serial_number, reason=x509.ReasonFlags.superseded, act=CHIEF)
    question = OcspQuestion(certificate=official.certificate, issuer=issuing)
    answer = asn1_ocsp.OCSPResponse.load(authority.answer_ocsp("issuing", build_request(question)))
    (single,) = answer.response_data["responses"]
    about = asn1_x509.Certificate.load(issuing.public_bytes(Encoding.DER))
    assert issuer_match(single["cert_id"], about)
    assert not issuer_match(single["cert_id"], asn1_x509.Certificate.load(root.public_bytes(Encoding.DER)))

    certificates = {"root": root, "issuing": issuing, "tsa": tsa.certificate, "ocsp": official.certificate}
    certs = {}
    for name, certificate in certificates.items():
        (tmp_path / f"{name}.crt").write_bytes(certificate.public_bytes(Encoding.DER))
        pem = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (tmp_path / f"{name}.pub").write_bytes(pem)
        certs[name] = {"issuer": _issuer_of(name), "validity": _VALIDITY, "certificate-file": f"{name}.crt"}
    (tmp_path / "tsa.pub").unlink()
    peer = Certomancer(tmp_path, certs, {"tsa": tsa.key})
    assert {name: peer.certificate(name) for name in certificates} == certificates
    assert _stamped(peer, _stamp_request("sha256")).certificate == tsa.certificate


def _stamp_request(name: str, *, nonce: int = 7, data: bytes = b"van ban") -> TimestampRequest:
    return TimestampRequest(imprint=hashlib.new(name, data).digest(), hash_name=name, nonce=nonce)


def _stamped(peer: Certomancer, asked: TimestampRequest) -> TimestampToken:
    return parse_reply(peer.stamp(build_timestamp_request(asked)), asked)
