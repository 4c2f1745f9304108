"""An argument of a wrong type at the front door of signing is the caller's mistake, told as such."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import vnsign
from tests.materials import NUMBER, Office, leader_signed, make_office, numbered, picture, plain_pdf, prepared_pdf

#: What callers pass by mistake; ``Path`` stands for a folder that is there.
WRONG: Mapping[str, object] = {
    "None": None,
    "text": "abc",
    "bytes": b"abc",
    "empty": b"",
    "no text": "\udcff",
    "number": 5,
    "fraction": float("nan"),
    "list": [object()],
    "folder": Path("/"),
    "object": object(),
    "class": dict,
    "naive time": datetime(2026, 1, 5),  # noqa: DTZ001 — that is the mistake
    "huge": 10**30,
}


class NaiveClock:
    """Forgets the zone."""

    def now(self) -> datetime:
        """Return a time that could be anywhere."""
        return datetime(2026, 1, 5, 8)  # noqa: DTZ001


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


Call = tuple[Callable[..., Any], dict[str, Any]]


def calls(office: Office, folder: Path) -> dict[str, Call]:
    """Return good calls of every verb that signs, by name: each argument is then spoilt in turn."""
    place = vnsign.Place(page=1, at_mm=(20.0, 30.0), size_mm=(45.0, 22.0))
    source = folder / "a.pdf"
    source.write_bytes(plain_pdf())
    how: dict[str, Any] = {
        "field": "Ky",
        "level": "B-B",
        "tsa": office.tsa,
        "image": picture(),
        "place": place,
        "certify": True,
        "reason": "Duyệt",
        "location": "An Bình",
        "revocation": office.crls,
        "check_status": False,
        "clock": office.clock,
    }
    seal = {"tsa": office.tsa, "level": "B-B", "revocation": office.crls, "check_status": False, "clock": office.clock}
    attachment = vnsign.SealedAttachment(number_symbol="15/QĐ-UBND", main_sha256="0" * 64)
    copy = vnsign.SealedCopy(form=vnsign.CopyForm.SAO_Y, direction=vnsign.CopyDirection.PAPER_TO_ELECTRONIC)
    text = vnsign.TextPlace(page=1, at_mm=(30.0, 40.0), width_mm=40.0)
    job = vnsign.SignJob(source=source, target=folder / "out" / "a.pdf")
    many = {name: value for name, value in how.items() if name != "certify"}
    return {
        "sign_pdf": (vnsign.sign_pdf, {"pdf": plain_pdf(), "signer": office.leader, **how}),
        "sign_file": (vnsign.sign_file, {"pdf": source, "out": folder / "b.pdf", "signer": office.leader, **how}),
        "sign_many": (
            lambda **given: list(vnsign.sign_many(**given)),
            {
                "jobs": [job],
                "signer": office.leader,
                "journal": folder / "journal",
                "workers": 1,
                "force": True,
                **many,
            },
        ),
        "seal_pdf": (
            vnsign.seal_pdf,
            {"pdf": numbered(leader_signed(office)), "signer": office.seal, "field": "ConDauCoQuan"}
            | {"trust": office.trust, "image": picture(), "purpose": vnsign.SealPurpose.ISSUED_DOCUMENT}
            | seal,
        ),
        "seal_attachment_pdf": (
            vnsign.seal_attachment_pdf,
            {"pdf": plain_pdf(), "signer": office.seal, "attachment": attachment, "trust": office.trust, **seal},
        ),
        "seal_copy_pdf": (vnsign.seal_copy_pdf, {"pdf": plain_pdf(), "signer": office.seal, "copy": copy, **seal}),
        "fill_pdf": (vnsign.fill_pdf, {"pdf": prepared_pdf(), "values": {NUMBER: "15"}}),
        "extend_pdf": (
            vnsign.extend_pdf,
            {"pdf": leader_signed(office), "level": "B-T", "tsa": office.tsa, "revocation": office.crls}
            | {"known": list(office.authority.certificates()), "clock": office.clock},
        ),
        "archive_until": (vnsign.archive_until, {"pdf": plain_pdf()}),
        "preview_pdf": (vnsign.preview_pdf, {"pdf": plain_pdf(), "place": place, "image": picture(), "dpi": 30}),
        "seal_place": (vnsign.seal_place, {"pdf": plain_pdf(), "person": place, "seal_mm": (36.0, 36.0)}),
        "prepare_official_pdf": (
            vnsign.prepare_official_pdf,
            {"pdf": plain_pdf(), "persons": [place], "seal_mm": (36.0, 36.0), "number": text, "date": text}
            | {"find_blanks": False},
        ),
        "prepare_pdf": (
            vnsign.prepare_pdf,
            {
                "pdf": plain_pdf(),
                "text_fields": [
                    vnsign.TextFieldSpec(name="so", label="Số", page=0, x=1.0, baseline=1.0, width=100.0, size=13.0)
                ],
                "signature_fields": [
                    vnsign.SignatureFieldSpec(
                        name="Ky", label="Ký", box=vnsign.Box(page=0, x=1.0, y=2.0, width=3.0, height=4.0)
                    )
                ],
            },
        ),
        "find_place": (
            lambda **given: _not_found(vnsign.find_place, given),
            {"pdf": plain_pdf(), "position": "CHỦ TỊCH", "name": "A", "size_mm": (45.0, 22.0), "page": 1},
        ),
        "sign_statement": (
            vnsign.sign_statement,
            {"statement": b"x", "signer": office.leader, "tsa": office.tsa},
        ),
        "from_credential": (vnsign.Signer.from_credential, {"credential": _credential(office), "pss": False}),
        "from_pem": (
            lambda **given: _not_found(vnsign.Signer.from_pem, given),
            {"key": folder / "no", "certificate": folder / "no", "chain": [folder / "no"], "passphrase": b"x"},
        ),
        "from_pkcs12": (
            lambda **given: _not_found(vnsign.Signer.from_pkcs12, given),
            {"path": folder / "no", "passphrase": b"x", "hash_name": "sha256", "holder": vnsign.Holder.PERSON},
        ),
    }


def _credential(office: Office) -> vnsign.Credential:
    subject = vnsign.Subject(common_name="Lê Văn Cường", organization="UBND tỉnh An Bình")
    return office.authority.enroll(vnsign.CertificateProfile.OFFICIAL, subject)


def _not_found(function: Callable[..., Any], given: Mapping[str, Any]) -> None:
    """Call what finds nothing in these materials: that is a good call too."""
    try:
        function(**given)
    except vnsign.InputError as exc:
        if exc.code not in {vnsign.ErrorCode.NOT_READABLE, vnsign.ErrorCode.TEXT_NOT_FOUND}:
            raise


VERBS = (
    *("sign_pdf", "sign_file", "sign_many", "seal_pdf", "seal_attachment_pdf", "seal_copy_pdf", "fill_pdf"),
    *("extend_pdf", "archive_until", "preview_pdf", "seal_place", "prepare_official_pdf", "prepare_pdf", "find_place"),
    *("sign_statement", "from_credential", "from_pem", "from_pkcs12"),
)


@pytest.mark.parametrize(
    "verb", [verb if verb == "sign_pdf" else pytest.param(verb, marks=pytest.mark.slow) for verb in VERBS]
)
def test_a_wrong_argument_is_our_error(
    office: Office, verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every argument of every verb, spoilt in every way: a result or our own error, never one from inside."""
    monkeypatch.chdir(tmp_path)
    function, good = calls(office, tmp_path)[verb]
    function(**good)
    refused = 0
    for name in good:
        for kind, wrong in WRONG.items():
            try:
                function(**(good | {name: wrong}))
            except vnsign.VnsignError as exc:
                refused += exc.code is vnsign.ErrorCode.BAD_ARGUMENT
            except Exception as exc:  # noqa: BLE001
                pytest.fail(f"{verb}({name}={kind}): {type(exc).__name__}: {exc}")
    assert refused >= 5 * len(good)


def test_what_a_place_or_a_field_holds_is_looked_at_too(office: Office) -> None:
    """The error names the part."""
    place = vnsign.Place(page=1, at_mm=(20.0, 30.0))
    for part, wrong in (("page", "1"), ("at_mm", (1.0,)), ("at_mm", ("a", "b")), ("size_mm", 5.0), ("page", True)):
        spoilt = replace(place, **{part: wrong})  # type: ignore[arg-type]  # that is the mistake
        with pytest.raises(vnsign.UsageError, match=rf"place\.{part}"):
            vnsign.sign_pdf(plain_pdf(), office.leader, image=picture(), place=spoilt, check_status=False)


def test_a_keyword_that_is_none_is_refused(office: Office, tmp_path: Path) -> None:
    """A level that is misspelt must not become a lower one."""
    (tmp_path / "a.pdf").write_bytes(plain_pdf())
    with pytest.raises(vnsign.UsageError, match="lvl"):
        vnsign.sign_file(
            tmp_path / "a.pdf",
            tmp_path / "b.pdf",
            office.leader,
            lvl="B-LTA",
            check_status=False,  # type: ignore[call-arg]
        )
    assert not (tmp_path / "b.pdf").exists()


def test_a_clock_without_a_zone_is_refused(office: Office) -> None:
    """Seven hours decide whether a certificate was in force."""
    with pytest.raises(vnsign.UsageError, match="zone"):
        vnsign.sign_pdf(plain_pdf(), office.leader, check_status=False, clock=NaiveClock())
    with pytest.raises(vnsign.UsageError, match="zone"):
        vnsign.seal_pdf(
            numbered(leader_signed(office)),
            office.seal,
            field="ConDauCoQuan",
            trust=office.trust,
            tsa=office.tsa,
            clock=NaiveClock(),
        )


def test_a_text_that_cannot_be_written_is_refused_and_such_a_file_name_is_not(office: Office, tmp_path: Path) -> None:
    """Bytes that are no UTF-8 may stand in the name of a file, not in a reason: and the PDF is not to blame."""
    for name in ("reason", "location", "field"):
        with pytest.raises(vnsign.UsageError, match=f"{name} holds bytes that are no text"):
            vnsign.sign_pdf(plain_pdf(), office.leader, check_status=False, **{name: "a\udcff"})  # type: ignore[arg-type]
    (tmp_path / "a\udcff.pdf").write_bytes(plain_pdf())
    vnsign.sign_file(str(tmp_path / "a\udcff.pdf"), str(tmp_path / "b\udcff.pdf"), office.leader, check_status=False)
    assert (tmp_path / "b\udcff.pdf").exists()


def test_a_passphrase_is_not_shown(tmp_path: Path) -> None:
    """The error says what was given, not what it was."""
    with pytest.raises(vnsign.UsageError) as caught:
        vnsign.Signer.from_pkcs12(tmp_path, "mật khẩu")  # type: ignore[arg-type]
    assert "passphrase" in str(caught.value)
    assert "mật khẩu" not in str(caught.value)


def test_good_arguments_of_every_kind_are_let_pass(office: Office) -> None:
    """Subclasses, sequences of authorities, whole numbers for measures, aware times of any zone."""
    clock = type("Clock", (), {"now": lambda _self: datetime.now(UTC).astimezone()})()
    signed = vnsign.sign_pdf(
        plain_pdf(),
        office.leader,
        level=vnsign.TargetLevel.B_T,
        tsa=[office.tsa],
        image=picture(),
        place=vnsign.Place(page=1, at_mm=(20, 30), size_mm=(45, 22)),
        check_status=False,
        clock=clock,
    )
    assert len(vnsign.inspect_pdf(signed, trust=office.trust).signatures) == 1
