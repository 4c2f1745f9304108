"""Sentences for officials are Vietnamese throughout: no English detail slips in from where it was found."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

import vnsign
from tests.support import REPOSITORY, require_data
from vnsign.pdf.comparing.text_rules import LookProblem
from vnsign.pdf.reading.structure import ByteRangeProblem
from vnsign.report import Finding, FindingCode, Severity, SubIndication
from vnsign.verification.details import algorithm_name, vietnamese_detail, vietnamese_usage
from vnsign.verification.messages import Language, sentence

COMPARING = REPOSITORY / "src/vnsign/pdf/comparing"
#: Short words that no Vietnamese sentence has and hardly an English one lacks.
ENGLISH = re.compile(
    r"\b(the|is|are|was|of|not|cannot|no|than|its|read|with|without|by|to|from|a|an|changed|Error|object|more)\b"
)


def said(code: FindingCode, where: str = "ChuKy", **values: str) -> str:
    """Return the Vietnamese sentence of a finding."""
    return sentence(Finding(code=code, severity=Severity.ERROR, clause="", where=where, values=values), Language.VI)


def _oddities(module: Path) -> Iterator[str]:
    """Yield the constant texts by which a module calls a change odd."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "odd" and isinstance(node.value, ast.Constant):
            yield str(node.value.value)
        if isinstance(node, ast.FunctionDef) and node.name.startswith(("_oddity", "oddity", "_covered")):
            for line in ast.walk(node):
                if isinstance(line, ast.Return) and line.value is not None:
                    yield from (
                        str(part.value)
                        for part in ast.walk(line.value)
                        if isinstance(part, ast.Constant) and isinstance(part.value, str) and " " in part.value.strip()
                    )


@pytest.mark.parametrize("module", ["annotation_changes.py", "changes.py"])
def test_every_oddity_has_vietnamese_words(module: str) -> None:
    """Read from the code, so that a new one is noticed."""
    oddities = {text for text in _oddities(COMPARING / module) if not text.endswith(": ")}

    assert oddities
    assert {text for text in oddities if not vietnamese_detail(text)} == set()
    assert vietnamese_detail("more than a remark: /A") == "không chỉ là ghi chú /A"


@pytest.mark.parametrize(
    "problem",
    # a list says removeFromCRL of what is not revoked
    sorted({*LookProblem, *ByteRangeProblem, *(flag.value for flag in x509.ReasonFlags)} - {"removeFromCRL"}),
)
def test_every_problem_of_a_closed_set_has_vietnamese_words(problem: str) -> None:
    """What is wrong with a look or a byte range, and why a certificate was revoked."""
    assert vietnamese_detail(problem)


def test_a_detail_that_is_not_known_is_left_out() -> None:
    """And leaves no brackets behind; an English reader still gets it."""
    finding = Finding(
        code=FindingCode.SIGNATURE_BROKEN,
        severity=Severity.ERROR,
        clause="",
        where="ChuKy",
        values={"reason": "something new"},
    )

    assert sentence(finding, Language.VI) == "Có chữ ký nhưng chữ ký hỏng."
    assert sentence(finding, Language.EN) == "There is a signature but it is broken (something new)."


def test_what_an_official_reads_of_details() -> None:
    """The sentences themselves."""
    path = "cannot be read: Permission denied"
    holder = "1.2.840.113549.1.9.1=an@example.vn,CN=An"

    assert said(FindingCode.FILE_NOT_READABLE, reason=path) == "Không đọc được tệp (không có quyền đọc)."
    assert said(FindingCode.CONTENT_CHANGED, "page tree", before="3", after="1") == (
        "Nội dung văn bản bị thay đổi sau khi ký: danh sách trang (3 → 1 trang)."
    )
    assert said(FindingCode.CONTENT_CHANGED, "page 2 /Contents").endswith("sau khi ký: trang 2 /Contents.")
    assert said(FindingCode.ANNOTATION_CHANGED, "page 1 annotation 7 0 /Link", odd="covers content").endswith(
        "trang 1, chú thích 7 0 /Link (che nội dung của trang)."
    )
    assert said(FindingCode.CERTIFICATE_REVOKED, holder, revoked_at="2026-03-02T09:00:00Z", reason="keyCompromise") == (
        "Chứng thư của emailAddress=an@example.vn,CN=An đã bị thu hồi lúc 02/03/2026 16:00:00 (lý do: lộ khóa bí mật)."
    )
    assert said(FindingCode.ALGORITHM_NOT_ACCEPTED, "CN=An", algorithm="rsa-1024") == (
        "Thuật toán RSA 1024 bit không được chấp nhận tại thời điểm xét (CN=An)."
    )
    assert said(FindingCode.CHANGES_NOT_JUDGED, reason="a trailer is not in its plain form") == (
        "Chưa xét được hết các thay đổi sau khi ký (cấu trúc tệp bất thường, các phần mềm có thể hiển thị khác nhau)."
    )
    assert said(FindingCode.REVOCATION_NOT_CHECKED, "CN=An") == (
        "Chưa kiểm tra được chứng thư của CN=An có bị thu hồi hay không."
    )
    assert said(FindingCode.REVOCATION_NOT_CHECKED, "CN=An", at="2026-03-02T09:00:00Z", reason="evidence too old") == (
        "Chưa kiểm tra được chứng thư của CN=An có bị thu hồi hay không tại thời điểm 02/03/2026 16:00:00 "
        "(thông tin thu hồi quá cũ so với chính sách)."
    )
    assert said(FindingCode.NO_PATH_TO_ANCHOR, "") == (
        "Không tìm được đường dẫn tin cậy: chứng thư của (không tên) không thuộc tổ chức cấp mà bạn tin cậy."
    )
    assert vietnamese_usage("key_agreement, crl_sign") == (
        "thỏa thuận khóa (keyAgreement), ký danh sách thu hồi (cRLSign)"
    )
    assert [algorithm_name(name) for name in ("sha1", "sha512_256", "sha3_256", "ec-256", "md5", "1.2.3")] == [
        *("SHA-1", "SHA-512/256", "SHA3-256", "EC 256 bit", "MD5", "1.2.3"),
    ]


@pytest.mark.parametrize("code", list(FindingCode))
@pytest.mark.parametrize("reason", ["", "NO_POE", "the answer is not of the kind that was asked for"])
def test_no_sentence_holds_english(code: FindingCode, reason: str) -> None:
    """Whatever reason, problem or oddity a finding has."""
    details = {"reason": reason, "problem": reason, "odd": reason}
    text = said(code, "field Số văn bản", **({} if reason in SubIndication.__members__ else details), level="")

    assert not ENGLISH.search(text), text
    assert "()" not in text
    assert ": )" not in text


@pytest.mark.slow
def test_no_sentence_about_a_corpus_holds_english() -> None:
    """148 files of other people: what is theirs (names, values) taken out, nothing English is left."""
    verifier = vnsign.Verifier(trust=vnsign.TrustStore())
    files = [*require_data("pdf").rglob("*.pdf"), *require_data("vgca").rglob("*.pdf")]
    findings = [finding for file in files for finding in verifier.inspect_file(file).all_findings()]
    texts = {re.sub("“[^”]*”", "", sentence(nameless(finding), Language.VI)) for finding in findings}

    assert len(findings) > 400
    assert {text for text in texts if ENGLISH.search(text)} == set()


def nameless(finding: Finding) -> Finding:
    """Return the finding with the name of a certificate's holder or a field taken out."""
    where = re.sub(r"^field .*?( /\w+| widgets)?$", r"field X\1", finding.where)
    where = "CN=X" if "=" in where else where
    return Finding(
        code=finding.code, severity=finding.severity, clause=finding.clause, where=where, values=finding.values
    )
