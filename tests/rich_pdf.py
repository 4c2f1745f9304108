"""A PDF with one of everything an attacker may reach for: fonts, forms, layers, files, scripts, fields, annotations."""

from __future__ import annotations

from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, String

TEXT_FIELD, CHECK_BOX, SIGNATURE = "so_tien", "dong_y", "KyDuyet"
#: Object numbers are kept when the document is saved in the order in which they were made.
_CONTENT = b"""q /GS1 gs /CS1 cs 0.2 sc 60 640 200 30 re f Q
BT /F1 14 Tf 60 720 Td (Tong so tien: 15.000.000 dong) Tj ET
/OC /Lop1 BDC BT /F1 14 Tf 60 690 Td (Lop dang hien) Tj ET EMC
q 1 0 0 1 60 560 cm /Hinh1 Do Q
"""


def rich_pdf() -> bytes:
    """Return the document, not signed yet."""
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(
            Dictionary(
                Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/Helvetica"), Encoding=Name("/WinAnsiEncoding")
            )
        )
        page = pdf.add_blank_page(page_size=(595, 842))
        pdf.add_blank_page(page_size=(595, 842))
        page.obj.Contents = pdf.make_stream(_CONTENT)
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Lop 1")))
        hidden = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Lop 2")))
        page.obj.Resources = Dictionary(
            Font=Dictionary(F1=font),
            XObject=Dictionary(Hinh1=_form(pdf, b"0 0 1 rg 0 0 100 40 re f")),
            ColorSpace=Dictionary(CS1=pdf.make_indirect(Array([Name.CalGray, Dictionary(WhitePoint=[0.95, 1, 1.09])]))),
            ExtGState=Dictionary(GS1=pdf.make_indirect(Dictionary(Type=Name.ExtGState, CA=1, ca=1))),
            Properties=Dictionary(Lop1=layer),
        )
        pdf.Root.OCProperties = pdf.make_indirect(
            Dictionary(OCGs=[layer, hidden], D=Dictionary(ON=[layer], OFF=[hidden], Order=[layer, hidden]))
        )
        _fields(pdf, page.obj, font)
        _names(pdf, page.obj)
        out = BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return out.getvalue()


def _form(pdf: pikepdf.Pdf, content: bytes, *, box: tuple[int, ...] = (0, 0, 100, 40)) -> pikepdf.Object:
    stream = pdf.make_stream(content)
    stream.Type, stream.Subtype = Name.XObject, Name.Form
    stream.BBox = Array(list(box))
    return stream


def _fields(pdf: pikepdf.Pdf, page: pikepdf.Object, font: pikepdf.Object) -> None:
    look = _form(pdf, b"/Tx BMC EMC", box=(0, 0, 200, 20))
    look.Resources = Dictionary(Font=Dictionary(F1=font))
    common = {"/Type": Name.Annot, "/Subtype": Name.Widget, "/P": page, "/F": 4}
    text = pdf.make_indirect(
        Dictionary(
            {
                **common,
                "/FT": Name.Tx,
                "/T": String(TEXT_FIELD),
                "/Rect": Array([60, 500, 260, 520]),
                "/DA": String("/F1 12 Tf 0 g"),
                "/AP": Dictionary(N=look),
            }
        )
    )
    states = Dictionary(Yes=_form(pdf, b"0 0 m 20 20 l S", box=(0, 0, 20, 20)), Off=_form(pdf, b"", box=(0, 0, 20, 20)))
    check = pdf.make_indirect(
        Dictionary(
            {
                **common,
                "/FT": Name.Btn,
                "/T": String(CHECK_BOX),
                "/Rect": Array([60, 460, 80, 480]),
                "/V": Name.Off,
                "/AS": Name.Off,
                "/AP": Dictionary(N=states),
            }
        )
    )
    signature = pdf.make_indirect(
        Dictionary({**common, "/FT": Name.Sig, "/T": String(SIGNATURE), "/Rect": Array([350, 200, 500, 260])})
    )
    page.Annots = pdf.make_indirect(Array([text, check, signature]))
    pdf.Root.AcroForm = pdf.make_indirect(
        Dictionary(Fields=[text, check, signature], SigFlags=1, DR=Dictionary(Font=Dictionary(F1=font)))
    )


def _names(pdf: pikepdf.Pdf, page: pikepdf.Object) -> None:
    attached = pdf.make_stream(b"ban goc")
    attached.Type = Name.EmbeddedFile
    specification = pdf.make_indirect(
        Dictionary(Type=Name.Filespec, F=String("phu-luc.txt"), EF=Dictionary(F=attached))
    )
    pdf.Root.Names = pdf.make_indirect(
        Dictionary(EmbeddedFiles=Dictionary(Names=[String("phu-luc.txt"), specification]))
    )
    note = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.FreeText,
            Rect=[60, 400, 260, 430],
            Contents=String("Ghi chu truoc khi ky"),
            DA=String("/F1 12 Tf 0 g"),
            F=4,
            AP=Dictionary(N=_form(pdf, b"0 0 200 30 re S", box=(0, 0, 200, 30))),
        )
    )
    link = pdf.make_indirect(
        Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[60, 350, 160, 370], Dest=Array([page, Name.Fit]))
    )
    page.Annots.extend([note, link])
