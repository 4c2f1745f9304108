"""Files that came with a document, judged for real: PDFs signed with real keys, forged, cut, locked, and no PDFs."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

import vnsign
from docflow import (
    DocflowError,
    ErrorCode,
    FileDrop,
    FileVerdict,
    InboxOutcome,
    IncomingDocument,
    IncomingState,
    Office,
    Post,
    ReceiptKind,
    SignatureVerdict,
)
from docflow.cli import main
from docflow.edxml import Attachment, NewDocument, build_message, parse_message
from docflow.evidence import parse_receipt
from docflow.exchange import name_parcel
from docflow.model import LAW_TIME_ZONE
from docflow.ports import Parts, SignerCertificate
from docflow.signing import PeerChecker, ReceiptSigner, SignatureChecker, certificate_sha256, check_files, received
from tests import materials
from tests.exchange_kit import make_named_agency, open_exchanging, seal_document
from tests.office_kit import SetClock

SENDER, RECEIVER = "H99", "H99.12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A receiver with certificates, and whoever sends to it.

    Attributes:
        message: A document with one sealed PDF, as its sender's office built it.
        annex: A PDF that the sending agency signed as a file that goes with a document.
    """

    people: materials.Office
    strangers: materials.Office
    trust: vnsign.TrustStore
    keys: Mapping[str, vnsign.Signer]
    message: NewDocument
    annex: bytes

    def post(self, *, documents: SignatureChecker | None) -> Post:
        """Return what the receiver needs to deal with the sender."""
        directory = {code: frozenset({certificate_sha256(key)}) for code, key in self.keys.items()}
        return Post(
            signer=ReceiptSigner(signer=self.keys[RECEIVER]),
            peers=PeerChecker(trust=self.trust, directory=directory),
            documents=documents,
        )

    def open(self, folder: Path, *, documents: SignatureChecker | None = None) -> Office:
        """Open the receiver's office; None: it judges by the trust of this scene, offline."""
        checker = documents or SignatureChecker(trust=self.trust, online=False)
        return Office.open(folder / RECEIVER, agency=make_named_agency(RECEIVER), post=self.post(documents=checker))

    def send(self, folder: Path, files: Mapping[str, bytes]) -> FileDrop:
        """Lay the document with these files beside it into the drop, signed by its sender."""
        attached = [
            Attachment(name=name, data=data, content_id=str(number + 100))
            for number, (name, data) in enumerate(files.items())
        ]
        message = replace(self.message, attachments=(*self.message.attachments, *attached))
        data = build_message(message)
        parts = Parts(message=data, message_cms=vnsign.sign_statement(data, self.keys[SENDER]))
        drop = FileDrop(folder / "drop")
        drop.send(parts, name=name_parcel(parts), recipient=RECEIVER)
        return drop


def seal_annex(office: materials.Office, pdf: bytes | None = None) -> bytes:
    """Return a PDF with an agency's signature as a file that goes with a document."""
    attachment = vnsign.SealedAttachment(number_symbol="1/QĐ-UBND", main_sha256="0" * 64)
    return vnsign.seal_attachment_pdf(
        pdf or materials.plain_pdf(),
        office.seal,
        attachment=attachment,
        field="KySo",
        tsa=office.tsa,
        revocation=office.crls,
        clock=office.clock,
    )


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """One authority for the module, and one that nobody trusts."""
    folder = tmp_path_factory.mktemp("authority")
    people, strangers = materials.make_office(folder / "own"), materials.make_office(folder / "strange")
    keys = {}
    for code in (SENDER, RECEIVER):
        subject = vnsign.Subject(common_name=f"Dịch vụ {code}", organization=f"Cơ quan {code}")
        keys[code] = vnsign.Signer.from_credential(people.authority.enroll(vnsign.CertificateProfile.SERVICE, subject))
    crls = tuple(x509.load_der_x509_crl(people.authority.crl(which)) for which in ("root", "issuing"))
    trust = vnsign.TrustStore(anchors=people.trust.anchors, intermediates=people.trust.intermediates, crls=crls)
    with open_exchanging(folder, SENDER, clock=SetClock()) as sender:
        seal_document(sender, "d", to=(RECEIVER,))
        drop = FileDrop(folder / "drop")
        sender.dispatch(drop)
        (delivery,) = drop.fetch(RECEIVER)
    assert delivery.parts is not None
    message = parse_message(delivery.parts.message or b"")
    assert isinstance(message, NewDocument)
    (main_pdf,) = message.attachments
    message = replace(message, attachments=(replace(main_pdf, data=materials.sealed(people)),))
    return Scene(people=people, strangers=strangers, trust=trust, keys=keys, message=message, annex=seal_annex(people))


def arrived(office: Office, drop: FileDrop) -> IncomingDocument:
    """Let the receiver collect, and return what came."""
    assert [reception.outcome for reception in office.collect(drop)] == [InboxOutcome.ACCEPTED]
    (document,) = office.incoming()
    return document


def flipped(data: bytes, at: int) -> bytes:
    """Return bytes with one bit changed."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def locked(pdf: bytes) -> bytes:
    """Return a PDF that needs a password to be opened."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="o", user="u", R=6))
    return out.getvalue()


def word_file() -> bytes:
    """Return a ZIP as DOCX is one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    return out.getvalue()


def every_kind(scene: Scene) -> dict[str, tuple[bytes, FileVerdict, set[str]]]:
    """Return a file of every kind by name, what its verdict must be, and reasons that must be among those given."""
    plain, annex = materials.plain_pdf(), scene.annex
    return {
        "phụ lục.pdf": (annex, FileVerdict.VALID, set()),
        "lãnh đạo ký.pdf": (materials.leader_signed(scene.people), FileVerdict.VALID, set()),
        "sửa một bit.pdf": (flipped(annex, len(plain) - 200), FileVerdict.FAILED, {"digest_mismatch"}),
        "cắt đôi.pdf": (annex[: len(annex) // 2], FileVerdict.FAILED, {"signature_broken", "pdf_cut_off"}),
        "thêm đầu.pdf": (b"junk\n" + annex, FileVerdict.FAILED, {"byte_range_invalid"}),
        "mất đuôi.pdf": (annex[:-20], FileVerdict.UNDECIDED, {"pdf_cut_off"}),
        "người lạ ký.pdf": (seal_annex(scene.strangers), FileVerdict.UNDECIDED, {"no_path_to_anchor"}),
        "không ký.pdf": (plain, FileVerdict.NOT_SIGNED, set()),
        "không ký, cắt.pdf": (plain[: len(plain) // 2], FileVerdict.NOT_CHECKABLE, {"pdf_not_readable"}),
        "không ký, mất đuôi.pdf": (plain[:-7], FileVerdict.NOT_CHECKABLE, {"pdf_cut_off"}),
        "không ký, thừa đuôi.pdf": (annex[: len(plain) + 500], FileVerdict.NOT_CHECKABLE, {"pdf_cut_off"}),
        "có mật khẩu.pdf": (locked(plain), FileVerdict.NOT_CHECKABLE, {"pdf_encrypted"}),
        "hỏng.pdf": (b"%PDF-1.7\n" + b"x" * 500, FileVerdict.NOT_CHECKABLE, {"pdf_not_readable"}),
        "dự thảo.docx": (word_file(), FileVerdict.NOT_CHECKABLE, {"not_a_pdf"}),
        "rỗng.pdf": (b"", FileVerdict.NOT_CHECKABLE, {"not_a_pdf"}),
        "ảnh.png": (materials.picture(), FileVerdict.NOT_CHECKABLE, {"not_a_pdf"}),
    }


def test_every_file_that_came_has_its_own_verdict(scene: Scene, tmp_path: Path) -> None:
    """Main and attached, of every kind, judged on arrival: valid, failed, undecided, not checkable, not signed.

    QĐ 28/2018 Điều 10.1: "bao gồm nội dung của văn bản điện tử đó và toàn bộ nội dung hồ sơ, tài liệu được gửi kèm
        theo"
    """
    kinds = every_kind(scene)
    with scene.open(tmp_path) as office:
        document = arrived(office, scene.send(tmp_path, {name: data for name, (data, _, _) in kinds.items()}))
        files = office.incoming_files(document.id)
        assert [file.name for file in files[1:]] == list(kinds)
        assert {file.name: file.verdict for file in files[1:]} == {n: verdict for n, (_, verdict, _) in kinds.items()}
        for file in files[1:]:
            assert kinds[file.name][2] <= set(file.reasons), file
        assert (files[0].is_main, files[0].verdict) == (True, FileVerdict.VALID)
        assert not any(file.is_main for file in files[1:])
        assert (document.verdict, document.files_verdict) == (SignatureVerdict.PASSED, FileVerdict.FAILED)
        assert {(file.checked_at, file.checked_by) for file in files} == {(document.arrived_at, "docflow")}
        assert office.verify_log().findings == ()


def test_who_signed_a_file_and_when_is_told_as_far_as_it_is_proved(scene: Scene, tmp_path: Path) -> None:
    """Name and agency as the certificate says; the time only from a trusted timestamp, and not of what failed.

    NĐ 30/2020 Điều 21.2a: "Văn thư cơ quan phải kiểm tra tính xác thực và toàn vẹn của văn bản điện tử và thực hiện
        tiếp nhận trên Hệ thống."
    """
    untimed = vnsign.sign_pdf(
        materials.prepared_pdf(),
        scene.people.leader,
        field=materials.LEADER,
        level="B-B",
        image=materials.picture(),
        check_status=False,
        clock=scene.people.clock,
    )
    sent = {"a": scene.annex, "b": untimed, "c": flipped(scene.annex, 300), "d": seal_annex(scene.strangers)}
    with scene.open(tmp_path) as office:
        document = arrived(office, scene.send(tmp_path, sent))
        main_file, annex, claimed, broken, strange = office.incoming_files(document.id)
        assert [one.signer for one in main_file.signatures] == ["Nguyễn Văn Ủy", "UBND tỉnh An Bình"]
        (seal,) = annex.signatures
        assert (seal.signer, seal.organization, seal.unit) == ("UBND tỉnh An Bình", "UBND tỉnh An Bình", "")
        assert seal.signed_at is not None
        assert abs(datetime.now(UTC) - seal.signed_at) < timedelta(hours=1)
        assert seal.certificate == certificate_sha256(scene.people.seal)
        assert "CN=" in seal.issuer
        assert int(seal.serial, 16) == scene.people.seal.certificate.serial_number
        assert claimed.signatures[0].signed_at is None
        assert (broken.signatures[0].verdict, broken.signatures[0].signed_at) == (FileVerdict.FAILED, None)
        assert (strange.signatures[0].verdict, strange.signatures[0].signer) == (
            FileVerdict.UNDECIDED,
            "UBND tỉnh An Bình",  # what the certificate says is told, and not vouched for
        )
        kept = {item.sha256 for item in office._store.list_records(SignerCertificate, subject=document.id)}
        passed = {one.certificate for file in (main_file, annex) for one in file.signatures}
        assert passed <= kept
        assert certificate_sha256(scene.strangers.seal) not in kept
        listed = {one.certificate: one for one in office.received_certificates()}
        assert listed.keys() == passed | {claimed.signatures[0].certificate}
        mine = listed[seal.certificate]
        assert (mine.documents, mine.valid_until) == (1, scene.people.seal.certificate.not_valid_after_utc)


def test_the_clerk_is_told_of_a_broken_signature_before_he_registers(scene: Scene, tmp_path: Path) -> None:
    """Refused with the file's name; sent back with a reason, the sender hears it.

    NĐ 30/2020 Điều 21.1a: "Trường hợp phát hiện có sai sót hoặc dấu hiệu bất thường, Văn thư cơ quan báo ngay người có
        trách nhiệm giải quyết và thông báo cho nơi gửi văn bản."
    """
    with scene.open(tmp_path) as office:
        drop = scene.send(tmp_path, {"phụ lục.pdf": flipped(scene.annex, 300), "bảng.docx": word_file()})
        document = arrived(office, drop)
        before = office.checkpoint()
        with pytest.raises(DocflowError) as caught:
            office.accept(document.id, actor="V")
        assert caught.value.code is ErrorCode.SIGNATURE_REFUSED
        assert "phụ lục.pdf" in caught.value.message
        assert "phụ lục.pdf" in caught.value.vi
        assert "bảng.docx" not in caught.value.message
        assert office.checkpoint() == before
        reason = "Chữ ký số trên phụ lục không hợp lệ"
        assert office.refuse(document.id, actor="V", reason=reason).state is IncomingState.REFUSED
        told = [parse_receipt(receipt.statement.encode()) for receipt in office.receipts(document.id)]
        assert [(one.kind, one.detail) for one in told][-1] == (ReceiptKind.REFUSED, reason)
        assert office.verify_log().findings == ()


def test_what_is_taken_nevertheless_is_taken_with_a_reason(scene: Scene, tmp_path: Path) -> None:
    """Blanks are no reason; it stands with the act. What is unsigned or undecided stops nothing, and needs none."""
    with scene.open(tmp_path) as office:
        document = arrived(office, scene.send(tmp_path, {"đơn.pdf": flipped(scene.annex, 300)}))
        with pytest.raises(DocflowError):
            office.accept(document.id, actor="V", reason="  ")
        reason = "Tệp của công dân, gửi kèm để xác minh"
        assert office.accept(document.id, actor="V", reason=reason).number == 1
        assert office.accept(document.id, actor="V", reason=reason).number == 1
        assert office.incoming_acts(document.id)[-1].text == reason
    harmless = {"a.pdf": materials.plain_pdf(), "b.pdf": seal_annex(scene.strangers), "c.docx": word_file()}
    with scene.open(tmp_path / "other") as office:
        document = arrived(office, scene.send(tmp_path / "other", harmless))
        assert document.files_verdict is FileVerdict.UNDECIDED
        with pytest.raises(DocflowError) as caught:
            office.accept(document.id, actor="V", reason=reason)  # whoever always sends one would be told of nothing
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
        assert office.accept(document.id, actor="V").number == 1


def test_a_failed_document_goes_back_as_before_and_its_files_are_not_kept(scene: Scene, tmp_path: Path) -> None:
    """The document itself must be a signed PDF: broken, locked, cut off or unsigned, it is returned on arrival."""
    good = scene.message.attachments[0].data
    plain = materials.plain_pdf()
    for number, bad in enumerate((flipped(good, 500), good[: len(good) // 2], locked(plain), plain, plain[:-7])):
        sent = replace(
            scene, message=replace(scene.message, attachments=(replace(scene.message.attachments[0], data=bad),))
        )
        with scene.open(tmp_path / str(number)) as office:
            (reception,) = office.collect(sent.send(tmp_path / str(number), {"phụ lục.pdf": scene.annex}))
            assert reception.outcome is InboxOutcome.REFUSED, number
            assert office.incoming() == ()


def test_files_are_looked_at_again_when_more_can_be_known(scene: Scene, tmp_path: Path) -> None:
    """Not checked, then undecided, then valid: each look is an act and stays; the same look again changes nothing."""
    drop = scene.send(tmp_path, {"phụ lục.pdf": scene.annex})
    with Office.open(
        tmp_path / RECEIVER, agency=make_named_agency(RECEIVER), post=scene.post(documents=None)
    ) as office:
        document = arrived(office, drop)
        assert (document.verdict, document.files_verdict) == (SignatureVerdict.NOT_CHECKED, None)
        assert {file.verdict for file in office.incoming_files(document.id)} == {FileVerdict.NOT_CHECKED}
        with pytest.raises(DocflowError) as caught:
            office.check_files(document.id, actor="V")
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
    blind = SignatureChecker(trust=vnsign.TrustStore(anchors=()), online=False)
    with scene.open(tmp_path, documents=blind) as office:
        looked = office.check_files(document.id, actor="V")
        assert (looked.verdict, looked.files_verdict) == (SignatureVerdict.UNDECIDED, FileVerdict.UNDECIDED)
        assert looked.act_count == document.act_count + 1
        assert office.check_files(document.id, actor="V").act_count == looked.act_count
    with scene.open(tmp_path) as office:
        again = office.check_files(document.id, actor="V")
        assert (again.verdict, again.files_verdict) == (SignatureVerdict.PASSED, FileVerdict.VALID)
        shown = office.incoming_files(document.id)
        assert {(file.verdict, file.checked_by) for file in shown} == {(FileVerdict.VALID, "V")}
        assert [(check.act, check.verdict) for check in office.incoming_file_checks(document.id)] == [
            (act, verdict)
            for act, verdict in enumerate((FileVerdict.UNDECIDED, FileVerdict.VALID), document.act_count)
            for _ in range(2)
        ]
        keyed = office.check_files(document.id, actor="V", idempotency_key="k")
        assert office.check_files(document.id, actor="V", idempotency_key="k").act_count == keyed.act_count
        assert office.verify_log().findings == ()


@pytest.mark.slow
def test_a_service_that_does_not_answer_leaves_a_file_undecided(scene: Scene, tmp_path: Path) -> None:
    """Nobody listens where the certificate's lists stand: could not check, never valid and never failed."""
    online = SignatureChecker(trust=scene.people.trust, online=True)
    bare = materials.leader_signed(scene.people)
    checks = online.check_files([("a", bare), ("b", b"no pdf")], at=datetime.now(UTC))
    assert [check.verdict for check in checks] == [FileVerdict.UNDECIDED, FileVerdict.NOT_CHECKABLE]
    assert checks[0].reasons == ("service_unreachable",)
    assert checks[0].detail
    with scene.open(tmp_path, documents=online) as office:
        # The document brings its own evidence; its envelope is judged by the lists at hand.
        document = arrived(office, scene.send(tmp_path, {"phụ lục.pdf": bare}))
        assert (document.verdict, document.files_verdict) == (SignatureVerdict.PASSED, FileVerdict.UNDECIDED)


def test_after_a_while_nothing_more_is_fetched(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends a thousand files whose certificates name dead addresses does not hold up the office for hours."""
    monkeypatch.setattr(received, "MAX_FETCHING_S", -1.0)
    bare = materials.leader_signed(scene.people)
    (check,) = check_files([("a", bare)], trust=scene.people.trust, online=True, at=datetime.now(UTC))
    assert (check.verdict, check.detail) == (FileVerdict.UNDECIDED, "")
    assert "revocation_not_checked" in check.reasons


@pytest.mark.slow
def test_two_hundred_files_are_judged_each(scene: Scene, tmp_path: Path) -> None:
    """A hundred signed, one of them broken, a hundred of other kinds: every one has its verdict and its row."""
    sent = {f"{number:03}.pdf": scene.annex for number in range(100)}
    sent["042.pdf"] = flipped(scene.annex, 300)
    sent |= {f"{number:03}.docx": word_file() for number in range(100, 200)}
    with scene.open(tmp_path) as office:
        document = arrived(office, scene.send(tmp_path, sent))
        files = office.incoming_files(document.id)[1:]
        assert len(files) == len(sent) == 200
        expected = [FileVerdict.VALID] * 100 + [FileVerdict.NOT_CHECKABLE] * 100
        expected[42] = FileVerdict.FAILED
        assert [file.verdict for file in files] == expected
        with pytest.raises(DocflowError, match=r"042\.pdf"):
            office.accept(document.id, actor="V")
        assert len(office.incoming_file_checks(document.id)) == 201
        assert office.verify_log().findings == ()


def test_the_command_shows_files_and_verdicts_in_vietnamese_and_as_json(scene: Scene, tmp_path: Path) -> None:
    """``docflow received``: for a reader with signer, time and reason; with --json for a program."""
    sent = {"phụ lục.pdf": scene.annex, "sửa\u202e.pdf": flipped(scene.annex, 300), "a.docx": word_file()}
    with scene.open(tmp_path) as office:
        document = arrived(office, scene.send(tmp_path, sent))
        (_, annex, _, _) = office.incoming_files(document.id)
    shown = CliRunner().invoke(main, ["received", str(tmp_path / RECEIVER), document.id])
    assert shown.exit_code == 0, shown.output
    lines = shown.output.splitlines()
    assert lines[1] == "Chữ ký số trên các tệp: chữ ký số không hợp lệ"
    assert "(văn bản): chữ ký số hợp lệ" in lines[2]
    assert annex.signatures[0].signed_at is not None
    moment = annex.signatures[0].signed_at.astimezone(LAW_TIME_ZONE)
    who = "   – UBND tỉnh An Bình, UBND tỉnh An Bình: chữ ký số hợp lệ"
    assert f"{who}; ký lúc {moment:%d/%m/%Y %H:%M:%S} +07:00" in lines
    assert "nội dung đã bị sửa sau khi ký [digest_mismatch]" in shown.output
    assert "không phải tệp PDF [not_a_pdf]" in shown.output
    assert "\u202e" not in shown.output
    record = json.loads(CliRunner().invoke(main, ["received", str(tmp_path / RECEIVER), document.id, "--json"]).output)
    assert record["files_verdict"] == "failed"
    assert [file["verdict"] for file in record["files"]] == ["valid", "valid", "failed", "not_checkable"]
    assert record["files"][1]["signatures"][0]["signer"] == "UBND tỉnh An Bình"


ANY_BYTES = st.one_of(
    st.binary(max_size=300),
    st.binary(max_size=300).map(lambda data: b"%PDF-1.7\n" + data),
    st.binary(max_size=300).map(lambda data: b"%PDF-1.7\n" + data + b"\n%%EOF\n"),
)


@given(ANY_BYTES)
@settings(max_examples=200, deadline=None)
def test_any_bytes_have_a_verdict_and_none_of_them_passes(data: bytes) -> None:
    """Nothing is raised, nothing unsigned is valid, and what could not be opened is not called unsigned."""
    (check,) = check_files(
        [("x", data)], trust=vnsign.TrustStore(anchors=()), online=False, at=datetime(2026, 1, 5, tzinfo=UTC)
    )
    assert check.verdict in {FileVerdict.NOT_CHECKABLE, FileVerdict.NOT_SIGNED, FileVerdict.FAILED}
    assert check.verdict is not FileVerdict.NOT_SIGNED or data.startswith(b"%PDF")


def test_a_cut_annex_never_passes_wherever_it_is_cut(scene: Scene) -> None:
    """Cut at every 400th byte, and all about the end of the first part: never valid, unsigned only where it ends."""
    cuts = [scene.annex[:length] for length in range(0, len(scene.annex) - 1, 400)]
    cuts += [scene.annex[:length] for length in range(len(materials.plain_pdf()) - 8, len(materials.plain_pdf()) + 40)]
    checks = check_files(
        [("x", data) for data in cuts], trust=scene.trust, online=False, at=datetime.now(UTC) + timedelta(seconds=5)
    )
    for data, check in zip(cuts, checks, strict=True):
        assert check.verdict is not FileVerdict.VALID
        if check.verdict is FileVerdict.NOT_SIGNED:
            assert data.rstrip().endswith(b"%%EOF")
