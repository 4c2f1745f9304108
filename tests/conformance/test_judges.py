"""Every kind of key, hash and padding at every level, before foreign judges.

Who cannot judge what is listed in ``CANNOT`` with the reason; a listed case that starts to pass fails the test.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import vnsign
from tests.csc_kit import TOKEN, SmallService, serving
from tests.evidence_kit import Site, running_site
from tests.hsm_kit import PIN, module, new_token
from tests.judges import TIMESTAMP, Said, java_says, make_nss, openssl_says, poppler_says, pyhanko_says, qpdf_says
from tests.materials import PASSPHRASE, picture, plain_pdf
from tests.support import require_tool
from vnsign import Credential, KeyAlgorithm, Signer

pytestmark = [pytest.mark.slow]

LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
HASHES = ("sha256", "sha384", "sha512")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Where a key is, what it is, how it signs."""

    home: str
    algorithm: KeyAlgorithm
    pss: bool = False

    @property
    def scheme(self) -> str:
        """Return ``ecdsa``, ``rsa`` or ``pss``."""
        return "pss" if self.pss else "rsa" if self.algorithm.value.startswith("rsa") else "ecdsa"

    def __str__(self) -> str:
        return f"{self.home}-{self.algorithm.value}-{self.scheme}"


P256, P384, RSA_2048, RSA_3072 = KeyAlgorithm.P256, KeyAlgorithm.P384, KeyAlgorithm.RSA_2048, KeyAlgorithm.RSA_3072
#: Every algorithm with every hash at B-B; every home at every level.
IN_MEMORY = tuple(
    Kind(home="memory", algorithm=algorithm, pss=pss)
    for algorithm in (P256, P384, RSA_2048, RSA_3072)
    for pss in ((False, True) if algorithm.value.startswith("rsa") else (False,))
)
ELSEWHERE = (
    Kind(home="pkcs12", algorithm=P256),
    Kind(home="pkcs12-legacy", algorithm=RSA_2048),
    Kind(home="pem", algorithm=P384),
    Kind(home="pkcs11", algorithm=P256),
    Kind(home="pkcs11", algorithm=RSA_2048),
    Kind(home="pkcs11", algorithm=RSA_2048, pss=True),
    Kind(home="csc", algorithm=P256),
    Kind(home="csc", algorithm=RSA_2048),
    Kind(home="csc", algorithm=RSA_2048, pss=True),
)
CASES = tuple((kind, name, "B-B") for kind in IN_MEMORY for name in HASHES) + tuple(
    (kind, "", level) for kind in (*IN_MEMORY, *ELSEWHERE) for level in LEVELS if (kind, level) not in
    {(memory, "B-B") for memory in IN_MEMORY}
)  # fmt: skip
#: Judge and what it cannot judge (scheme, or SubFilter) → why. Strict.
CANNOT = {
    ("poppler", TIMESTAMP): "pdfsig 22.12 says 'not yet verified' of document timestamps",
    ("itext", "pss"): "iText 5 looks for an algorithm named SHA256with1.2.840.113549.1.1.10, which nobody has",
    ("itext", "ecdsa"): "iText 5 looks for an algorithm named SHA256with1.2.840.10045.4.3.2, which nobody has",
}


SignerOf = Callable[[Kind, str], Signer]


@dataclass(frozen=True, slots=True)
class Court:
    """The files to judge and what Java said of them."""

    site: Site
    nss: Path
    files: dict[tuple[Kind, str, str], Path]
    java: dict[Path, list[Said]]


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    """Sign all files, start Java once."""
    folder = tmp_path_factory.mktemp("court")
    with running_site(folder / "ca") as site:
        source, image = site.source(), picture()
        files = {}
        with _signers(site, folder) as signer_of:
            for number, (kind, hash_name, level) in enumerate(CASES):
                signed = vnsign.sign_pdf(
                    plain_pdf(),
                    signer_of(kind, hash_name),
                    level=level,
                    tsa=site.tsa,
                    image=image,
                    place=vnsign.Place(page=1, at_mm=(20, 30)),
                    revocation=source,
                )
                files[kind, hash_name, level] = folder / f"{number}.pdf"
                files[kind, hash_name, level].write_bytes(signed)
        nss = make_nss(folder / "nss", site.trust.anchors[0])
        yield Court(site, nss, files, java_says([*files.values()], folder))


@contextmanager
def _signers(site: Site, folder: Path) -> Iterator[SignerOf]:
    """Give a function that returns the signer of a kind; each key is made once."""
    with ExitStack() as stack:

        @cache
        def credential(algorithm: KeyAlgorithm) -> Credential:
            subject = vnsign.Subject(common_name=f"Nguyễn Văn {algorithm.value}", organization="UBND tỉnh An Bình")
            return site.authority.enroll(vnsign.CertificateProfile.OFFICIAL, subject, key_algorithm=algorithm)

        @cache
        def service(algorithm: KeyAlgorithm) -> SmallService:
            return stack.enter_context(serving(SmallService(credential(algorithm))))

        @cache
        def token(algorithm: KeyAlgorithm) -> str:
            return _on_a_token(credential(algorithm), folder)

        def signer(kind: Kind, hash_name: str) -> Signer:
            made = credential(kind.algorithm)
            how = {"hash_name": hash_name or None, "pss": kind.pss}
            certificates = folder / f"{kind}.pem"
            certificates.write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in (made.certificate, *made.chain)))
            match kind.home:
                case "memory":
                    return Signer.from_credential(made, **how)  # type: ignore[arg-type]  # of several types
                case "pkcs12":
                    vnsign.write_pkcs12(folder / "a.p12", made, PASSPHRASE)
                    return Signer.from_pkcs12(folder / "a.p12", PASSPHRASE, **how)  # type: ignore[arg-type]
                case "pkcs12-legacy":
                    _legacy(made, certificates, folder / "b.p12")
                    return Signer.from_pkcs12(folder / "b.p12", PASSPHRASE, **how)  # type: ignore[arg-type]
                case "pem":
                    (folder / "key.pem").write_bytes(_pem(made))
                    return Signer.from_pem(folder / "key.pem", certificates, **how)  # type: ignore[arg-type]
                case "pkcs11":
                    return Signer.from_pkcs11(
                        module(),
                        token=token(kind.algorithm),
                        pin=PIN,
                        certificate=certificates,
                        **how,  # type: ignore[arg-type]
                    )
                case _:
                    return Signer.from_csc(service(kind.algorithm).url, token=TOKEN, **how)  # type: ignore[arg-type]

        yield signer


def _pem(made: Credential) -> bytes:
    return made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _legacy(made: Credential, certificates: Path, target: Path) -> None:
    """RC2-40 and 3DES, as older tools write."""
    both = target.with_suffix(".in")
    both.write_bytes(_pem(made) + certificates.read_bytes())
    command: list[str | Path] = [require_tool("openssl"), "pkcs12", "-export", "-legacy", "-in", both, "-out", target]
    subprocess.run([*command, "-passout", f"pass:{PASSPHRASE.decode()}"], check=True, capture_output=True, timeout=60)


def _on_a_token(made: Credential, folder: Path) -> str:
    """Put a key into SoftHSM; return the token's label."""
    label = new_token().label
    (folder / "import.pem").write_bytes(_pem(made))
    command: list[str | Path] = [require_tool("softhsm2-util"), "--import", folder / "import.pem", "--token", label]
    subprocess.run([*command, "--label", "k", "--id", "01", "--pin", PIN], check=True, capture_output=True, timeout=60)
    return label


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case)))
def test_every_judge_accepts_every_signature(case: tuple[Kind, str, str], court: Court, tmp_path: Path) -> None:
    """And those that cannot judge a kind say so; qpdf finds nothing; ours calls it TOTAL_PASSED from B-T."""
    kind, _, level = case
    path = court.files[case]
    pdf, root = path.read_bytes(), court.site.trust.anchors[0]
    judged = [
        *court.java[path],
        *poppler_says(path, court.nss),
        *pyhanko_says(pdf, root),
        *openssl_says(pdf, root, tmp_path),
    ]
    expected = ["ETSI.CAdES.detached", TIMESTAMP] if level == "B-LTA" else ["ETSI.CAdES.detached"]
    for judge in ("pdfbox", "itext", "poppler", "pyhanko", "openssl"):
        said = [each for each in judged if each.judge == judge]
        assert [each.kind for each in said] == expected, (judge, said)
        for each in said:
            cannot = (judge, each.kind if each.kind == TIMESTAMP else kind.scheme) in CANNOT
            assert each.is_valid is not cannot, each
    assert qpdf_says(path).is_valid
    report = court.site.report(pdf)
    assert [(s.intact, s.valid) for s in report.signatures] == [(True, True)]
    if level in {"B-LT", "B-LTA"}:
        assert report.verdict is vnsign.Verdict.TOTAL_PASSED


def test_every_judge_sees_a_changed_byte(court: Court, tmp_path: Path) -> None:
    """The judges judge: one digit of the text changed is told by each of them."""
    case = (Kind(home="memory", algorithm=RSA_2048), "sha256", "B-B")
    pdf, root = bytearray(court.files[case].read_bytes()), court.site.trust.anchors[0]
    pdf[20] ^= 1  # inside the binary comment behind the header: every reader still reads the file
    (tmp_path / "a.pdf").write_bytes(pdf)
    judged = [
        *java_says([tmp_path / "a.pdf"], tmp_path)[tmp_path / "a.pdf"],
        *poppler_says(tmp_path / "a.pdf", court.nss),
        *pyhanko_says(bytes(pdf), root),
        *openssl_says(bytes(pdf), root, tmp_path),
    ]
    assert {each.judge for each in judged} == {"pdfbox", "itext", "poppler", "pyhanko", "openssl"}
    assert not any(each.is_valid for each in judged)
