"""A signature dictionary that was found → its CMS and the bytes it covers, or why it cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from asn1crypto import core

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.reading.opened import PdfBytes, pieces
from vnsign.pdf.reading.structure import FoundSignature
from vnsign.pki.cms_forms import CmsForms
from vnsign.pki.cms_reading import SignedCms
from vnsign.pki.covered import Covered
from vnsign.policy.validation import BARE_RSA_SUB_FILTER


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureInput:
    """One signature with its CMS read, or the reason why it cannot be.

    Attributes:
        signed: The two pieces of the file that the byte range names; nothing if it proves nothing.
        is_data_missing: What was signed could not be had; only the signature is at hand.
    """

    found: FoundSignature
    cms: SignedCms | None
    broken: str
    signed: Covered
    is_data_missing: bool = False


def read_signature(data: PdfBytes, found: FoundSignature, *, messages: CmsForms) -> SignatureInput:
    """Read the CMS of a signature that was found; ``messages`` are the forms that were met before."""
    signed = Covered(pieces=lambda: _signed_pieces(data, found))
    try:
        if found.sub_filter == BARE_RSA_SUB_FILTER:
            cms = _read_bare_rsa(found)
        else:
            cms = messages.read(found.contents, extra_certificates=found.certificates)
    except InputError as exc:
        return SignatureInput(found=found, cms=None, broken=exc.message, signed=signed)
    return SignatureInput(found=found, cms=cms, broken="", signed=signed)


def _signed_pieces(data: PdfBytes, found: FoundSignature) -> Iterator[bytes | memoryview]:
    if found.problem is None:
        _, first_end, second_start, second_length = found.byte_range
        yield from pieces(data, 0, first_end)
        yield from pieces(data, second_start, second_start + second_length)


def _read_bare_rsa(found: FoundSignature) -> SignedCms:
    """A bare PKCS#1 signature, certificate beside it. Source: ISO 32000-1 §12.8.3.2 (deprecated)."""
    try:
        value = bytes(core.OctetString.load(found.contents).native)
    except (ValueError, TypeError) as exc:
        raise InputError(ErrorCode.MALFORMED_CMS, "the PKCS#1 signature cannot be read") from exc
    return SignedCms(
        signer_infos=1,
        digest_algorithm="sha1",
        signature_scheme="rsassa_pkcs1v15",
        signature_digest="sha1",
        pss_salt_bytes=0,
        pss_mgf_digest="",
        signature=value,
        signed_attributes=None,
        message_digest=None,
        content_type="data",
        attribute_content_type=None,
        content=None,
        claimed_time=None,
        references=(),
        repeats_reference=False,
        signer_certificate=found.certificates[0] if found.certificates else None,
        certificates=found.certificates,
        crls=(),
        ocsps=(),
        timestamp_tokens=(),
    )
