"""A folder of documents signed by all cores, stopped in the middle and started again. Writes into ./batch."""

from collections import Counter
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

import vnsign

OUT = Path("batch")
PASSPHRASE = b"correct horse battery staple"


def write_documents(folder: Path, number: int) -> None:
    """Write as many documents, and one that is none."""
    folder.mkdir(parents=True)
    for each in range(number):
        canvas = Canvas(str(folder / f"CV-{each + 1:03}.pdf"))
        canvas.drawString(72, 720, f"Document {each + 1}")
        canvas.save()
    (folder / "notes.pdf").write_bytes(b"somebody's notes, no PDF")


def write_key(path: Path) -> None:
    """Make an authority of our own and a leader's key."""
    authority = vnsign.Authority.create(
        OUT / "authority",
        name="An Bình",
        organization="CƠ QUAN CHỨNG THỰC SỐ THỬ NGHIỆM",
        base_url="http://127.0.0.1:9",
        passphrase=PASSPHRASE,
        clock=vnsign.SystemClock(),
    )
    subject = vnsign.Subject(common_name="Nguyễn Văn An", organization="UBND tỉnh An Bình")
    vnsign.write_pkcs12(path, authority.enroll(vnsign.CertificateProfile.OFFICIAL, subject), PASSPHRASE)


def main() -> None:
    """Sign a part, stop, go on, and run once more."""
    write_documents(OUT / "in", 60)
    write_key(OUT / "leader.p12")
    # Each process loads the key itself, once; the passphrase stays in memory.
    recipe = vnsign.SignerRecipe(source=vnsign.Pkcs12Source(path=OUT / "leader.p12", passphrase=PASSPHRASE))
    signed = OUT / "signed"
    for stop_after in (10, 1000, 1000):
        jobs = (vnsign.SignJob(source=each, target=signed / each.name) for each in sorted((OUT / "in").iterdir()))
        # No revocation service runs here, so the certificate's status is not asked for.
        outcomes = vnsign.sign_many(jobs, recipe, journal=signed / "journal.jsonl", check_status=False)
        seen: Counter[str] = Counter()
        for outcome in outcomes:
            seen[outcome.state] += 1
            if outcome.error is not None:
                print(outcome.error_text())
            if seen.total() == stop_after:
                outcomes.close()  # what is in work is finished and written into the journal
        print(dict(seen))
    print(len(list(signed.glob("*.pdf"))), "signed files")


if __name__ == "__main__":  # processes start by importing this file
    main()
