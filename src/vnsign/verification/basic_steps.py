"""Steps of the basic validation that look at one signature's own bytes: format, signer, values, algorithms.

Source: ETSI EN 319 102-1 §5.2.2, §5.2.3, §5.2.7, §5.2.8; ISO 32000-2 §12.8.3.
"""

from __future__ import annotations

from collections.abc import Sequence

from asn1crypto import parser

from vnsign.errors import InputError
from vnsign.pki.cms_reading import SignedCms
from vnsign.pki.cms_signed import in_der_order
from vnsign.pki.signature_values import compute_digest, is_signature_valid, load_certificate
from vnsign.policy.algorithms import AlgorithmTable
from vnsign.policy.validation import (
    ALL_SUB_FILTERS,
    DETACHED_SUB_FILTERS,
    EDDSA_DIGESTS,
    PADES_SUB_FILTERS,
    SHA1_DIGEST_SUB_FILTER,
    ValidationPolicy,
)
from vnsign.report import FindingCode, Outcome
from vnsign.verification.naming import name_of
from vnsign.verification.signature_input import SignatureInput
from vnsign.verification.strength import Existence, judge_digest_strength, judge_key_strength
from vnsign.verification.verdicts import Verdicts

_CLAUSE_FORMAT = "EN 319 102-1 §5.2.2"
_CLAUSE_CRYPTO = "EN 319 102-1 §5.2.7"
_CLAUSE_ATTRIBUTES = "RFC 5652 §5.3"
_CLAUSE_SIGNER = "EN 319 102-1 §5.2.3"
_CLAUSE_CONTEXT = "EN 319 102-1 §5.2.4"


def judge_format(verdicts: Verdicts, source: SignatureInput) -> None:
    """Report what is wrong with the form of a signature: byte range, CMS, type, number of signers."""
    found, cms = source.found, source.cms
    where = found.field
    verdicts.check("byte_range", found.problem is None, byte_range=" ".join(str(number) for number in found.byte_range))
    if found.problem is not None:
        verdicts.error(FindingCode.BYTE_RANGE_INVALID, "ISO 32000-2 §12.8.1", where=where, problem=found.problem.value)
    verdicts.check("cms", cms is not None, bytes=str(len(found.contents)))
    if cms is None:
        code = FindingCode.CMS_NOT_READABLE if found.contents else FindingCode.SIGNATURE_BROKEN
        verdicts.error(code, _CLAUSE_FORMAT, where=where, reason=source.broken)
        return
    is_known = found.sub_filter in ALL_SUB_FILTERS
    verdicts.check("sub_filter", _decided(is_known), sub_filter=found.sub_filter.removeprefix("/"))
    if not is_known:
        verdicts.undecided(
            FindingCode.SUBFILTER_UNSUPPORTED, "ISO 32000-2 §12.8.3", where=where, sub_filter=found.sub_filter
        )
    if rest := _bytes_after(found.contents):
        verdicts.warning(FindingCode.CONTENTS_NOT_PADDED, "ISO 32000-2 §12.8.1", where=where, bytes=str(rest))
    _judge_form(verdicts, source, cms)


def _bytes_after(contents: bytes) -> int:
    """How many bytes follow the signature up to the last that is no zero. They lie outside the byte range.

    No reader uses them, and careful programs have left some (two files of the corpora): a warning, nothing worse.
    """
    try:
        end: int = parser.peek(contents)
    except ValueError:
        return 0
    return len(contents[end:].rstrip(b"\0"))


def _judge_form(verdicts: Verdicts, source: SignatureInput, cms: SignedCms) -> None:
    found = source.found
    where = found.field
    verdicts.check(
        "signer_infos", Outcome.PASSED if cms.signer_infos == 1 else Outcome.INDETERMINATE, count=str(cms.signer_infos)
    )
    if cms.signer_infos != 1:
        # two signers in one CMS: two readers may look at different ones
        verdicts.undecided(
            FindingCode.SIGNATURE_BROKEN,
            "EN 319 142-1 §6.3",
            where=where,
            signer_infos=str(cms.signer_infos),
            reason=f"{cms.signer_infos} signers in one signature",
        )
    if cms.content is not None and found.sub_filter in DETACHED_SUB_FILTERS:
        verdicts.error(FindingCode.SIGNATURE_BROKEN, "ISO 32000-2 §12.8.3.3.1", where=where, reason="content inside")
    if cms.signed_attributes is not None and cms.attribute_content_type != cms.content_type:
        verdicts.undecided(FindingCode.SIGNATURE_BROKEN, "RFC 5652 §11.1", where=where, reason="content-type")
    elif cms.content_type != "data":
        # made over these bytes in another protocol (a timestamp's, an answer's), where they meant something else
        verdicts.undecided(FindingCode.SIGNATURE_BROKEN, "EN 319 142-1 §6.3", where=where, reason="content-type")


def identify_signer(verdicts: Verdicts, source: SignatureInput, cms: SignedCms) -> None:
    """Report a signer's certificate that is missing, or is not the one named in the signed attributes."""
    certificate = cms.signer_certificate
    verdicts.check("certificate", Outcome.INDETERMINATE if certificate is None else Outcome.PASSED)
    if certificate is None:
        verdicts.undecided(FindingCode.SIGNER_CERTIFICATE_MISSING, _CLAUSE_SIGNER, where=source.found.field)
        return
    if not cms.references:
        verdicts.check("signing_certificate_attribute", Outcome.NOT_RUN)
        if source.found.sub_filter in PADES_SUB_FILTERS:
            verdicts.undecided(
                FindingCode.SIGNER_CERTIFICATE_MISMATCH,
                "EN 319 142-1 §6.3",
                where=source.found.field,
                reason="no signing-certificate attribute",
            )
        return
    # RFC 5035 §5.4: every reference to the signing certificate must match; one that does not is a substitution
    is_named = not cms.repeats_reference and all(
        r.digest == _digest(r.digest_algorithm, (certificate,)) for r in cms.references
    )
    verdicts.check(
        "signing_certificate_attribute",
        Outcome.PASSED if is_named else Outcome.INDETERMINATE,
        digest_algorithm=", ".join(sorted({r.digest_algorithm for r in cms.references})),
    )
    if not is_named:
        verdicts.undecided(FindingCode.SIGNER_CERTIFICATE_MISMATCH, _CLAUSE_SIGNER, where=source.found.field)


def verify_values(verdicts: Verdicts, source: SignatureInput, cms: SignedCms) -> tuple[bool, bool]:
    """Return (intact, valid)."""
    where = source.found.field
    certificate = cms.signer_certificate
    if source.found.problem is not None:
        intact = False
    elif cms.content is not None and source.found.sub_filter == SHA1_DIGEST_SUB_FILTER:
        # ISO 32000-1 §12.8.3.3.1: the CMS signs the SHA-1 digest of the byte range, which it holds
        intact = source.signed.digest("sha1") == cms.content and _is_content_intact(cms, cms.content)
    elif cms.signed_attributes is not None:
        intact = cms.message_digest is not None and source.signed.digest(cms.digest_algorithm) == cms.message_digest
    else:
        # without signed attributes the value is over the bytes themselves: both stand and fall together
        intact = certificate is not None and is_signature_valid(cms, certificate, source.signed.whole())
    valid, is_disputed = _verify_value(source, cms)
    if source.is_data_missing:
        verdicts.check("message_digest", Outcome.INDETERMINATE, algorithm=cms.digest_algorithm)
        verdicts.undecided(FindingCode.SIGNED_DATA_MISSING, _CLAUSE_CRYPTO, where=where)
        intact = False
    else:
        verdicts.check("message_digest", intact, algorithm=cms.digest_algorithm)
    verdicts.check("signature_value", Outcome.INDETERMINATE if is_disputed else valid, algorithm=cms.signature_scheme)
    if is_disputed:
        verdicts.undecided(FindingCode.SIGNED_ATTRIBUTES_NOT_DER, _CLAUSE_ATTRIBUTES, where=where)
        return intact, valid
    if not intact and source.found.problem is None and not source.is_data_missing:
        verdicts.error(FindingCode.DIGEST_MISMATCH, _CLAUSE_CRYPTO, where=where)
    if certificate is not None and not valid and not (source.is_data_missing and cms.signed_attributes is None):
        verdicts.error(FindingCode.SIGNATURE_VALUE_INVALID, _CLAUSE_CRYPTO, where=where)
    return intact, valid


def _verify_value(source: SignatureInput, cms: SignedCms) -> tuple[bool, bool]:
    """Return whether the value verifies, and if not, whether it does for programs that overlook an order beside DER."""
    certificate = cms.signer_certificate
    if certificate is None:
        return False, False
    written = _signed_bytes(source, cms)
    # RFC 5652 §5.3, §5.4: the attributes must be DER; it is their DER encoding that is digested
    ordered = in_der_order(written) if cms.signed_attributes is not None else written
    if is_signature_valid(cms, certificate, ordered):
        return True, False
    return False, ordered is not written and is_signature_valid(cms, certificate, written)


def _signed_bytes(source: SignatureInput, cms: SignedCms) -> bytes:
    """RFC 5652 §5.4: the attributes if there are any, else the content."""
    if cms.signed_attributes is not None:
        return cms.signed_attributes
    is_inside = source.found.problem is None and source.found.sub_filter == SHA1_DIGEST_SUB_FILTER
    return cms.content if is_inside and cms.content is not None else source.signed.whole()


def _is_content_intact(cms: SignedCms, content: bytes) -> bool:
    return cms.signed_attributes is None or _digest(cms.digest_algorithm, (content,)) == cms.message_digest


def _digest(algorithm: str, parts: Sequence[bytes]) -> bytes | None:
    try:
        return compute_digest(algorithm, *parts)
    except InputError:
        return None


def _decided(is_so: bool) -> Outcome:  # noqa: FBT001 — reads as a sentence
    return Outcome.PASSED if is_so else Outcome.INDETERMINATE


def judge_policy(
    verdicts: Verdicts, source: SignatureInput, cms: SignedCms, *, policy: ValidationPolicy, conflict: str
) -> None:
    """Settle what is asked of the signature, and say what of its own demands is not applied."""
    verdicts.check("policy", Outcome.INDETERMINATE if conflict else Outcome.PASSED, policy=policy.name)
    if conflict:
        verdicts.undecided(FindingCode.POLICY_NOT_APPLICABLE, _CLAUSE_CONTEXT, reason=conflict)
    if cms.signature_policy:
        verdicts.check("signature_policy", Outcome.NOT_RUN, signature_policy=cms.signature_policy)
        verdicts.info(
            FindingCode.SIGNATURE_POLICY_NOT_APPLIED,
            _CLAUSE_CONTEXT,
            where=source.found.field,
            signature_policy=cms.signature_policy,
        )
    if source.found.sub_filter in ALL_SUB_FILTERS - policy.sub_filters:
        verdicts.undecided(
            FindingCode.SUBFILTER_NOT_ACCEPTED,
            _CLAUSE_CONTEXT,
            where=source.found.field,
            sub_filter=source.found.sub_filter.removeprefix("/"),
            policy=policy.name,
        )


def judge_algorithms(
    verdicts: Verdicts, cms: SignedCms, certificate: bytes, *, table: AlgorithmTable, existence: Existence
) -> None:
    """Judge digest, signature algorithm and key of a signature at the time at which it is proven to have existed."""
    where = name_of(load_certificate(certificate))
    wanted = EDDSA_DIGESTS.get(cms.signature_scheme)
    if wanted is not None and cms.signed_attributes is not None and cms.digest_algorithm != wanted:
        verdicts.undecided(
            FindingCode.ALGORITHM_NOT_ACCEPTED, "RFC 8419 §3.1", where=where, algorithm=cms.digest_algorithm
        )
    for name in dict.fromkeys((cms.digest_algorithm, cms.signature_digest)):
        judge_digest_strength(verdicts, table, name, existence=existence, where=where)
    judge_key_strength(verdicts, table, certificate, existence=existence, where=where)
