"""Steps of the basic validation that look at one signature's own bytes: format, signer, values, algorithms.

Source: ETSI EN 319 102-1 §5.2.2, §5.2.3, §5.2.7, §5.2.8; ISO 32000-2 §12.8.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from vnsign.errors import InputError
from vnsign.pki.cms_reading import SignedCms
from vnsign.pki.signature_values import compute_digest, is_signature_valid, load_certificate
from vnsign.policy.algorithms import judge_digest
from vnsign.policy.validation import (
    BARE_RSA_SUB_FILTER,
    DETACHED_SUB_FILTERS,
    EDDSA_DIGESTS,
    PADES_SUB_FILTERS,
    SHA1_DIGEST_SUB_FILTER,
)
from vnsign.report import FindingCode
from vnsign.verification.certificates import judge_key_strength, name_of, report_strength
from vnsign.verification.signature_input import SignatureInput
from vnsign.verification.verdicts import Verdicts

_CLAUSE_FORMAT = "EN 319 102-1 §5.2.2"
_CLAUSE_CRYPTO = "EN 319 102-1 §5.2.7"
_CLAUSE_SIGNER = "EN 319 102-1 §5.2.3"


def judge_format(verdicts: Verdicts, source: SignatureInput) -> None:
    """Report what is wrong with the form of a signature: byte range, CMS, type, number of signers."""
    found, cms = source.found, source.cms
    where = found.field
    if found.problem is not None:
        verdicts.error(FindingCode.BYTE_RANGE_INVALID, "ISO 32000-2 §12.8.1", where=where, problem=found.problem.value)
    if cms is None:
        code = FindingCode.CMS_NOT_READABLE if found.contents else FindingCode.SIGNATURE_BROKEN
        verdicts.error(code, _CLAUSE_FORMAT, where=where, reason=source.broken)
        return
    known = DETACHED_SUB_FILTERS | {SHA1_DIGEST_SUB_FILTER, BARE_RSA_SUB_FILTER}
    if found.sub_filter not in known:
        verdicts.undecided(
            FindingCode.SUBFILTER_UNSUPPORTED, "ISO 32000-2 §12.8.3", where=where, sub_filter=found.sub_filter
        )
    if cms.signer_infos != 1:
        # two signers in one CMS: two readers may look at different ones
        verdicts.undecided(
            FindingCode.SIGNATURE_BROKEN, "EN 319 142-1 §6.3", where=where, signer_infos=str(cms.signer_infos)
        )
    if cms.content is not None and found.sub_filter in DETACHED_SUB_FILTERS:
        verdicts.error(FindingCode.SIGNATURE_BROKEN, "ISO 32000-2 §12.8.3.3.1", where=where, reason="content inside")
    if cms.signed_attributes is not None and cms.attribute_content_type != cms.content_type:
        verdicts.undecided(FindingCode.SIGNATURE_BROKEN, "RFC 5652 §11.1", where=where, reason="content-type")


def identify_signer(verdicts: Verdicts, source: SignatureInput, cms: SignedCms) -> None:
    """Report a signer's certificate that is missing, or is not the one named in the signed attributes."""
    certificate = cms.signer_certificate
    if certificate is None:
        verdicts.undecided(FindingCode.SIGNER_CERTIFICATE_MISSING, _CLAUSE_SIGNER, where=source.found.field)
        return
    if not cms.references:
        if source.found.sub_filter in PADES_SUB_FILTERS:
            verdicts.undecided(
                FindingCode.SIGNER_CERTIFICATE_MISMATCH,
                "EN 319 142-1 §6.3",
                where=source.found.field,
                reason="no signing-certificate attribute",
            )
        return
    # RFC 5035 §5.4: every reference to the signing certificate must match; one that does not is a substitution
    if cms.repeats_reference or not all(
        r.digest == _digest(r.digest_algorithm, (certificate,)) for r in cms.references
    ):
        verdicts.undecided(FindingCode.SIGNER_CERTIFICATE_MISMATCH, _CLAUSE_SIGNER, where=source.found.field)


def verify_values(verdicts: Verdicts, source: SignatureInput, cms: SignedCms) -> tuple[bool, bool]:
    """Return (intact, valid)."""
    where = source.found.field
    data = b"".join(source.signed_parts)
    certificate = cms.signer_certificate
    if source.found.problem is not None:
        intact = False
    elif cms.content is not None and source.found.sub_filter == SHA1_DIGEST_SUB_FILTER:
        # ISO 32000-1 §12.8.3.3.1: the CMS signs the SHA-1 digest of the byte range, which it holds
        intact = _digest("sha1", (data,)) == cms.content and _is_content_intact(cms, cms.content)
        data = cms.content
    elif cms.signed_attributes is not None:
        intact = cms.message_digest is not None and _digest(cms.digest_algorithm, (data,)) == cms.message_digest
    else:
        # without signed attributes the value is over the bytes themselves: both stand and fall together
        intact = certificate is not None and is_signature_valid(cms, certificate, data)
    signed = cms.signed_attributes if cms.signed_attributes is not None else data
    valid = certificate is not None and is_signature_valid(cms, certificate, signed)
    if not intact and source.found.problem is None:
        verdicts.error(FindingCode.DIGEST_MISMATCH, _CLAUSE_CRYPTO, where=where)
    if certificate is not None and not valid:
        verdicts.error(FindingCode.SIGNATURE_VALUE_INVALID, _CLAUSE_CRYPTO, where=where)
    return intact, valid


def _is_content_intact(cms: SignedCms, content: bytes) -> bool:
    return cms.signed_attributes is None or _digest(cms.digest_algorithm, (content,)) == cms.message_digest


def _digest(algorithm: str, parts: Sequence[bytes]) -> bytes | None:
    try:
        return compute_digest(algorithm, *parts)
    except InputError:
        return None


def judge_algorithms(verdicts: Verdicts, cms: SignedCms, certificate: bytes, *, at: datetime) -> None:
    """Judge digest, signature algorithm and key of a signature proven to have existed at ``at`` (aware UTC)."""
    where = name_of(load_certificate(certificate))
    wanted = EDDSA_DIGESTS.get(cms.signature_scheme)
    if wanted is not None and cms.signed_attributes is not None and cms.digest_algorithm != wanted:
        verdicts.undecided(
            FindingCode.ALGORITHM_NOT_ACCEPTED, "RFC 8419 §3.1", where=where, algorithm=cms.digest_algorithm
        )
    for name in dict.fromkeys((cms.digest_algorithm, cms.signature_digest)):
        report_strength(verdicts, judge_digest(name, at=at), name, where=where)
    judge_key_strength(verdicts, certificate, at=at)
