"""vnsign: official-use certificates (chứng thư số chuyên dùng công vụ) and PAdES signatures on PDFs.

Start with :class:`Signer` and :func:`sign_pdf`, :class:`TrustStore` and :func:`verify_pdf`; an agency that runs its
own authority begins with :class:`Authority` and :func:`serve`.

Example::

    signer = vnsign.Signer.from_pkcs12("leader.p12", b"passphrase")
    signed = vnsign.sign_pdf(pdf, signer, level="B-LT", tsa="http://tsa.example.gov.vn")
    report = vnsign.inspect_pdf(signed, trust=vnsign.TrustStore.from_folder("trust"))

What each name is, and where it comes from, stands in ``__init__.pyi``; it is imported when it is first used, because
an authority, a web service and a signer share hardly anything.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
