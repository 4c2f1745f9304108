from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes

import vnsign
from tests.batch_kit import document
from tests.materials import Office, make_office
from vnsign.batch.recognising import is_signed_copy


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One office for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


def sign(pdf: bytes, signer: vnsign.Signer) -> bytes:
    """Sign without asking services."""
    return vnsign.sign_pdf(pdf, signer, check_status=False)


def recognised(source: bytes, target: bytes, office: Office, folder: Path) -> bool:
    """Return whether ``target`` is taken for the leader's signed copy of ``source``."""
    (folder / "source.pdf").write_bytes(source)
    (folder / "target.pdf").write_bytes(target)
    return is_signed_copy(
        folder / "source.pdf",
        folder / "target.pdf",
        certificate_sha256=office.leader.certificate.fingerprint(hashes.SHA256()).hex(),
        at=office.clock.now(),
    )


def test_a_signed_copy_is_recognised(office: Office, tmp_path: Path) -> None:
    """Also of a document that somebody, or the same person, had signed before."""
    other = vnsign.Signer.from_credential(
        office.authority.enroll(
            vnsign.CertificateProfile.OFFICIAL, vnsign.Subject(common_name="Trần Thị Bình", organization="UBND")
        )
    )
    for source in (document(1), sign(document(1), other), sign(document(1), office.leader)):
        assert recognised(source, sign(source, office.leader), office, tmp_path)
        assert not recognised(source, sign(source, other), office, tmp_path)


def test_anything_else_is_not(office: Office, tmp_path: Path) -> None:
    """The document itself, with something after it, cut off, changed, signed twice, or another one's copy."""
    source = document(1)
    signed = sign(source, office.leader)
    flipped = bytearray(signed)
    flipped[len(source) + 20] ^= 1
    for target in (
        source,
        source + b"% something\n",
        signed[:-100],
        bytes(flipped),
        sign(signed, office.leader),
        sign(document(2), office.leader),
        b"",
    ):
        assert not recognised(source, target, office, tmp_path)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", ["source.pdf", "target.pdf"])
def test_a_pipe_is_not_waited_for(name: str, office: Office, tmp_path: Path) -> None:
    """Where a document or its copy stood there is a pipe now: nobody may ever write into it."""
    (tmp_path / "source.pdf").write_bytes(document(1))
    (tmp_path / "target.pdf").write_bytes(sign(document(1), office.leader))
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)

    with pytest.raises(vnsign.InputError) as refused:
        is_signed_copy(
            tmp_path / "source.pdf", tmp_path / "target.pdf", certificate_sha256="0" * 64, at=office.clock.now()
        )

    assert refused.value.code is vnsign.ErrorCode.NOT_READABLE
