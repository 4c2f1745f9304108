"""Names in certificates: who the subject is, written as RFC 5280 and the Government's authority write it.

Invariants:
    - Text is NFC and UTF8String, so that one Vietnamese name has one encoding and one hash.
    - Order as the official-use authority encodes it: C, L, O, OU…, CN.

What it does not do: it does not check that a name is true, nor that two people differ.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

from vnsign.errors import ErrorCode, UsageError

# RFC 5280 Appendix A.1: ub-common-name, ub-organization-name, ub-organizational-unit-name, ub-locality-name.
_MAX_CHARACTERS = {
    NameOID.COMMON_NAME: 64,
    NameOID.ORGANIZATION_NAME: 64,
    NameOID.ORGANIZATIONAL_UNIT_NAME: 64,
    NameOID.LOCALITY_NAME: 128,
}
# RFC 5321 §4.1.2 Mailbox, as rfc822Name asks (RFC 5280 §4.2.1.6): a dot-string and a host name. Quoted local parts and
# address literals are left out: no official address has them, and a quote can hide a second address from a reader.
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"[\w!#$%&'*+/=?^`{{|}}~-]+(?:\.[\w!#$%&'*+/=?^`{{|}}~-]+)*@{_LABEL}(?:\.{_LABEL})*", re.ASCII)
# RFC 5321 §4.5.3.1.1 and .3 (a path of 256 with its brackets); below ub-emailaddress-length of RFC 5280.
_MAX_LOCAL_PART, _MAX_EMAIL = 64, 254


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom a certificate names.

    Attributes:
        common_name: The person, the agency, or the device, service or software.
        organization: The agency in direct charge.
        units: Organizational units, outermost first (the official-use authority writes up to two).
        locality: Province or city.
        email: Official address, ASCII; it stands in subjectAltName, and in the name too where the profile says so
            (RFC 5280 §4.1.2.6).
        country: Two letters.

    Raises:
        UsageError: ``BAD_ARGUMENT``: a part is empty, too long, or holds control characters, or the address is none.
    """

    common_name: str
    organization: str
    units: tuple[str, ...] = ()
    locality: str | None = None
    email: str | None = None
    country: str = "VN"

    def __post_init__(self) -> None:
        if not re.fullmatch("[A-Z]{2}", self.country):
            raise _bad_name(f"country {self.country!r} is not two capital letters")
        if self.email is not None:
            _check_email(self.email)
        self._attributes()

    def to_name(self) -> x509.Name:
        """Return the distinguished name: PrintableString for C, UTF8String for the rest, NFC."""
        return x509.Name(self._attributes())

    def _attributes(self) -> list[x509.NameAttribute[str]]:
        parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, self.country)]
        if self.locality is not None:
            parts.append(_text_attribute(NameOID.LOCALITY_NAME, self.locality))
        parts.append(_text_attribute(NameOID.ORGANIZATION_NAME, self.organization))
        parts += [_text_attribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in self.units]
        parts.append(_text_attribute(NameOID.COMMON_NAME, self.common_name))
        return parts


def _check_email(email: str) -> None:
    if not email.isascii():
        # RFC 9598 has SmtpUTF8Mailbox for these; no reader of official-use certificates was seen to know it.
        raise _bad_name(f"e-mail {email!r} is an international address; certificates here carry ASCII addresses only")
    if len(email) > _MAX_EMAIL or email.find("@") > _MAX_LOCAL_PART or not _EMAIL.fullmatch(email):
        raise _bad_name(f"e-mail {email[:_MAX_EMAIL]!r} is not an address such as ten@coquan.gov.vn")


def _text_attribute(oid: x509.ObjectIdentifier, text: str) -> x509.NameAttribute[str]:
    value = unicodedata.normalize("NFC", text).strip()
    limit = _MAX_CHARACTERS[oid]
    if not 0 < len(value) <= limit:
        raise _bad_name(f"{text!r} has {len(value)} characters; 1 to {limit} are allowed")
    # A control, format or surrogate character in a name exists only to deceive the reader (bidi overrides, NUL).
    # Printable characters are none of these.
    if not value.isprintable() and any(unicodedata.category(character).startswith("C") for character in value):
        raise _bad_name(f"{text!r} holds control characters")
    return x509.NameAttribute(oid, value)


def _bad_name(message: str) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, f"the subject cannot stand in a certificate: {message}")
