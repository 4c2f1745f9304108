"""Text and HTML: the verdict first, nothing of a file obeyed, and a way out."""

from __future__ import annotations

import re

import pytest
from lxml import etree
from lxml.html import document_fromstring

from tests.report_kit import EVERY_VERDICT, FAILED, PASSED, SETTING, UNDECIDED, hostile_documents, items
from vnsign.rendering.advice import ADVICE
from vnsign.rendering.formats import Format, render
from vnsign.rendering.html import SUMMARY_FIRST_UP_TO
from vnsign.rendering.items import Setting
from vnsign.rendering.report_words import COVERAGES, LEVEL_REASONS, OUTCOMES, ROLES, STATES, STEPS
from vnsign.report import (
    CertificateRole,
    CertificateState,
    Coverage,
    DocumentReport,
    FindingCode,
    LevelReason,
    Outcome,
    Step,
)
from vnsign.verification.messages import FINDINGS, Language

ENGLISH = Setting(at=SETTING.at, language=Language.EN, version="1.2.3")


def said(*reports: DocumentReport, setting: Setting = SETTING, form: Format = Format.TEXT) -> str:
    """Return the report of documents."""
    return "".join(render(items(reports), form, setting))


def test_the_text_says_the_verdict_then_why_then_what_to_do() -> None:
    """An official reads from the top and may stop when it is enough."""
    text = said(FAILED)
    order = ["KHÔNG HỢP LỆ", "không dùng văn bản này", "Người ký", "Vì sao không hợp lệ", "Nội dung đã ký bị thay đổi"]
    order += ["Lưu ý", "Ghi nhận", "Cần làm gì", "gửi lại bản gốc"]

    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_what_could_not_be_checked_has_its_own_heading() -> None:
    """It is neither a failure nor a remark, and the reader is told what to do about it."""
    assert "What could not be checked:" in said(UNDECIDED, setting=ENGLISH)
    assert "Why it is not valid" not in said(UNDECIDED, setting=ENGLISH)
    assert "--online" in said(UNDECIDED, setting=ENGLISH)


def test_a_valid_document_needs_no_advice() -> None:
    """Nothing to do, nothing said; the level and why it is not the next one are."""
    text = said(PASSED, setting=ENGLISH)

    assert "What to do" not in text
    assert "PAdES-B-T (not PAdES-B-LT: no evidence of the status of the signer's certificate)" in text


@pytest.mark.parametrize("form", [Format.TEXT, Format.HTML])
def test_nothing_of_a_file_is_obeyed_by_a_terminal_or_a_reader(form: Format) -> None:
    """No control character but line ends, nothing that turns the direction of writing, no line of endless length."""
    text = said(*hostile_documents(), form=form)

    assert not re.search("[\0-\t\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", text)
    assert not re.search("[\ud800-\udfff]", text)
    assert max(map(len, text.splitlines())) < 20_000


def test_the_page_holds_no_element_of_a_file() -> None:
    """Parsed as a browser would: only elements that we write, no attribute that acts, nothing fetched."""
    page = document_fromstring(said(*hostile_documents(), *EVERY_VERDICT, form=Format.HTML))
    elements = {element.tag for element in page.iter() if isinstance(element.tag, str)}
    attributes = {name for element in page.iter() if isinstance(element.tag, str) for name in element.attrib}

    assert elements <= {
        *(
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "header",
            "h1",
            "h2",
            "h3",
            "h4",
            "p",
            "section",
            "article",
        ),
        *("span", "small", "table", "tr", "th", "td", "div", "ul", "ol", "li", "br", "code", "footer"),
    }
    assert attributes == {"lang", "charset", "http-equiv", "content", "name", "class", "scope"}
    assert not list(page.iter(etree.Comment))
    assert "url(" not in page.findtext(".//style")
    assert page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content") == [
        "default-src 'none'; style-src 'unsafe-inline'"
    ]


def test_a_hostile_name_can_still_be_read_on_the_page() -> None:
    """Escaped, not swallowed."""
    page = document_fromstring(said(*hostile_documents(), form=Format.HTML))

    assert any("<script>alert('x')</script>" in (heading.text or "") for heading in page.iter("h2"))


def test_the_summary_stands_before_the_documents_of_a_page() -> None:
    """Of very many it stands after them: they are not gathered."""
    few = said(*EVERY_VERDICT, form=Format.HTML)
    assert few.index('class="summary"') < few.index("<article")

    many = said(*[PASSED] * (SUMMARY_FIRST_UP_TO + 2), form=Format.HTML)
    assert many.index('class="summary"') > many.rindex("</article>")
    assert f"{SUMMARY_FIRST_UP_TO + 2} tệp" in many


def test_the_page_shows_path_and_steps_to_an_auditor() -> None:
    """Each certificate with status and evidence, each step with its clause."""
    page = said(PASSED, form=Format.HTML, setting=ENGLISH)

    assert "not revoked (OCSP)" in page
    assert "Cryptographic verification: passed" in page
    assert "EN 319 102-1 §5.2.7" in page


def test_every_closed_set_has_words_in_both_languages() -> None:
    """A new member of an enum needs its words."""
    for words, members in (
        (LEVEL_REASONS, LevelReason),
        (COVERAGES, Coverage),
        (STEPS, Step),
        (OUTCOMES, Outcome),
        (ROLES, CertificateRole),
        (STATES, CertificateState),
        (FINDINGS, FindingCode),
    ):
        assert set(words) == set(members)
        assert all(set(text) == set(Language) and all(text.values()) for text in words.values())


#: Remarks: nothing is to be done about them.
_REMARKS = {
    FindingCode.ALGORITHM_WEAK,
    FindingCode.CERTIFICATE_EXPIRED_LATER,
    FindingCode.CERTIFICATE_REVOKED_LATER,
    FindingCode.CLAIMED_TIME_DIFFERS,
    FindingCode.EVIDENCE_RECORD_NOT_SUPPORTED,
    FindingCode.SIGNATURE_POLICY_NOT_APPLIED,
    FindingCode.VALIDATION_INFORMATION_DATED,
    FindingCode.CONTENTS_NOT_PADDED,
    FindingCode.TIME_ONLY_CLAIMED,
    FindingCode.FIELDS_FILLED,
    FindingCode.SIGNATURES_ADDED,
    FindingCode.NOT_WHOLE_DOCUMENT,
}


def test_there_is_advice_for_whatever_is_no_mere_remark() -> None:
    """Whoever is told that something failed is told what to do."""
    assert set(FindingCode) - set(ADVICE) == _REMARKS
