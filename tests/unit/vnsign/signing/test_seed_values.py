"""What a signature field requires of its signer (/SV) is obeyed or refused: fields as other programs write them."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pikepdf import Array, Dictionary, Name, Object, String
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import (
    MDPPerm,
    SeedSignatureType,
    SeedValueDictVersion,
    SigFieldSpec,
    SigSeedSubFilter,
    SigSeedValFlags,
    SigSeedValueSpec,
    append_signature_field,
)

import vnsign
from tests.materials import Office, make_office, plain_pdf

FIELD = "Ky"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


def with_seed(seed: Object | None) -> bytes:
    """Return a PDF with an empty field that carries these seed values."""
    with pikepdf.open(BytesIO(plain_pdf())) as pdf:
        field = pdf.make_indirect(
            Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T=String(FIELD), Rect=Array([0, 0, 0, 0]))
        )
        if seed is not None:
            field.SV = seed
        pdf.pages[0].Annots = Array([field])
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
        out = BytesIO()
        pdf.save(out)
    return out.getvalue()


def sign(office: Office, seed: Object | None, **how: object) -> bytes:
    """Sign the field."""
    keywords = {"field": FIELD, "check_status": False} | how
    return vnsign.sign_pdf(with_seed(seed), office.leader, **keywords)  # type: ignore[arg-type]  # of many types


def der(certificate: object) -> String:
    """Return a certificate as a PDF string."""
    return String(certificate.public_bytes(Encoding.DER))  # type: ignore[attr-defined]


REFUSED = [
    ("/Filter", Dictionary(Ff=1, Filter=Name("/Entrust.PPKEF")), {}),
    ("/SubFilter", Dictionary(Ff=2, SubFilter=Array([Name("/adbe.pkcs7.detached")])), {}),
    ("/SubFilter", Dictionary(Ff=2, SubFilter=Array([])), {}),
    ("/V", Dictionary(Ff=4, V=4), {}),
    ("/Reasons", Dictionary(Ff=8, Reasons=Array([String("Duyệt"), String("Đồng ý")])), {}),
    ("/Reasons", Dictionary(Ff=8, Reasons=Array([String("Duyệt")])), {"reason": "duyệt"}),
    ("/Reasons", Dictionary(Ff=8, Reasons=Array([String(".")])), {"reason": "Duyệt"}),
    ("/Reasons", Dictionary(Ff=8), {"reason": "Duyệt"}),
    ("/LegalAttestation", Dictionary(Ff=16, LegalAttestation=Array([String("x")])), {}),
    ("/AddRevInfo", Dictionary(Ff=32, AddRevInfo=True), {}),
    ("/DigestMethod", Dictionary(Ff=64, DigestMethod=Array([Name("/SHA512"), Name("/SHA384")])), {}),
    ("/LockDocument", Dictionary(Ff=128, LockDocument=Name("/true")), {}),
    ("/AppearanceFilter", Dictionary(Ff=256, AppearanceFilter=String("đỏ")), {}),
    ("/MDP", Dictionary(MDP=Dictionary(P=2)), {}),
    ("/MDP", Dictionary(MDP=Dictionary(P=1)), {"certify": True}),
    ("/MDP", Dictionary(MDP=Dictionary(P=0)), {"certify": True}),
    ("/TimeStamp", Dictionary(TimeStamp=Dictionary(Ff=1, URL=String("http://tsa"))), {}),
    ("/Cert /Subject", Dictionary(Cert=Dictionary(Ff=1, Subject=Array([String("x")]))), {}),
    ("/Cert /Issuer", Dictionary(Cert=Dictionary(Ff=2, Issuer=Array([String("x")]))), {}),
    ("/Cert /OID", Dictionary(Cert=Dictionary(Ff=4, OID=Array([String("1.2.3.4")]))), {}),
    ("/Cert /SubjectDN", Dictionary(Cert=Dictionary(Ff=8, SubjectDN=Array([Dictionary(CN=String("Ai đó"))]))), {}),
    ("/Cert /SubjectDN", Dictionary(Cert=Dictionary(Ff=8, SubjectDN=Array([]))), {}),
    ("/Cert /KeyUsage", Dictionary(Cert=Dictionary(Ff=32, KeyUsage=Array([String("XXXXX1XXX")]))), {}),
    ("/Cert /SignaturePolicyOID", Dictionary(Cert=Dictionary(SignaturePolicyOID=String("1.2.3"))), {}),
]


@pytest.mark.parametrize(("entry", "seed", "how"), REFUSED)
def test_what_is_required_and_not_obeyed_is_refused(
    office: Office, entry: str, seed: Object, how: dict[str, object]
) -> None:
    """ISO 32000-2 §12.7.5.5: the error names field and entry, and nothing is returned."""
    with pytest.raises(vnsign.UsageError) as caught:
        sign(office, seed, **how)
    assert caught.value.code is vnsign.ErrorCode.BAD_ARGUMENT
    assert f"'{FIELD}'" in caught.value.message
    assert entry in caught.value.message


OBEYED = [
    (None, {}),
    (Dictionary(), {}),
    (Dictionary(Ff=1, Filter=Name("/Adobe.PPKLite")), {}),
    (Dictionary(Ff=2, SubFilter=Array([Name("/adbe.pkcs7.detached"), Name("/ETSI.CAdES.detached")])), {}),
    (Dictionary(Ff=4, V=3), {}),
    (Dictionary(Ff=8, Reasons=Array([String("Duyệt"), String("Đồng ý")])), {"reason": "Đồng ý"}),
    (Dictionary(Ff=8, Reasons=Array([String(".")])), {}),
    (Dictionary(Ff=32, AddRevInfo=False), {}),
    (Dictionary(Ff=64, DigestMethod=Array([Name("/SHA512"), Name("/SHA256")])), {}),
    (Dictionary(Ff=128, LockDocument=Name("/auto")), {}),
    (Dictionary(MDP=Dictionary(P=2)), {"certify": True}),
    (Dictionary(MDP=Dictionary(P=0)), {}),
    (Dictionary(MDP=Dictionary()), {"certify": True}),
    (Dictionary(Cert=Dictionary(Ff=8, SubjectDN=Array([Dictionary(CN=String("nguyễn văn ủy"), C=String("VN"))]))), {}),
    (Dictionary(Cert=Dictionary(Ff=32, KeyUsage=Array([String("0XXXXXXXX"), String("1XXXX00")]))), {}),
    (Dictionary(Cert=Dictionary(Ff=64, URL=String("http://x"))), {}),
    # proposals: none of these is required
    (Dictionary(SubFilter=Array([Name("/adbe.pkcs7.detached")]), DigestMethod=Array([Name("/SHA512")])), {}),
    (Dictionary(Reasons=Array([String("Duyệt")]), AddRevInfo=True, V=9, LegalAttestation=Array([])), {}),
    (Dictionary(TimeStamp=Dictionary(URL=String("http://127.0.0.1:9/"))), {}),
    (Dictionary(Cert=Dictionary(Subject=Array([String("x")]))), {}),
]


@pytest.mark.parametrize(("seed", "how"), OBEYED)
def test_what_is_obeyed_or_only_proposed_is_signed(office: Office, seed: Object | None, how: dict[str, object]) -> None:
    """A requirement that is met is no obstacle, and a proposal none either."""
    (signature,) = vnsign.inspect_pdf(sign(office, seed, **how), trust=office.trust).signatures
    assert (signature.field, signature.intact) == (FIELD, True)


def test_certificates_that_the_field_lists_may_sign(office: Office) -> None:
    """The signer's own, the authority's, and the root above it, which the signer does not carry."""
    root, issuing = office.authority.certificates()
    for listed in (root, issuing):
        sign(office, Dictionary(Cert=Dictionary(Ff=2, Issuer=Array([der(listed)]))))
    sign(office, Dictionary(Cert=Dictionary(Ff=1, Subject=Array([der(office.leader.certificate)]))))
    with pytest.raises(vnsign.UsageError, match="/Cert /Subject"):
        sign(office, Dictionary(Cert=Dictionary(Ff=1, Subject=Array([der(office.deputy.certificate)]))))
    with pytest.raises(vnsign.UsageError, match="/Cert /Issuer"):
        sign(office, Dictionary(Cert=Dictionary(Ff=2, Issuer=Array([der(office.deputy.certificate)]))))


def test_a_required_timestamp_is_there_at_level_t(office: Office) -> None:
    """And the authority that signs is the signer's choice, not the one that the document names."""
    seed = Dictionary(TimeStamp=Dictionary(Ff=1, URL=String("http://127.0.0.1:9/")))
    (signature,) = vnsign.inspect_pdf(sign(office, seed, level="B-T", tsa=office.tsa), trust=office.trust).signatures
    assert signature.level is vnsign.Level.PADES_B_T


@pytest.mark.parametrize(
    "seed",
    [
        String("x"),
        Array([]),
        Dictionary(Ff=String("2")),
        Dictionary(Ff=2, SubFilter=Name("/ETSI.CAdES.detached")),
        Dictionary(Ff=64, DigestMethod=Array([5])),
        Dictionary(MDP=2),
        Dictionary(MDP=Dictionary(P=String("2"))),
        Dictionary(TimeStamp=5),
        Dictionary(Cert=Array([])),
        Dictionary(Cert=Dictionary(Ff=8, SubjectDN=Array([5]))),
        Dictionary(Cert=Dictionary(Ff=1, Subject=Array([Dictionary()]))),
        Dictionary(Ff=4, V=String("x")),
    ],
)
def test_requirements_that_cannot_be_understood_are_refused(office: Office, seed: Object) -> None:
    """Nobody can tell whether they are obeyed."""
    with pytest.raises(vnsign.InputError) as caught:
        sign(office, seed)
    assert caught.value.code is vnsign.ErrorCode.MALFORMED_PDF


def test_fields_made_by_another_program_are_understood(office: Office) -> None:
    """pyHanko writes the same entries."""
    spec = SigSeedValueSpec(
        flags=SigSeedValFlags.SUBFILTER | SigSeedValFlags.DIGEST_METHOD | SigSeedValFlags.REASONS | SigSeedValFlags.V,
        subfilters=[SigSeedSubFilter.PADES],
        digest_methods=["sha256"],
        reasons=["Duyệt"],
        sv_dict_version=SeedValueDictVersion.PDF_2_0,
        seed_signature_type=SeedSignatureType(mdp_perm=MDPPerm.FILL_FORMS),
    )
    writer = IncrementalPdfFileWriter(BytesIO(plain_pdf()))
    append_signature_field(writer, SigFieldSpec(FIELD, seed_value_dict=spec))
    out = BytesIO()
    writer.write(out)
    with pytest.raises(vnsign.UsageError, match="/Reasons"):
        vnsign.sign_pdf(out.getvalue(), office.leader, field=FIELD, certify=True, check_status=False)
    signed = vnsign.sign_pdf(
        out.getvalue(), office.leader, field=FIELD, certify=True, reason="Duyệt", check_status=False
    )
    assert signed.startswith(out.getvalue())
