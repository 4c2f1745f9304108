"""OpenSSL's OCSP vectors: answers that count, and answers with one thing wrong in them.

The answers are test data beside the repository; without them every test here is skipped, or fails with
``VNSIGN_REQUIRE_DATA=true``.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from cryptography import x509

from tests.support import SHARED_DATA, require_data
from vnsign.pki.certificates import load_certificate
from vnsign.pki.status import CertificateStatus, certificate_status, read_evidence

# one of the roots has serial number zero, which the library reads with a warning
pytestmark = pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive")

Case = dict[str, Any]
CASES = 29


@cache
def cases() -> tuple[Case, ...]:
    """Return every vector; nothing without the data."""
    table = SHARED_DATA / "pkits" / "openssl-ocsp" / "openssl-ocsp.json"
    return tuple(json.loads(table.read_text(encoding="utf-8"))) if table.exists() else ()


def certificate(name: str) -> x509.Certificate:
    """Return a certificate of the vectors."""
    return load_certificate(require_data(f"pkits/openssl-ocsp/{name}").read_bytes())


def answer(name: str) -> bytes:
    """Return an answer of the vectors, DER."""
    return base64.b64decode(require_data(f"pkits/openssl-ocsp/{name}").read_bytes())


def unproven(case: Case) -> set[str]:
    """Return which of the certificates asked about could not be shown good: ``end-entity``, ``intermediate``."""
    evidence = read_evidence(crls=(), ocsps=[answer(name) for name in case["ocsps"]])
    chain = [certificate(name) for name in (case["cert"], *case.get("other_certs", ()), case["root"])]
    moment = datetime.fromisoformat(case["moment"])
    asked = zip(("end-entity", "intermediate"), chain, chain[1:], strict=False)
    return {
        label
        for (label, subject, issuer), _ in zip(asked, case["ocsps"], strict=False)
        if certificate_status(subject, issuer=issuer, evidence=evidence, at=moment).status is not CertificateStatus.GOOD
    }


@pytest.mark.parametrize("case", cases() or [None], ids=lambda c: c["name"] if c else "no data")
def test_an_answer_counts_exactly_if_nothing_is_wrong_in_it(case: Case | None) -> None:
    """RFC 6960 §3.2: signature, responder, certificate asked about, time; one wrong: could not check."""
    require_data("pkits/openssl-ocsp/openssl-ocsp.json")
    assert case is not None
    stated = case.get("error", {}).get("msg_regex", "")

    assert unproven(case) == {label for label in ("end-entity", "intermediate") if label in stated}


def test_all_vectors_are_there() -> None:
    """As many as the published table has."""
    require_data("pkits/openssl-ocsp/openssl-ocsp.json")

    assert len(cases()) == CASES


@pytest.mark.parametrize("kind", ["ND1", "ND2", "ND3", "D1", "D2", "D3"])
@pytest.mark.parametrize("wrong", ["WSNIC", "WKIC"])
def test_an_answer_for_another_issuer_s_certificate_counts_for_nothing(kind: str, wrong: str) -> None:
    """RFC 6960 §4.2.2.2: the issuer with another name, or another key, is another issuer."""
    subject, issuer = {"1": ("EE", "ICA"), "2": ("ICA", "Root"), "3": ("EE", "Root")}[kind[-1]]
    evidence = read_evidence(crls=(), ocsps=[answer(f"{kind}.ors")])
    about, moment = certificate(f"{kind}_Cert_{subject}.pem"), evidence.ocsps[0].this_update_utc
    right, other = (certificate(f"{prefix}{kind}_Issuer_{issuer}.pem") for prefix in ("", f"{wrong}_"))

    assert certificate_status(about, issuer=right, evidence=evidence, at=moment).status is CertificateStatus.GOOD
    assert certificate_status(about, issuer=other, evidence=evidence, at=moment).status is CertificateStatus.UNKNOWN
