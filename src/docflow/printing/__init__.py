"""Official documents on paper: the layout of Decree 30/2020/NĐ-CP as PDF bytes.

:func:`compose_document` draws everything except the number and the date, which a register gives later;
for those, for the leader's signature and for the agency's seal it returns the boxes where they belong.

:func:`print_book` and :func:`write_workbook` print registers as books, :func:`print_report` figures, :func:`print_file`
and :func:`write_file_xml` a file (hồ sơ), :func:`print_hits` what a search found. :func:`print_marked` puts a mark on
what is printed, whoever made it.

What each name is, and where it comes from, stands in ``__init__.pyi``; whoever prints nothing waits for no typesetter
(docs/adr/0026).

This room does not: sign, number, fill fields, or judge whether a document may be issued.

Example::

    composed = compose_document(document, fonts=fonts)
    Path("draft.pdf").write_bytes(composed.pdf)
    composed.signature  # where the leader's image goes: page, x, y, width, height in points
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
