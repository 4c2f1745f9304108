"""``docflow received``: the files that came with a document, and what their signatures are worth, for a reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import click

from docflow.cli.office.commands import print_json
from docflow.cli.places import place_of
from docflow.model import LAW_TIME_ZONE, ReceivedSignature
from docflow.model.received import show_text
from docflow.wiring import FileVerdict, IncomingDocument, ReceivedFile, reopen_office

_MAX_CHARS = 200
_REASONS: Mapping[str, str] = {
    "not_a_pdf": "không phải tệp PDF",
    "pdf_encrypted": "tệp cần mật khẩu để mở",
    "pdf_not_readable": "tệp PDF hỏng, không đọc được",
    "pdf_cut_off": "tệp PDF bị cắt cụt, hoặc có phần thừa sau chỗ kết thúc",
    "signature_broken": "chữ ký bị hỏng",
    "byte_range_invalid": "vùng dữ liệu được ký không hợp lệ",
    "digest_mismatch": "nội dung đã bị sửa sau khi ký",
    "signature_value_invalid": "giá trị chữ ký sai",
    "content_changed": "nội dung đã bị sửa sau khi ký",
    "changes_not_judged": "chưa đánh giá được thay đổi sau khi ký",
    "no_path_to_anchor": "chứng thư số không thuộc tổ chức được tin cậy",
    "certificate_expired": "chứng thư số hết hạn khi ký",
    "certificate_revoked": "chứng thư số đã bị thu hồi khi ký",
    "revocation_not_checked": "chưa kiểm tra được trạng thái chứng thư số",
    "service_unreachable": "không kết nối được dịch vụ kiểm tra chứng thư số",
}
"""The usual reasons in words; the others are shown by their codes."""


@click.command(epilog="Example: docflow received demo-out/agencies/H99.1 den-0123 --json")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.argument("incoming_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def received(directory: Path, incoming_id: str, *, as_json: bool) -> None:
    """Show the files that came with a document, and what the last look at their signatures found.

    Nothing is judged here: docflow office incoming check-files looks again.
    """
    with reopen_office(place_of(directory), home=directory) as office:
        document, files = office.incoming_document(incoming_id), office.incoming_files(incoming_id)
    if as_json:
        print_json({"id": document.id, "files_verdict": document.files_verdict, "files": files})
    else:
        click.echo("\n".join(_lines(document, files)))


def _lines(document: IncomingDocument, files: tuple[ReceivedFile, ...]) -> Iterator[str]:
    yield show_text(f"{document.symbol} – {document.sender_name}: {document.subject}", 3 * _MAX_CHARS)
    yield f"Chữ ký số trên các tệp: {(document.files_verdict or FileVerdict.NOT_CHECKED).vi}"
    if not files:
        yield "Không có tệp: văn bản nhận trực tiếp, hoặc tệp đã bị hủy."
    for file in files:
        what = " (văn bản)" if file.is_main else ""
        yield f"{file.position}. {show_text(file.name, _MAX_CHARS)}{what}: {file.verdict.vi}{_why(file.reasons)}"
        for signature in file.signatures:
            yield f"   – {_describe(signature)}"
        left_out = file.signature_count - len(file.signatures)
        if left_out:
            yield f"   – và {left_out} chữ ký khác"
    looked = next((file for file in files if file.checked_at), None)
    if looked and looked.checked_at:
        yield f"Kiểm tra lúc {_time(looked.checked_at)}, người thực hiện: {looked.checked_by}"


def _describe(signature: ReceivedSignature) -> str:
    who = ", ".join(filter(None, (signature.signer, signature.unit, signature.organization))) or "không rõ người ký"
    when = f"; ký lúc {_time(signature.signed_at)}" if signature.signed_at else "; thời điểm ký chưa được chứng thực"
    return f"{who}: {signature.verdict.vi}{when}{_why(tuple(signature.reasons.split()))}"


def _why(reasons: tuple[str, ...]) -> str:
    """Put reasons into words, each with its code: programs and letters to a sender use that."""
    said = [f"{_REASONS[code]} [{code}]" if code in _REASONS else f"[{code}]" for code in reasons]
    return f" – {'; '.join(said)}" if said else ""


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(LAW_TIME_ZONE):%d/%m/%Y %H:%M:%S} +07:00"
