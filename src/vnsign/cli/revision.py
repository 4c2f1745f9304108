"""``vnsign revision``: which states a document has had, and one of them taken out, byte for byte.

What it does not do: judge. Whether a signature is valid says ``vnsign verify``.

Source: ISO 32000-2 §7.5.6, §12.8.1.
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from vnsign.adapters.files import read_bytes, write_whole
from vnsign.cli.measures import require_new
from vnsign.cli.usage_words import misuse
from vnsign.report import RevisionReport
from vnsign.verification.messages import Language, clean
from vnsign.wiring.revisions import extract_revision, list_revisions

_FILE = click.Path(path_type=Path)
_REVISION = {Language.VI: "Phiên bản", Language.EN: "Revision"}
_ADDED = {
    Language.VI: {
        "content": "nội dung",
        "signature": "chữ ký",
        "document_timestamp": "dấu thời gian của văn bản",
        "security_store": "bằng chứng kiểm tra (DSS)",
        "update": "thay đổi khác",
    },
    Language.EN: {
        "content": "content",
        "signature": "signature",
        "document_timestamp": "document timestamp",
        "security_store": "evidence (DSS)",
        "update": "another change",
    },
}


@click.command(epilog="Example: vnsign revision CV-15.pdf --field ChuKyNguoiKy --out as-signed.pdf")
@click.argument("document", metavar="FILE", type=_FILE)
@click.option("--list", "listed", is_flag=True, help="List the revisions (the default).")
@click.option("--number", type=click.IntRange(min=1), metavar="N", help="Take out revision N, 1 is the first.")
@click.option("--field", metavar="NAME", help="Take out exactly what the signature in this field covers.")
@click.option("-o", "--out", "target", metavar="OUT.pdf", type=_FILE, help="File to write it to.")
@click.option("--force", is_flag=True, help="Replace the file if it is there already.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--lang",
    type=click.Choice([language.value for language in Language]),
    default=Language.VI.value,
    show_default=True,
    help="Language of the text.",
)
def revision(
    document: Path,
    *,
    listed: bool,
    number: int | None,
    field: str | None,
    target: Path | None,
    force: bool,
    as_json: bool,
    lang: str,
) -> None:
    """List the states a document has had, or write one of them to a file: what somebody signed.

    It does not say whether a signature is valid; verify the file for that.
    Exit code: 0 done, 1 there is no such signature or the file cannot be read or written, 64 wrong usage.
    """
    language = Language(lang)
    which = number if field is None else field
    if sum((listed, number is not None, field is not None)) > 1:
        raise misuse("give one of --list, --number and --field", vi="chỉ dùng một trong --list, --number, --field")
    if (which is None) is not (target is None):
        raise misuse("--out goes with --number or --field", vi="--out đi với --number hoặc --field")
    pdf = read_bytes(document)
    if which is None or target is None:
        _print(list_revisions(pdf), as_json=as_json, language=language)
        return
    require_new(target, force=force)
    taken = extract_revision(pdf, which)
    write_whole(target, taken)
    if as_json:
        click.echo(json.dumps({"file": str(document), "output": str(target), "bytes": len(taken)}))
    else:
        click.echo(clean(f"{document} → {target}"))


def _print(revisions: tuple[RevisionReport, ...], *, as_json: bool, language: Language) -> None:
    if as_json:
        rows = [
            {"number": r.number, "bytes": r.end, "added": list(r.added), "signatures": list(r.signatures)}
            for r in revisions
        ]
        click.echo(json.dumps({"revisions": rows}, ensure_ascii=False, indent=2))
        return
    for one in revisions:
        added = ", ".join(_ADDED[language][word] for word in one.added)
        fields = f" ({', '.join(one.signatures)})" if one.signatures else ""
        click.echo(clean(f"{_REVISION[language]} {one.number}: {one.end} byte; {added}{fields}"))
