"""RFC 3161 from both sides: our tokens before foreign judges, foreign tokens before ours, and forgeries."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from asn1crypto import cms as asn1_cms
from asn1crypto import core as asn1_core
from asn1crypto import tsp as asn1_tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.support import require_data
from tests.unit.vnsign.authority.making import NOW, certify, infrastructure, openssl, pem
from vnsign.errors import ErrorCode, InputError, ServiceUnavailable, UsageError
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import KeyAlgorithm, generate_private_key, sign_bytes
from vnsign.pki.names import Subject
from vnsign.pki.tsa import DEFAULT_POLICY, TokenIssuer
from vnsign.pki.tsp import TimestampRequest, build_request, parse_reply, parse_token
from vnsign.policy.profiles import CertificateProfile

DATA = "Quyết định số 15/QĐ-UBND".encode()
REQUEST = TimestampRequest(imprint=hashlib.sha256(DATA).digest(), hash_name="sha256", nonce=2**80 + 1)

FOREIGN_TSA = """
[tsa]
default_tsa = t
[t]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/between.pem
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
signer_digest = sha256
accuracy = secs:1, millisecs:500
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = {hash_name}
"""


def stamp(request: bytes | None = None, *, credential: Credential | None = None, serial: int = 77) -> bytes:
    """Have our authority answer."""
    issuer = TokenIssuer(credential or infrastructure().tsa)
    return issuer.respond(build_request(REQUEST) if request is None else request, time=NOW, serial=serial)


class Answer(asn1_core.Sequence):  # type: ignore[misc]
    """TimeStampResp with the token optional, which asn1crypto's own class forgets."""

    _fields: ClassVar = [
        ("status", asn1_tsp.PKIStatusInfo),
        ("time_stamp_token", asn1_cms.ContentInfo, {"optional": True}),
    ]


def status_of(reply: bytes) -> tuple[str, set[str], bool]:
    """Status, failInfo and whether there is a token, as a foreign parser reads them."""
    parsed = Answer.load(reply, strict=True)
    fail_info = parsed["status"]["fail_info"].native
    has_token = not isinstance(parsed["time_stamp_token"], asn1_core.Void)
    return parsed["status"]["status"].native, set(fail_info or ()), has_token


def write_trust(folder: Path, algorithm: KeyAlgorithm = KeyAlgorithm.P256) -> None:
    """Write root and issuing authority for openssl."""
    own = infrastructure(algorithm)
    (folder / "root.pem").write_bytes(pem(own.root.certificate))
    (folder / "between.pem").write_bytes(pem(own.issuing.certificate))


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.P256, KeyAlgorithm.P384, KeyAlgorithm.RSA_2048])
@pytest.mark.parametrize("hash_name", ["sha256", "sha384", "sha512"])
def test_openssl_asks_and_accepts_our_answer(algorithm: KeyAlgorithm, hash_name: str, tmp_path: Path) -> None:
    """Openssl ts -query, our token, openssl ts -verify with the root only."""
    write_trust(tmp_path, algorithm)
    (tmp_path / "data").write_bytes(DATA)
    query = tmp_path / "query"
    assert openssl("ts", "-query", "-data", tmp_path / "data", f"-{hash_name}", "-cert", "-out", query).returncode == 0
    reply = tmp_path / "reply"
    reply.write_bytes(stamp(query.read_bytes(), credential=infrastructure(algorithm).tsa))
    at = str(int(NOW.timestamp()) + 60)
    verify: list[str | Path] = ["ts", "-verify", "-in", reply, "-CAfile", tmp_path / "root.pem", "-attime", at]
    for option, path in (("-queryfile", query), ("-data", tmp_path / "data")):
        result = openssl(*verify, option, path)
        assert result.returncode == 0, result.stderr.decode()
    text = openssl("ts", "-reply", "-in", reply, "-text").stdout.decode()
    assert "Status: Granted." in text
    assert f"Policy OID: {DEFAULT_POLICY}" in text
    assert "Time stamp: Mar  2 08:30:15 2026 GMT" in text


def test_without_cert_req_the_token_holds_no_certificate(tmp_path: Path) -> None:
    """RFC 3161 §2.4.1; openssl still verifies when it is given the certificates."""
    write_trust(tmp_path)
    (tmp_path / "data").write_bytes(DATA)
    openssl("ts", "-query", "-data", tmp_path / "data", "-sha256", "-no_nonce", "-out", tmp_path / "query")
    (tmp_path / "reply").write_bytes(stamp((tmp_path / "query").read_bytes()))
    (tmp_path / "all.pem").write_bytes(pem(infrastructure().tsa.certificate, infrastructure().issuing.certificate))
    result = openssl(
        "ts", "-verify", "-in", tmp_path / "reply", "-queryfile", tmp_path / "query", "-CAfile", tmp_path / "root.pem",
        "-untrusted", tmp_path / "all.pem", "-attime", str(int(NOW.timestamp()) + 60),
    )  # fmt: skip
    assert result.returncode == 0, result.stderr.decode()
    token = asn1_tsp.TimeStampResp.load((tmp_path / "reply").read_bytes())["time_stamp_token"]
    assert isinstance(token["content"]["certificates"], asn1_core.Void)


def test_a_foreign_parser_reads_the_token_as_we_mean_it() -> None:
    """Nonce, serial number, accuracy, ordering, ESSCertIDv2, certificates."""
    reply = asn1_tsp.TimeStampResp.load(stamp(serial=2**150 + 7), strict=True)
    signed_data = reply["time_stamp_token"]["content"]
    info = signed_data["encap_content_info"]["content"].parsed
    assert info["nonce"].native == REQUEST.nonce
    assert info["serial_number"].native == 2**150 + 7
    assert info["accuracy"]["seconds"].native == 1
    assert info["ordering"].native is False
    attributes = {item["type"].native: item["values"][0] for item in signed_data["signer_infos"][0]["signed_attrs"]}
    assert set(attributes) == {"content_type", "message_digest", "signing_certificate_v2"}
    reference = attributes["signing_certificate_v2"]["certs"][0]
    der = infrastructure().tsa.certificate.public_bytes(Encoding.DER)
    assert reference["cert_hash"].native == hashlib.sha256(der).digest()
    assert der in {item.dump() for item in signed_data["certificates"]}
    assert len(signed_data["certificates"]) == 2


def test_an_ordered_token_says_so_and_tells_microseconds() -> None:
    """RFC 3161 §2.4.2: its time alone orders it, so the fraction is not cut off; nor are zeros written at its end."""
    issuer = TokenIssuer(infrastructure().tsa, ordering=True, accuracy_s=3, policy="1.2.3.4")
    at = NOW + timedelta(microseconds=120)
    reply = asn1_tsp.TimeStampResp.load(issuer.respond(build_request(REQUEST), time=at, serial=1), strict=True)
    content = reply["time_stamp_token"]["content"]["encap_content_info"]["content"]
    info = content.parsed
    assert (info["ordering"].native, info["gen_time"].native, info["policy"].native) == (True, at, "1.2.3.4")
    assert info["accuracy"]["seconds"].native == 3
    assert b"20260302083015.00012Z" in content.contents
    whole = asn1_tsp.TimeStampResp.load(
        TokenIssuer(infrastructure().tsa).respond(build_request(REQUEST), time=at, serial=1)
    )
    assert whole["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed["gen_time"].native == NOW


def test_an_accuracy_below_a_second_is_refused() -> None:
    """Times are written in whole seconds."""
    with pytest.raises(UsageError) as caught:
        TokenIssuer(infrastructure().tsa, accuracy_s=0)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_a_request_is_read_by_a_foreign_parser() -> None:
    """RFC 3161 §2.4.1."""
    parsed = asn1_tsp.TimeStampReq.load(build_request(replace(REQUEST, policy="1.2.3")), strict=True)
    assert parsed["version"].native == "v1"
    assert parsed["message_imprint"]["hash_algorithm"]["algorithm"].native == "sha256"
    assert parsed["message_imprint"]["hashed_message"].native == REQUEST.imprint
    assert (parsed["nonce"].native, parsed["req_policy"].native, parsed["cert_req"].native) == (
        REQUEST.nonce,
        "1.2.3",
        True,
    )


@pytest.mark.parametrize(("hash_name", "size"), [("sha1", 20), ("md5", 16), ("sha256", 20), ("sha512", 32)])
def test_we_do_not_ask_for_a_weak_or_wrong_imprint(hash_name: str, size: int) -> None:
    """SHA-2 only, of its own length."""
    with pytest.raises(UsageError) as caught:
        build_request(TimestampRequest(imprint=bytes(size), hash_name=hash_name, nonce=1))
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


def altered_request(**changes: object) -> bytes:
    """A request changed by a foreign encoder."""
    request = asn1_tsp.TimeStampReq.load(build_request(REQUEST))
    for name, value in changes.items():
        request[name] = value
    return bytes(request.dump(force=True))


def imprint(name: str, size: int) -> dict[str, object]:
    """A MessageImprint of zeros."""
    return {"hash_algorithm": {"algorithm": name}, "hashed_message": bytes(size)}


@pytest.mark.parametrize(
    ("request_bytes", "fail_info"),
    [
        (b"", "bad_data_format"),
        (b"\x30\x80\x00\x00", "bad_data_format"),
        (b"GET / HTTP/1.1", "bad_data_format"),
        (altered_request(message_imprint=imprint("sha1", 20)), "bad_alg"),
        (altered_request(message_imprint=imprint("md5", 16)), "bad_alg"),
        (altered_request(message_imprint=imprint("sha256", 31)), "bad_data_format"),
        (altered_request(message_imprint=imprint("sha512", 32)), "bad_data_format"),
        (altered_request(version=2), "bad_request"),
        (altered_request(req_policy="1.2.3.4"), "unaccepted_policy"),
        (
            altered_request(extensions=[{"extn_id": "1.2.3", "critical": False, "extn_value": b"\x05\x00"}]),
            "unaccepted_extensions",
        ),
    ],
    ids=[
        "nothing",
        "empty BER",
        "HTTP",
        "SHA-1",
        "MD5",
        "short imprint",
        "wrong length",
        "version 2",
        "another policy",
        "extension",
    ],
)
def test_what_cannot_be_granted_is_rejected_with_its_reason(request_bytes: bytes, fail_info: str) -> None:
    """RFC 3161 §2.4.2: a TimeStampResp, never silence; no token in it."""
    reply = stamp(request_bytes)
    assert status_of(reply) == ("rejection", {fail_info}, False)
    with pytest.raises(ServiceUnavailable) as caught:
        parse_reply(reply, REQUEST)
    assert caught.value.code is ErrorCode.SERVICE_REFUSED


def test_the_policy_it_has_is_granted_on_request() -> None:
    """RFC 3161 §2.4.1: reqPolicy."""
    request = replace(REQUEST, policy=DEFAULT_POLICY)
    assert parse_reply(stamp(build_request(request)), request).policy == DEFAULT_POLICY


def test_an_authority_whose_certificate_has_ended_stamps_nothing() -> None:
    """A token dated outside its certificate is worthless."""
    issuer = TokenIssuer(infrastructure().tsa)
    reply = issuer.respond(build_request(REQUEST), time=NOW.replace(year=2040), serial=1)
    assert status_of(reply) == ("rejection", {"system_failure"}, False)


@pytest.mark.parametrize("profile", [CertificateProfile.SERVICE, CertificateProfile.OFFICIAL])
def test_only_a_timestamping_certificate_stamps(profile: CertificateProfile) -> None:
    """RFC 3161 §2.3."""
    with pytest.raises(UsageError) as caught:
        TokenIssuer(certify(profile))
    assert caught.value.code is ErrorCode.CERTIFICATE_NOT_USABLE


def test_our_own_answer_is_accepted() -> None:
    """What was asked is what is returned."""
    token = parse_reply(stamp(), REQUEST)
    assert (token.gen_time, token.imprint, token.hash_name) == (NOW, REQUEST.imprint, "sha256")
    assert token.certificate == infrastructure().tsa.certificate
    assert parse_token(token.der) == token


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, nonce=5),
        replace(REQUEST, imprint=hashlib.sha256(b"other").digest()),
        replace(REQUEST, imprint=hashlib.sha512(DATA).digest(), hash_name="sha512"),
        replace(REQUEST, policy="1.2.3.4"),
    ],
    ids=["nonce", "imprint", "hash", "policy"],
)
def test_the_answer_to_another_request_is_refused(other: TimestampRequest) -> None:
    """RFC 3161 §2.2: a replayed or swapped token does not answer."""
    with pytest.raises(InputError) as caught:
        parse_reply(stamp(), other)
    assert caught.value.code is ErrorCode.MALFORMED_TIMESTAMP


@pytest.mark.parametrize("hash_name", ["sha1", "sha256", "sha512"])
def test_a_foreign_authoritys_token_is_accepted(hash_name: str, tmp_path: Path) -> None:
    """Openssl ts as authority: signing-time, ordering, TSA name, ESSCertID v1 and v2, accuracy in milliseconds."""
    write_trust(tmp_path)
    tsa = infrastructure().tsa
    (tmp_path / "tsa.pem").write_bytes(pem(tsa.certificate))
    (tmp_path / "tsa.key").write_bytes(tsa.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "serial").write_text("01\n")
    (tmp_path / "conf").write_text(FOREIGN_TSA.format(folder=tmp_path, hash_name=hash_name))
    (tmp_path / "query").write_bytes(build_request(REQUEST))
    result = openssl("ts", "-reply", "-config", tmp_path / "conf", "-queryfile", tmp_path / "query")
    assert result.returncode == 0, result.stderr.decode()
    token = parse_reply(result.stdout, REQUEST)
    assert token.policy == "1.2.3.4.1"
    assert token.certificate == tsa.certificate


def test_a_token_in_indefinite_length_is_accepted_and_returned_as_der() -> None:
    """Some authorities write BER; the signature has to verify like any other."""
    der = parse_reply(stamp(), REQUEST).der
    content_info = asn1_cms.ContentInfo.load(der)
    signed_data = content_info["content"].dump()
    header = 4 if content_info.dump()[1] == 0x82 else 2
    inside = content_info.dump()[header:]
    ber = b"\x30\x80" + inside + b"\x00\x00"
    assert signed_data in ber
    assert parse_token(ber).der == der


def forged(change: str) -> bytes:
    """Return a token whose signature was true of something else."""
    token = asn1_cms.ContentInfo.load(parse_reply(stamp(), REQUEST).der)
    signed_data = token["content"]
    signer = signed_data["signer_infos"][0]
    match change:
        case "time":
            info = signed_data["encap_content_info"]["content"].parsed
            info["gen_time"] = NOW.replace(year=2020)
            signed_data["encap_content_info"]["content"] = asn1_core.ParsableOctetString(info.dump(force=True))
        case "digest and time":
            info = signed_data["encap_content_info"]["content"].parsed
            info["gen_time"] = NOW.replace(year=2020)
            payload = info.dump(force=True)
            signed_data["encap_content_info"]["content"] = asn1_core.ParsableOctetString(payload)
            for attribute in signer["signed_attrs"]:
                if attribute["type"].native == "message_digest":
                    attribute["values"] = [hashlib.sha256(payload).digest()]
        case "no signed attributes":
            del signer["signed_attrs"]
        case "no certificates":
            del signed_data["certificates"]
        case "no signer":
            signed_data["signer_infos"] = []
        case "two signers":
            signed_data["signer_infos"] = [signer, signer]
        case "no reference":
            kept = [item for item in signer["signed_attrs"] if item["type"].native != "signing_certificate_v2"]
            signer["signed_attrs"] = asn1_cms.CMSAttributes(kept)
        case "another content type":
            signed_data["encap_content_info"]["content_type"] = "data"
    return bytes(token.dump(force=True))


@pytest.mark.parametrize(
    "change",
    [
        "time",
        "digest and time",
        "no signed attributes",
        "no certificates",
        "no signer",
        "two signers",
        "no reference",
        "another content type",
    ],
)
def test_a_forged_token_is_refused(change: str) -> None:
    """RFC 5652 §5.4, §5.6; RFC 3161 §2.4.2: digest, signature, reference and one signer, all of them."""
    with pytest.raises(InputError) as caught:
        parse_token(forged(change))
    assert caught.value.code is ErrorCode.MALFORMED_TIMESTAMP


def resigned(change: str) -> bytes:
    """Return a token that the authority's own key signed, but that says what no token may say."""
    token = asn1_cms.ContentInfo.load(parse_reply(stamp(), REQUEST).der)
    signer = token["content"]["signer_infos"][0]
    attributes = [asn1_cms.CMSAttribute.load(item.dump()) for item in signer["signed_attrs"]]
    for attribute in attributes:
        match (change, attribute["type"].native):
            case ("signed content type", "content_type"):
                attribute["values"] = ["data"]
            case ("two digests", "message_digest"):
                attribute["values"] = [attribute["values"][0].native, bytes(32)]
            case _:
                continue
    if change == "attribute twice":
        digest = next(item for item in attributes if item["type"].native == "message_digest")
        attributes.append(
            asn1_cms.CMSAttribute({"type": "message_digest", "values": [digest["values"][0].native[::-1]]})
        )
    signer["signed_attrs"] = asn1_cms.CMSAttributes(attributes)
    signed = b"\x31" + signer["signed_attrs"].dump(force=True)[1:]
    signer["signature"] = sign_bytes(infrastructure().tsa.key, signed, hashes.SHA256())
    return bytes(token.dump(force=True))


def test_a_token_that_was_signed_again_unchanged_is_accepted() -> None:
    """The forger's tool works: what is refused below is refused for its content."""
    assert parse_token(resigned("nothing")).imprint == REQUEST.imprint


@pytest.mark.parametrize("change", ["signed content type", "two digests", "attribute twice"])
def test_a_token_whose_signed_attributes_are_ambiguous_or_of_another_thing_is_refused(change: str) -> None:
    """RFC 5652 §5.3, §11.1, §11.2: one value each, and the content type is TSTInfo."""
    with pytest.raises(InputError) as caught:
        parse_token(resigned(change))
    assert caught.value.code is ErrorCode.MALFORMED_TIMESTAMP


def certified_for(*purposes: x509.ObjectIdentifier, critical: bool) -> Credential:
    """A credential of no profile of ours, made for these purposes."""
    key, issuer = generate_private_key(), infrastructure().issuing
    name = Subject(common_name="Máy chủ khác", organization="Sở Thử nghiệm").to_name()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(99)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=critical)
    )
    certificate = builder.sign(issuer.key, hashes.SHA256())
    return Credential(key=key, certificate=certificate, chain=(issuer.certificate, *issuer.chain))


@pytest.mark.parametrize(
    ("purposes", "critical"),
    [
        ((ExtendedKeyUsageOID.TIME_STAMPING,), False),
        ((ExtendedKeyUsageOID.CLIENT_AUTH,), True),
        ((ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CLIENT_AUTH), True),
    ],
    ids=["not critical", "another purpose", "two purposes"],
)
def test_our_authority_does_not_stamp_with_a_certificate_that_is_not_for_it_alone(
    purposes: tuple[x509.ObjectIdentifier, ...],
    critical: bool,  # noqa: FBT001
) -> None:
    """RFC 3161 §2.3."""
    with pytest.raises(UsageError) as caught:
        TokenIssuer(certified_for(*purposes, critical=critical))
    assert caught.value.code is ErrorCode.CERTIFICATE_NOT_USABLE


@pytest.mark.parametrize("forger", ["a person", "a client certificate"])
def test_a_token_signed_by_who_is_no_timestamping_authority_is_refused(forger: str) -> None:
    """RFC 3161 §2.3: the purpose is checked, not only the signature."""
    person = certify(CertificateProfile.OFFICIAL)
    client = certified_for(ExtendedKeyUsageOID.CLIENT_AUTH, critical=True)
    with pytest.MonkeyPatch.context() as patch:
        # The forger's own authority has no scruples about its certificate.
        patch.setattr("vnsign.pki.tsa._check_purpose", lambda _certificate: None)
        issuer = TokenIssuer(person if forger == "a person" else client)
    reply = issuer.respond(build_request(REQUEST), time=NOW, serial=1)
    with pytest.raises(InputError) as caught:
        parse_reply(reply, REQUEST)
    assert caught.value.code is ErrorCode.MALFORMED_TIMESTAMP


@pytest.mark.parametrize("reply", [b"", b"<html></html>", b"\x30\x03\x02\x01\x00", b"\x30\x05\x30\x03\x02\x01\x00"])
def test_what_is_no_answer_is_our_error(reply: bytes) -> None:
    """A proxy's page, an empty body, a grant without a token."""
    with pytest.raises(InputError) as caught:
        parse_reply(reply, REQUEST)
    assert caught.value.code is ErrorCode.MALFORMED_TIMESTAMP


@pytest.mark.parametrize(
    ("document", "gen_time", "serial", "policy", "certificates"),
    [
        ("qd28-2018", datetime(2018, 8, 8, 7, 57, 17, tzinfo=UTC), 0x773D27, "1.1.2", 1),
        ("nd30-2020", datetime(2020, 3, 19, 7, 48, 45, tzinfo=UTC), 0x4B83A9D9CBDB438B, "2.16.704.1.1.1.2", 2),
    ],
)
def test_real_tokens_of_the_governments_authority_verify(
    document: str, gen_time: datetime, serial: int, policy: str, certificates: int
) -> None:
    """ESSCertID v1 and v2, SHA-1 imprints, a root in the bag: read, checked, and not trusted for that."""
    folder = require_data("vgca/cms")
    token = parse_token((folder / f"{document}-timestamptoken.der").read_bytes())
    value = (folder / f"{document}-signaturevalue.bin").read_bytes()
    assert (token.gen_time, token.serial_number, token.policy) == (gen_time, serial, policy)
    assert (token.hash_name, token.imprint) == ("sha1", hashlib.sha1(value, usedforsecurity=False).digest())
    assert len(token.certificates) == certificates
