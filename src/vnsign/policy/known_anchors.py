"""Authorities whose certificates are known by fingerprint: which scheme they belong to, and how to call them.

Invariants:
    - A certificate is known by the SHA-256 of its DER and by nothing else; a name in it says nothing.
    - Being in the table makes nothing trusted: what is trusted stands in the user's trust folder.

What it does not do: hold every authority of Vietnam. An authority that is not in the table is merely without a name
here, and may be trusted or not like any other.

Source: the certificates themselves, as published by the Government's authority (Ban Cơ yếu Chính phủ) and by the
public authorities; Luật 20/2023/QH15 Điều 22 (chữ ký điện tử chuyên dùng công vụ, chữ ký số công cộng).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Scheme(StrEnum):
    """For whom an authority certifies."""

    #: chuyên dùng công vụ: the Government's own, for agencies
    OFFICIAL_USE = "cong_vu"
    #: công cộng: licensed by the national authority, for everybody
    PUBLIC = "cong_cong"
    #: of the European Union's trusted lists
    EUROPEAN = "eu"
    #: an agency's own
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAuthority:
    """What is known of a certificate.

    Attributes:
        generation: ``G1`` or ``G2`` in the official-use scheme; the year of its root in the public one.
        name: Short name for people, in Vietnamese where the authority has one.
        is_root: Self-signed: the certificate that a trust folder of its scheme would hold.
    """

    scheme: Scheme
    generation: str
    name: str
    is_root: bool = False


def _official(generation: str, name: str, *, is_root: bool = False) -> KnownAuthority:
    return KnownAuthority(scheme=Scheme.OFFICIAL_USE, generation=generation, name=name, is_root=is_root)


def _public(generation: str, name: str, *, is_root: bool = False) -> KnownAuthority:
    return KnownAuthority(scheme=Scheme.PUBLIC, generation=generation, name=name, is_root=is_root)


KNOWN_AUTHORITIES: Mapping[str, KnownAuthority] = MappingProxyType(
    {
        "f7bc89054cec7f12730d7b8cd3eb7955b163835087e5eb873edfb584763b3f90": _official(
            "G1", "Root CA chuyên dùng Chính phủ", is_root=True
        ),
        "75e969c07ba35c29c72bbc1bfb880f20f3891a619b00b77eb02ca6160736a1fe": _official("G1", "Chính phủ"),
        "6e218b3ebc2f31b0d03205c64fd7e8920fb47187d37afcdb4cb2bb4178bf4635": _official("G1", "Đảng Cộng sản"),
        "ecbf8428266c549eb1bfdc2715270d5b9dff3bbbe2d3f0c33e0fd91f70b2d943": _official("G1", "Bộ Công an"),
        "a262cfa489dbbe666f8b89fab832547809874d5a06fa9f7a38fc227ebdf40514": _official("G1", "Bộ Tài chính"),
        "3c4281296f92d292cc952295fe41ad7d0b37438ff1d143b56c4642cc1b14bd93": _official("G1", "Bộ Ngoại giao"),
        "f04ba4b459a7c9a1b971ad9b1cb833e695a80c79aea63b174b66a70edfe2fdb8": _official(
            "G2", "Root CA chuyên dùng Chính phủ", is_root=True
        ),
        "d8cab7a4aef92e6bb2509d7c61cee7b44f3731b2d21074963530277b366fae4b": _official("G2", "Các cơ quan Nhà nước"),
        "e4b402e3cb4cacc0a20d21fa49bce76beb4eb47ba7ffb7a8f71c554dbe561a81": _official("G2", "Các cơ quan Đảng"),
        "bac8bf609ab420a8ee1780d74f4de5c7f7184959d2a7375b0a75e4c29f0908e7": _public(
            "2014", "Vietnam National Root CA", is_root=True
        ),
        "7d6ba5245317f9ed5d8bc765a4634d26ac6340d36b9f584df3b52d9c4a81a306": _public("2014", "VNPT-CA SHA2"),
        "ca918d635bb130bec97639e6aabf7edbc4eb1310f8058b9419f467ae0230ad8c": _public(
            "2008", "MIC National Root CA", is_root=True
        ),
        "ddab3aa11600215c08ca4ccbc18be5204c171a48081a6cd73a95aa868e1258af": _public("2008", "BkavCA"),
        "22a088dedd18b017409157ccdce931236492df259459e7fac424574dd06380e2": _public("2008", "CA2"),
        "406ba8be66ead6d01672f1e137cc35a778e2f289edd3f9e7580964190b83c761": _public("2008", "FPT CA"),
        "27ab09408347ee182186d2a21e82feda0a4e0f84441525ba1de74a7e87401eba": _public("2008", "NEWTEL-CA"),
        "591e6796472780fcf98d2e6797c8249457726dee54a264307d9b51193cdbd5fd": _public("2008", "SmartSign"),
        "4e66e0073c9c217dbfa80697b0096fa61d71c1f32b29a12c2e2c37c0cac35881": _public("2008", "SAFE-CA"),
        "684caf190176d13158808ef193b2d20575399a87fd9e8c5bedc09065a184841a": _public("2008", "Viettel-CA"),
        "068927b4c1a38ae4db1e8f59a71a8c643d9dfbb53a674862387bd5aa7386247b": _public("2008", "VNPT CA"),
    }
)


def describe_anchor(sha256: str) -> KnownAuthority | None:
    """Return what is known of the certificate with this SHA-256 (hexadecimal, either case), None if nothing is.

    Does not check: that anybody trusts it.
    """
    return KNOWN_AUTHORITIES.get(sha256.lower())
