"""Signatures to judge: an authority with a clock set by hand, signers under a root of one's own, CMS made by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import algos, core
from asn1crypto import cms as asn1_cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

import vnsign
from tests.forgery import append_increment, body_of, next_number, number_of_catalog
from tests.materials import HandClock, Office, make_office, plain_pdf
from vnsign.pdf.reading.structure import read_structure
from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.signature_values import compute_digest, hash_named
from vnsign.report import DocumentReport, FindingCode, Severity, SignatureReport, StepReport
from vnsign.verification import Circumstances, inspect_by

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey
Extension = tuple[x509.ExtensionType, bool]
#: What makes a certificate an authority's.
CA: Extension = (x509.BasicConstraints(ca=True, path_length=None), True)


@dataclass(frozen=True, slots=True)
class World:
    """An office with a clock set by hand."""

    office: Office
    clock: HandClock

    def sign(self, *, level: str = "B-T", pdf: bytes | None = None) -> bytes:
        """Sign a plain PDF as the leader at the clock's time."""
        office = self.office
        return vnsign.sign_pdf(
            pdf or plain_pdf(),
            office.leader,
            level=level,
            tsa=office.tsa if level != "B-B" else None,
            revocation=office.crls,
            check_status=False,
            clock=self.clock,
        )

    def crls(self) -> tuple[x509.CertificateRevocationList, ...]:
        """Return the authority's present lists."""
        return tuple(x509.load_der_x509_crl(self.office.authority.crl(which)) for which in ("root", "issuing"))

    def revoke_leader(self, at: datetime) -> None:
        """Revoke the leader's certificate from a moment on."""
        serial = self.office.leader.certificate.serial_number
        self.office.authority.revoke(serial, at=at, act=vnsign.Act(by="Văn thư", why="báo mất"))

    def trust(self, crls: Sequence[x509.CertificateRevocationList] = ()) -> TrustAnchors:
        """Return the root as anchor, and lists."""
        return TrustAnchors(
            anchors=self.office.trust.anchors,
            intermediates=self.office.authority.certificates()[1:],
            crls=tuple(crls),
        )

    def inspect(
        self,
        pdf: bytes,
        *,
        crls: Sequence[x509.CertificateRevocationList] = (),
        at: datetime | None = None,
        **circumstances: Any,  # noqa: ANN401 — of Circumstances
    ) -> DocumentReport:
        """Judge at ``at`` (the clock's time by default) with the root as anchor."""
        given = Circumstances(trust=self.trust(crls), at=at or self.clock.now(), **circumstances)
        return inspect_by(pdf, given)


def make_world(folder: Path, *, begin: datetime = BEGIN) -> World:
    """Return a new authority, two hours old."""
    clock = HandClock(begin)
    world = World(make_office(folder, clock=clock), clock)
    clock.moment = begin + 2 * HOUR
    return world


def stamp_of(world: World) -> Callable[[bytes], bytes]:
    """Return the authority's time-stamping as a function of what it stamps."""

    def stamp(data: bytes) -> bytes:
        return world.office.tsa.timestamp(compute_digest("sha256", data), hashes.SHA256())

    return stamp


def only(report: DocumentReport) -> SignatureReport:
    """Return the only signature."""
    (signature,) = report.signatures
    return signature


def codes(signature: SignatureReport, *severities: Severity) -> set[FindingCode]:
    """Return the codes of a signature's findings of the given severities (all by default)."""
    return {f.code for f in signature.findings if not severities or f.severity in severities}


def step_of(signature: SignatureReport, step: vnsign.Step) -> StepReport:
    """Return one step of a signature."""
    return next(s for s in signature.steps if s.step is step)


# ---------------------------------------------------------------- a root of one's own


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRoot:
    """A root that issues whatever is asked of it."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    name: str = "Gốc thử"
    start: datetime = BEGIN - DAY
    end: datetime = BEGIN + 300 * DAY

    @property
    def subject(self) -> x509.Name:
        """The root's name."""
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])

    def certificate(self) -> x509.Certificate:
        """Return the root's own certificate."""
        constraints, critical = CA
        builder = self._builder(self.subject, self.key, serial=1).add_extension(constraints, critical=critical)
        return builder.sign(self.key, hashes.SHA256(), ecdsa_deterministic=True)

    def issue(
        self, key: Key, *extensions: Extension, serial: int = 2, subject: str = "Người thử", **dates: datetime
    ) -> x509.Certificate:
        """Return a certificate with just these extensions; ``start`` and ``end`` may be given."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
        builder = self._builder(name, key, serial=serial, **dates)
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self.key, hashes.SHA256())

    def crl(
        self,
        *,
        made: datetime | None = None,
        until: datetime | None = None,
        revoked: Sequence[tuple[int, datetime]] = (),
        on_hold: bool = False,
    ) -> x509.CertificateRevocationList:
        """Return a list."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.subject)
        builder = builder.last_update(made or self.start).next_update(until or self.end)
        for serial, at in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
            if on_hold:
                entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.certificate_hold), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, hashes.SHA256())

    def trust(self, *crls: x509.CertificateRevocationList) -> TrustAnchors:
        """Return the root as anchor, with a list in force unless others are given."""
        return TrustAnchors(anchors=(self.certificate(),), crls=crls or (self.crl(),))

    def _builder(self, name: x509.Name, key: Key, *, serial: int, **dates: datetime) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().issuer_name(self.subject).subject_name(name)
        builder = builder.public_key(key.public_key()).serial_number(serial)
        return builder.not_valid_before(dates.get("start", self.start)).not_valid_after(dates.get("end", self.end))


# ---------------------------------------------------------------- a CMS made by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class HandMade:
    """How a CMS is made.

    Attributes:
        scheme: ``rsassa_pkcs1v15``, ``rsassa_pss``, ``ecdsa``, ``plain_ecdsa``, ``ed25519``, ``ed448``, or a dotted OID
            for the SignerInfo beside a PKCS#1 value.
        has_attributes: Signed attributes, as CAdES has them; else the value is over the bytes themselves.
        stamp: Makes a token over the signature value.
        content_stamp: Makes a token over what is signed, before it is signed.
        content_type: What the signer says that the bytes are.
        signed: Further signed attributes, DER.
        in_order: The signed attributes stand in the order that DER wants, else the other way round.
        unsigned: Further unsigned attributes, DER.
    """

    key: Key
    certificate: x509.Certificate
    digest: str = "sha256"
    scheme: str = "ecdsa"
    has_attributes: bool = True
    claimed: datetime | None = None
    stamp: Callable[[bytes], bytes] | None = None
    content_stamp: Callable[[bytes], bytes] | None = None
    content_type: str = "data"
    signed: tuple[bytes, ...] = ()
    in_order: bool = True
    unsigned: tuple[bytes, ...] = ()
    chain: tuple[x509.Certificate, ...] = ()

    def pdf(self, document: bytes | None = None, *, sub_filter: bytes = b"/ETSI.CAdES.detached") -> bytes:
        """Return a signed PDF."""
        prepared = place_for_cms(document or plain_pdf(), sub_filter=sub_filter)
        gap = prepared.index(b"<" + b"0" * 16)
        end = prepared.index(b">", gap) + 1
        return replaced_cms(prepared, self.cms(prepared[:gap] + prepared[end:]))

    def cms(self, data: bytes) -> bytes:
        """Return a detached ContentInfo over ``data``."""
        certificate = asn1_x509.Certificate.load(self.certificate.public_bytes(Encoding.DER))
        info: dict[str, Any] = {
            "version": "v1",
            "sid": asn1_cms.SignerIdentifier(
                {"issuer_and_serial_number": {"issuer": certificate.issuer, "serial_number": certificate.serial_number}}
            ),
            "digest_algorithm": {"algorithm": self.digest},
            "signature_algorithm": self._algorithm(),
        }
        signed = data
        if self.has_attributes:
            attributes = self._attributes(data)
            info["signed_attrs"] = attributes
            signed = attributes.dump()
        value = self._value(signed)
        info["signature"] = value
        unsigned = [asn1_cms.CMSAttribute.load(der) for der in self.unsigned]
        if self.stamp is not None:
            token = asn1_cms.ContentInfo.load(self.stamp(value))
            unsigned.append(asn1_cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [token]}))
        if unsigned:
            info["unsigned_attrs"] = asn1_cms.CMSAttributes(unsigned)
        others = [asn1_x509.Certificate.load(c.public_bytes(Encoding.DER)) for c in self.chain]
        signed_data = {
            "version": "v1",
            "digest_algorithms": [{"algorithm": self.digest}],
            "encap_content_info": {"content_type": self.content_type},
            "certificates": [certificate, *others],
            "signer_infos": [info],
        }
        encoded: bytes = asn1_cms.ContentInfo(
            {"content_type": "signed_data", "content": asn1_cms.SignedData(signed_data)}
        ).dump()
        return encoded

    def _attributes(self, data: bytes) -> Any:  # noqa: ANN401 — asn1crypto ships no types
        fingerprint = compute_digest("sha256", self.certificate.public_bytes(Encoding.DER))
        attributes: list[dict[str, Any]] = [
            {"type": "content_type", "values": [self.content_type]},
            {"type": "message_digest", "values": [compute_digest(self.digest, data)]},
        ]
        if self.claimed is not None:
            attributes.append({"type": "signing_time", "values": [asn1_cms.Time({"utc_time": self.claimed})]})
        named = der_element(0x30, der_element(0x30, der_element(0x30, der_element(0x04, fingerprint))))
        raw = [*self.signed, *(asn1_cms.CMSAttribute(attribute).dump() for attribute in attributes)]
        raw.append(der_element(0x30, _oid("1.2.840.113549.1.9.16.2.47") + der_element(0x31, named)))
        if self.content_stamp is not None:
            raw.append(
                der_element(0x30, _oid("1.2.840.113549.1.9.16.2.20") + der_element(0x31, self.content_stamp(data)))
            )
        return asn1_cms.CMSAttributes.load(der_element(0x31, b"".join(sorted(raw, reverse=not self.in_order))))

    def _algorithm(self) -> Any:  # noqa: ANN401 — asn1crypto ships no types
        if self.scheme == "rsassa_pkcs1v15":
            return {"algorithm": f"{self.digest}_rsa"}
        if self.scheme == "ecdsa":
            return {"algorithm": f"{self.digest}_ecdsa"}
        if self.scheme == "rsassa_pss":
            parameters = {
                "hash_algorithm": {"algorithm": self.digest},
                "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": self.digest}},
                "salt_length": hash_named(self.digest).digest_size,
            }
            return {"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(parameters)}
        return algos.SignedDigestAlgorithm.load(der_element(0x30, _oid(_SCHEME_OIDS.get(self.scheme, self.scheme))))

    def _value(self, data: bytes) -> bytes:
        key = self.key
        if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
            return key.sign(data)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            value = key.sign(data, ec.ECDSA(hash_named(self.digest)))
            return _plain(value, key) if self.scheme == "plain_ecdsa" else value
        if self.scheme == "rsassa_pss":
            mask = padding.PSS(padding.MGF1(hash_named(self.digest)), hash_named(self.digest).digest_size)
            return key.sign(data, mask, hash_named(self.digest))
        return key.sign(data, padding.PKCS1v15(), hash_named(self.digest))


_SCHEME_OIDS = {"ed25519": "1.3.101.112", "ed448": "1.3.101.113", "plain_ecdsa": "0.4.0.127.0.7.1.1.4.1.3"}


def _plain(value: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    size = (key.key_size + 7) // 8
    return b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(value))


def der_element(tag: int, contents: bytes) -> bytes:
    """Return one element with a definite length."""
    if len(contents) < 0x80:
        return bytes((tag, len(contents))) + contents
    size = len(contents).to_bytes((len(contents).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + contents


def _oid(dotted: str) -> bytes:
    encoded: bytes = core.ObjectIdentifier(dotted).dump()
    return encoded


def place_for_cms(document: bytes, *, sub_filter: bytes = b"/ETSI.CAdES.detached", room: int = 12_000) -> bytes:
    """Return a PDF with an increment that holds a signature field, its byte range right and its /Contents zeros."""
    field_number = next_number(document)
    value_number = field_number + 1
    catalog = number_of_catalog(document)
    form = b"<< /Fields [%d 0 R] /SigFlags 3 >>" % field_number
    placeholder = b"/ByteRange [0 0000000000 0000000000 0000000000]"
    value = b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter %s %s /Contents <%s> >>" % (
        sub_filter,
        placeholder,
        b"0" * room,
    )
    prepared = append_increment(
        document,
        {
            catalog: body_of(document, catalog, AcroForm=form),
            field_number: b"<< /FT /Sig /T (ChuKy) /V %d 0 R /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /F 132 >>"
            % value_number,
            value_number: value,
        },
    )
    start = prepared.index(b"<" + b"0" * 16)
    end = prepared.index(b">", start) + 1
    written = b"/ByteRange [0 %010d %010d %010d]" % (start, end, len(prepared) - end)
    return prepared.replace(placeholder, written)


def replaced_cms(pdf: bytes, cms: bytes) -> bytes:
    """Return the PDF with another CMS in the gap of its only signature."""
    (found,) = read_structure(pdf).signatures
    start, end = found.byte_range[1] + 1, found.byte_range[2] - 1
    digits = cms.hex().encode()
    assert len(digits) <= end - start
    return pdf[:start] + digits.ljust(end - start, b"0") + pdf[end:]


def judge(pdf: bytes, trust: TrustAnchors, *, at: datetime = BEGIN, **circumstances: Any) -> DocumentReport:  # noqa: ANN401
    """Judge a PDF."""
    return inspect_by(pdf, Circumstances(trust=trust, at=at, **circumstances))
