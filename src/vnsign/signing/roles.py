"""Who may sign what: a person signs documents, an agency's key only what is proven to be its business.

The agency's key signs (a) a document that the authorised person has validly signed, (b) an attachment or appendix of
such a document in a file of its own, (c) an electronic copy that the agency made. Anything else is refused.

A certificate whose common name is that of its organization names no person: its key does not sign as a person's.

What it does not do: know every agency's key by its certificate (none marks it: whose key it is, the operator declares;
an agency that stands in its certificate below another organization looks like a person), or prove (b) and (c) beyond
what the bytes tell: that a file belongs to a document, that a copy is true to its original and that the agency made it
stand in the caller's records.

Source: NĐ 30/2020/NĐ-CP Điều 25, 32.2, 33.2; Phụ lục I Phần I mục II.8, III.1.d, Phần II mục I.3.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from cryptography import x509
from cryptography.x509.oid import NameOID

from vnsign.errors import ErrorCode, UsageError
from vnsign.policy.decree30 import (
    COPY_DIRECTIONS,
    ELECTRONIC_COPIES,
    CopyDirection,
    CopyForm,
    build_attachment_text,
    build_copy_text,
)
from vnsign.signing.signer import Holder, PreparedSigner

_SHA256 = re.compile(r"[0-9a-f]{64}")


class SealPurpose(StrEnum):
    """Why the agency's key may sign. Source: NĐ 30/2020/NĐ-CP Điều 32.2."""

    #: A document validly signed by the authorised person, proved from the bytes.
    ISSUED_DOCUMENT = "issued_document"
    #: An attachment or appendix of such a document, in a file of its own (văn bản kèm theo, phụ lục).
    ATTACHMENT = "attachment"
    #: An electronic copy that the agency made (sao y, sao lục, trích sao).
    COPY = "copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedAttachment:
    """An attachment or appendix in a file of its own, and the document that it belongs to.

    Attributes:
        number_symbol: Of the main document, e.g. ``15/QĐ-UBND``.
        main: The main document's bytes, which are then judged, or None.
        main_sha256: Their SHA-256 in hex, when the caller's records prove them; exactly one of both is given.
    """

    number_symbol: str
    main: bytes | None = None
    main_sha256: str | None = None

    def __post_init__(self) -> None:
        if not self.number_symbol.strip() or "\n" in self.number_symbol:
            raise UsageError(ErrorCode.BAD_ARGUMENT, "an attachment shows the number and symbol of its main document")
        if (self.main is None) is (self.main_sha256 is None):
            raise UsageError(ErrorCode.BAD_ARGUMENT, "name the main document by its bytes or by their SHA-256")
        if self.main_sha256 is not None and _SHA256.fullmatch(self.main_sha256) is None:
            raise UsageError(ErrorCode.BAD_ARGUMENT, "a SHA-256 is 64 small hexadecimal digits")

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the main document, in hex."""
        return self.main_sha256 if self.main_sha256 is not None else hashlib.sha256(self.main or b"").hexdigest()

    @property
    def reason(self) -> str:
        """Return what binds the attachment to its document: /Reason of the signature."""
        return f"Kèm theo văn bản số {self.number_symbol}, SHA-256 {self.digest}"

    def text(self, at: datetime) -> str:
        """Return what the attachment shows."""
        return build_attachment_text(self.number_symbol, at)

    def require_number(self, written: str | None) -> None:
        """Refuse another number than the one that stands in the main document.

        Raises:
            UsageError: SEAL_REFUSED.
        """
        if written is None:  # its number is no field: nothing to compare with
            return
        number = written.strip()
        if not number:
            raise UsageError(
                ErrorCode.SEAL_REFUSED,
                "the main document has no number yet",
                way_out="number and seal it first",
            )
        if self.number_symbol != number and not self.number_symbol.startswith(f"{number}/"):
            raise UsageError(
                ErrorCode.SEAL_REFUSED,
                f"the main document has the number {number!r}, not {self.number_symbol!r}",
                way_out="give the number and symbol of the document that it is attached to",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedCopy:
    """A copy that the agency made, as its records prove.

    Attributes:
        form: Of the copy.
        direction: From what to what; only an electronic copy can be signed.
        agency: Name of the agency as it is shown; None takes it from the certificate.
    """

    form: CopyForm
    direction: CopyDirection
    agency: str | None = None

    def require_allowed(self) -> None:
        """Refuse a copy that the decree does not know.

        Raises:
            UsageError: SEAL_REFUSED.
        """
        if self.direction not in COPY_DIRECTIONS.get(self.form, ()):
            raise UsageError(
                ErrorCode.SEAL_REFUSED,
                f"there is no {self.form!s} from an electronic to an electronic document",
                way_out="send the electronic original itself, or make an extract (trích sao)",
            )
        if self.direction not in ELECTRONIC_COPIES:
            raise UsageError(
                ErrorCode.SEAL_REFUSED,
                "a copy on paper carries the wet seal, not a digital signature",
                way_out="print it and stamp it",
            )

    @property
    def reason(self) -> str:
        """Return /Reason of the signature: the form of the copy."""
        return self.form.value

    def text(self, at: datetime, *, signer: str) -> str:
        """Return what the copy shows; ``signer`` is the name in the certificate."""
        return build_copy_text(self.form, self.agency or signer, at)


def require_holder(signer: PreparedSigner, holder: Holder) -> None:
    """Refuse a key of another holder than the verb is for.

    Raises:
        UsageError: SEAL_REFUSED.
    """
    if signer.holder is holder:
        if holder is Holder.PERSON and names_an_organization(signer.certificate.subject):
            raise UsageError(
                ErrorCode.SEAL_REFUSED,
                f"the certificate names no person but the organization {signer.name!r} itself: its key seals",
                way_out="load it with holder=Holder.AGENCY for seal_pdf (vnsign seal), or sign with a key of your own",
            )
        return
    if holder is Holder.AGENCY:
        raise UsageError(
            ErrorCode.SEAL_REFUSED,
            "only the agency's key seals, and this key was loaded as a person's",
            way_out="load the agency's key with holder=Holder.AGENCY",
        )
    refuse_agency(signer)


@lru_cache(maxsize=256)
def names_an_organization(subject: x509.Name) -> bool:
    """Tell whether a certificate's common name is the name of its organization, however case and spaces are written.

    True is certain: such a certificate names no person. False is not: see above.
    """
    common = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    organizations = subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return bool(common) and _plain(common[0]) in {_plain(organization) for organization in organizations}


def _plain(attribute: x509.NameAttribute[str | bytes]) -> str:
    return " ".join(unicodedata.normalize("NFC", str(attribute.value)).casefold().split())


def refuse_agency(signer: PreparedSigner) -> None:
    """Refuse the agency's key where a person or a service signs.

    Raises:
        UsageError: SEAL_REFUSED.
    """
    if signer.holder is Holder.AGENCY:
        raise UsageError(
            ErrorCode.SEAL_REFUSED,
            "the agency's key signs only issued documents, their attachments, and copies",
            way_out="use seal_pdf, seal_attachment_pdf or seal_copy_pdf",
        )
