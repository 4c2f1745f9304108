"""``vnsign seal``: the agency's signature on an issued document, an attachment or a copy.

Source: NĐ 30/2020/NĐ-CP Điều 25, 32.2; Phụ lục I Phần I mục II.8, III.1.d, Phần II mục I.3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import click

from vnsign.adapters.files import read_bytes, write_whole
from vnsign.adapters.trust_folder import read_trust_folder
from vnsign.cli.key_options import KeyOptions, key_options
from vnsign.cli.measures import require_new
from vnsign.cli.usage_words import lang_option, misuse
from vnsign.pki.anchors import TrustAnchors
from vnsign.policy.decree30 import AGENCY_TEXT_FIELD, SEAL_FIELD, CopyDirection, CopyForm
from vnsign.signing.levels import TargetLevel
from vnsign.signing.roles import SealedAttachment, SealedCopy
from vnsign.signing.signer import Holder
from vnsign.wiring.sealing import seal_attachment_pdf, seal_copy_pdf, seal_pdf
from vnsign.wiring.signers import Signer

_FILE = click.Path(path_type=Path)
_FORMS = {"sao-y": CopyForm.SAO_Y, "sao-luc": CopyForm.SAO_LUC, "trich-sao": CopyForm.TRICH_SAO}
_ORIGINS = {"paper": CopyDirection.PAPER_TO_ELECTRONIC, "electronic": CopyDirection.ELECTRONIC_TO_ELECTRONIC}


@click.command(
    epilog="Example: vnsign seal CV-15.pdf -o sealed.pdf --p12 agency.p12 --tsa http://tsa.example.gov.vn "
    "--trust trust --image seal.png"
)
@click.argument("document", metavar="IN.pdf", type=_FILE)
@key_options
@click.option("-o", "--out", "target", required=True, metavar="OUT.pdf", type=_FILE, help="File to write.")
@click.option("--tsa", "tsas", metavar="URL", multiple=True, required=True, help="RFC 3161 service; several in order.")
@click.option(
    "--level",
    type=click.Choice([level.value for level in TargetLevel if level is not TargetLevel.B_B]),
    default=TargetLevel.B_LT.value,
    show_default=True,
    help="What the signature shall reach.",
)
@click.option(
    "--trust",
    "trust_folder",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the roots that the leader's certificate must lead to; not needed for a copy.",
)
@click.option("--image", metavar="PNG", type=_FILE, help="The seal; shown on an issued document only.")
@click.option("--field", help=f"Field to sign [default: {SEAL_FIELD}; {AGENCY_TEXT_FIELD} on attachments and copies].")
@click.option("--attachment-of", "main", metavar="PDF", type=_FILE, help="IN.pdf is an attachment of this document,")
@click.option("--number", "number_symbol", metavar="TEXT", help="which has this number and symbol, e.g. 15/QĐ-UBND.")
@click.option("--copy", "form", type=click.Choice(list(_FORMS)), help="IN.pdf is a copy that the agency made,")
@click.option("--copy-of", "origin", type=click.Choice(list(_ORIGINS)), help="of an original of this kind.")
@click.option("--agency", metavar="TEXT", help="Name of the agency on the copy [default: from the certificate].")
@click.option("--font", metavar="TTF", type=_FILE, help="TrueType font for the text [default: Liberation Serif].")
@click.option("--no-status-check", is_flag=True, help="Do not ask first whether the agency's certificate is revoked.")
@click.option("--force", is_flag=True, help="Replace the file if it is there already.")
@lang_option()
def seal(
    keys: KeyOptions,
    *,
    document: Path,
    target: Path,
    tsas: tuple[str, ...],
    level: str,
    trust_folder: Path | None,
    image: Path | None,
    field: str | None,
    main: Path | None,
    number_symbol: str | None,
    form: str | None,
    origin: str | None,
    agency: str | None,
    font: Path | None,
    no_status_check: bool,
    force: bool,
) -> None:
    """Sign as the agency: a document that its leader has validly signed, its attachment, or a copy.

    An issued document shows the seal in its prepared field. An attachment (--attachment-of, --number) and a copy
    (--copy, --copy-of) show a text in the top right corner and no image. Anything else is refused.
    """
    if main is not None and form is not None:
        raise misuse("--attachment-of and --copy exclude each other", vi="chỉ dùng một trong --attachment-of và --copy")
    if (main is None) is not (number_symbol is None) or (form is None) is not (origin is None):
        raise misuse(
            "--attachment-of goes with --number, and --copy with --copy-of",
            vi="--attachment-of đi với --number, --copy đi với --copy-of",
        )
    if image is not None and (main is not None or form is not None):
        raise misuse("attachments and copies show no image", vi="tệp kèm theo và bản sao không hiện ảnh")
    if trust_folder is None and form is None:
        raise misuse(
            "to judge the leader's signature, give --trust DIR",
            vi="để kiểm tra chữ ký của lãnh đạo, hãy cho --trust THƯ_MỤC",
        )
    require_new(target, force=force)
    pdf = read_bytes(document)
    what: SealedCopy | SealedAttachment | None = None
    if form is not None and origin is not None:
        what = SealedCopy(form=_FORMS[form], direction=_ORIGINS[origin], agency=agency)
    elif main is not None and number_symbol is not None:
        what = SealedAttachment(number_symbol=number_symbol, main=read_bytes(main))
    how = _How(
        field=field or (SEAL_FIELD if what is None else AGENCY_TEXT_FIELD),
        level=level,
        tsas=tsas,
        check_status=not no_status_check,
        trust=read_trust_folder(trust_folder) if trust_folder is not None else TrustAnchors(),
        image=read_bytes(image) if image is not None else None,
        font=read_bytes(font) if font is not None else None,
    )
    write_whole(target, how.sealed(pdf, _agency(keys), what))
    click.echo(f"{document} → {target}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _How:
    field: str
    level: str
    tsas: tuple[str, ...]
    check_status: bool
    trust: TrustAnchors
    image: bytes | None
    font: bytes | None

    def sealed(self, pdf: bytes, signer: Signer, what: SealedCopy | SealedAttachment | None) -> bytes:
        match what:
            case SealedCopy():
                return seal_copy_pdf(
                    pdf,
                    signer,
                    copy=what,
                    level=self.level,
                    tsa=self.tsas,
                    field=self.field,
                    font=self.font,
                    check_status=self.check_status,
                )
            case SealedAttachment():
                return seal_attachment_pdf(
                    pdf,
                    signer,
                    attachment=what,
                    trust=self.trust,
                    level=self.level,
                    tsa=self.tsas,
                    field=self.field,
                    font=self.font,
                    check_status=self.check_status,
                )
            case None:
                return seal_pdf(
                    pdf,
                    signer,
                    field=self.field,
                    trust=self.trust,
                    level=self.level,
                    tsa=self.tsas,
                    image=self.image,
                    check_status=self.check_status,
                )


def _agency(keys: KeyOptions) -> Signer:
    return replace(keys.recipe(), holder=Holder.AGENCY).load()
