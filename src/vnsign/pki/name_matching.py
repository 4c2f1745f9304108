"""Whether two names in certificates and lists name the same.

Invariants:
    - Distinguished names are compared as RFC 5280 §7.1 asks: order matters; case, outer spaces, the number of inner
      spaces and the kind of string do not.
    - Any other general name (URI, e-mail, …) is compared as it stands.

What it does not do: tell whether a name is true. Names never make anything trusted.

Source: RFC 5280 §7.1, §4.2.1.13, §5.2.5; RFC 4518 (string preparation).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

_USUAL_STRINGS = frozenset({_ASN1Type.UTF8String, _ASN1Type.PrintableString})
#: Parts of names that hold a DirectoryString, by asn1crypto's names. Source: X.520; RFC 5280 Appendix A.1.
_USUAL_PARTS = {
    NameOID.COUNTRY_NAME: "country_name",
    NameOID.STATE_OR_PROVINCE_NAME: "state_or_province_name",
    NameOID.LOCALITY_NAME: "locality_name",
    NameOID.ORGANIZATION_NAME: "organization_name",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "organizational_unit_name",
    NameOID.COMMON_NAME: "common_name",
    NameOID.SERIAL_NUMBER: "serial_number",
    NameOID.TITLE: "title",
    NameOID.SURNAME: "surname",
    NameOID.GIVEN_NAME: "given_name",
    NameOID.USER_ID: "user_id",
    NameOID.STREET_ADDRESS: "street_address",
    NameOID.ORGANIZATION_IDENTIFIER: "organization_identifier",
}


@lru_cache(maxsize=4096)
def name_key(name: x509.Name) -> str:
    """Return a text that is the same for all writings of one distinguished name.

    Raises:
        ValueError: The name cannot be encoded.
    """
    values = [attribute.value for attribute in name]
    if all(isinstance(value, str) and value.isascii() for value in values):
        # what the preparation of strings does to ASCII, some hundred times as fast
        return repr([sorted(map(_ascii_key, rdn)) for rdn in name.rdns])
    return _usual_key(name) or _any_key(name)


def _any_key(name: x509.Name) -> str:
    try:
        return str(asn1_x509.Name.load(name.public_bytes()).hashable)
    except (TypeError, KeyError, IndexError, AttributeError) as exc:
        raise ValueError("the name cannot be prepared for comparison") from exc


def is_usual_part(part: x509.NameAttribute[str | bytes]) -> bool:
    """Tell whether a part of a name is of a kind that every reader takes, and written as every reader reads it."""
    return part.oid in _USUAL_PARTS and part._type in _USUAL_STRINGS  # noqa: SLF001 — nothing else tells the kind


def _usual_key(name: x509.Name) -> str:
    """As :func:`_any_key`, for names of the parts and strings that are in use; empty for any other.

    Most parts of a name are those of the name before: country, province, agency. They are prepared once.

    Raises:
        ValueError: A text cannot be prepared.
    """
    keys: list[str] = []
    for rdn in name.rdns:
        (first, *more) = rdn
        if more or not is_usual_part(first):
            return ""
        keys.append(f"{_USUAL_PARTS[first.oid]}: {_prepared(str(first.value))}")
    return "\x1e".join(keys)


@lru_cache(maxsize=4096)
def _prepared(text: str) -> str:
    prepared: str = asn1_x509.NameTypeAndValue()._ldap_string_prep(text)  # noqa: SLF001 — the very preparation
    return prepared


@lru_cache(maxsize=4096)
def subject_key(certificate: x509.Certificate) -> str:
    """Return the key of a certificate's subject; see :func:`name_key`.

    Raises:
        ValueError: As that.
    """
    return name_key(certificate.subject)


@lru_cache(maxsize=4096)
def issuer_key(certificate: x509.Certificate) -> str:
    """Return the key of a certificate's issuer; see :func:`name_key`.

    Raises:
        ValueError: As that.
    """
    return name_key(certificate.issuer)


def _ascii_key(attribute: x509.NameAttribute[str | bytes]) -> tuple[str, str]:
    return attribute.oid.dotted_string, " ".join(str(attribute.value).split()).lower()


def is_same_name(one: x509.Name, other: x509.Name) -> bool:
    """Tell whether two distinguished names match.

    Raises:
        ValueError: One of the names cannot be encoded.
    Source: RFC 5280 §7.1.
    """
    return one == other or (len(one.rdns) == len(other.rdns) and name_key(one) == name_key(other))


def share_a_name(ones: Iterable[x509.GeneralName], others: Iterable[x509.GeneralName]) -> bool:
    """Tell whether a general name stands in both collections.

    Raises:
        ValueError: A distinguished name among them cannot be encoded.
    """
    wanted = tuple(others)
    return any(_is_same(one, other) for one in ones for other in wanted)


def _is_same(one: x509.GeneralName, other: x509.GeneralName) -> bool:
    if isinstance(one, x509.DirectoryName) and isinstance(other, x509.DirectoryName):
        return is_same_name(one.value, other.value)
    return one == other


def full_names(
    full: Iterable[x509.GeneralName] | None, relative: x509.RelativeDistinguishedName | None, *, under: x509.Name
) -> tuple[x509.GeneralName, ...]:
    """Return a distribution point's names, a relative one completed with the name of the lists' issuer.

    Source: RFC 5280 §4.2.1.13, §5.2.5, §6.3.3 (b)(2)(i).
    """
    if relative is not None:
        return (x509.DirectoryName(x509.Name([*under.rdns, relative])),)
    return tuple(full or ())
