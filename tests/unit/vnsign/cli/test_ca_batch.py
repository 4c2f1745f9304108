"""``vnsign ca batch``: many certificates from a spreadsheet's list."""

from __future__ import annotations

import csv
import stat
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from tests.ca_kit import AGENCY, APPROVER, PASSPHRASE, SUBMITTER, Desk, Ran, found, official
from vnsign.adapters.clock import SystemClock
from vnsign.authority import Authority
from vnsign.authority.batches.applications import application_from_fields
from vnsign.authority.batches.batch import RowState, issue_rows
from vnsign.authority.batches.batch_rows import BatchRow, read_rows
from vnsign.authority.records import Act
from vnsign.cli.ca.batch_keys import KeysMadeHere
from vnsign.pki.keys import KeyAlgorithm, is_key_of

HEADER = ("id", "profile", "cn", "o", "email", "agency", "csr", "passphrase_file")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An authority of this test's own."""
    return found(tmp_path)


def row(desk: Desk, number: int, **changes: str) -> dict[str, str]:
    """Return a row whose request for a certificate stands beside the list."""
    subject = official(number)
    cells = {"id": f"{number:04}", "profile": "official", "cn": subject.common_name, "o": subject.organization}
    cells |= {"email": subject.email or "", "agency": AGENCY, "passphrase_file": ""}
    cells["csr"] = changes["csr"] if "csr" in changes else desk.csr(f"{number}.csr", subject)
    return cells | changes


def write(desk: Desk, rows: Sequence[dict[str, str]], *, separator: str = ",") -> None:
    """Write the list as a Vietnamese spreadsheet does."""
    with (desk.folder / "list.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, HEADER, delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)


def batch(desk: Desk, *options: str) -> Ran:
    """Run the list."""
    return desk.ca("batch", "list.csv", "--out", "out", "--submitted-by", SUBMITTER, *options, by=APPROVER)


def options_of(cells: dict[str, str]) -> list[str]:
    """Return a row as options of ``vnsign ca request``."""
    return [word for name in HEADER[1:-1] for word in (f"--{name}", cells[name])]


def report(desk: Desk) -> list[dict[str, Any]]:
    """Read the report, which begins with the mark by which spreadsheets know UTF-8."""
    assert (desk.folder / "out/report.csv").read_bytes().startswith(b"\xef\xbb\xbfline,")
    with (desk.folder / "out/report.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_each_row_becomes_a_certificate(desk: Desk) -> None:
    """Semicolons and a byte order mark; the report names serial number and file."""
    write(desk, [row(desk, number) for number in range(1, 4)], separator=";")
    ran = batch(desk, "--lang", "en")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("3 issued, 0 already, 0 failed\n")
    for number, line in enumerate(report(desk), 1):
        certificate = x509.load_pem_x509_certificate((desk.folder / line["file"]).read_bytes())
        assert (line["id"], line["outcome"], line["line"]) == (f"{number:04}", "issued", str(number + 1))
        assert line["serial"] == f"{certificate.serial_number:x}"
        assert set(official(number).to_name()) <= set(certificate.subject)


def test_a_row_that_fails_costs_no_other(desk: Desk) -> None:
    """Each failure has its code and its reason in the report; exit code 1."""
    (desk.folder / "nonsense.csr").write_bytes(b"nonsense")
    rows = [
        row(desk, 1),
        row(desk, 2, csr="nonsense.csr"),
        row(desk, 3, csr="none.csr"),
        row(desk, 4, profile="boss"),
        row(desk, 5, csr="1.csr"),
        row(desk, 6, id="../6"),
        row(desk, 7, cn="Kẻ Khác"),
        row(desk, 8, agency=""),
        row(desk, 9),
    ]
    write(desk, rows)
    ran = batch(desk, "--json")

    assert ran.code == 1
    codes = [(line["outcome"], line["code"]) for line in ran.json["rows"]]
    assert codes[0] == codes[8] == ("issued", None)
    assert [outcome for outcome, _ in codes[1:8]] == ["failed"] * 7
    assert [code for _, code in codes[1:7]] == [
        "malformed_request",
        "not_readable",
        "bad_argument",
        "malformed_batch",
        "malformed_batch",
        "request_refused",
    ]
    assert ran.json["summary"] == {"issued": 2, "already_issued": 0, "failed": 7}
    assert {path.name for path in (desk.folder / "out").iterdir()} == {"0001.pem", "0009.pem", "report.csv"}


def test_running_again_issues_nothing_twice(desk: Desk) -> None:
    """Also with rows added, and with a file lost: it is written again."""
    rows = [row(desk, number) for number in range(1, 4)]
    request = x509.load_der_x509_csr((desk.folder / "3.csr").read_bytes())
    (desk.folder / "3.csr").write_bytes(request.public_bytes(Encoding.PEM))
    write(desk, rows)
    batch(desk)
    first = {line["id"]: line["serial"] for line in report(desk)}
    (desk.folder / "out/0002.pem").unlink()

    write(desk, [row(desk, 0), *rows])
    ran = batch(desk, "--json")

    assert ran.json["summary"] == {"issued": 1, "already_issued": 3, "failed": 0}
    assert {line["id"]: line["serial"] for line in ran.json["rows"][1:]} == first
    assert (desk.folder / "out/0002.pem").exists()
    assert len(desk.good("list", "--profile", "official")) == 4


def test_the_same_key_under_two_ids_is_asked_for_once(desk: Desk) -> None:
    """Two files with the same bytes: the second row is named."""
    first = row(desk, 1)
    (desk.folder / "copy.csr").write_bytes((desk.folder / "1.csr").read_bytes())
    write(desk, [first, {**first, "id": "0002", "csr": "copy.csr"}])
    ran = batch(desk, "--json")

    assert ran.code == 1
    assert "line 3 asks for the same as line 2" in ran.json["rows"][1]["message"]
    assert len(desk.good("list", "--profile", "official")) == 1


def test_a_row_without_a_request_gets_a_key(desk: Desk) -> None:
    """PKCS#12 under the row's passphrase or the common one; mode 0600; nothing else of the key stays."""
    (desk.folder / "one.pass").write_text("một", encoding="utf-8")
    (desk.folder / "all.pass").write_text("tất cả", encoding="utf-8")
    write(desk, [row(desk, 1, csr="", passphrase_file="one.pass"), row(desk, 2, csr="")])
    ran = batch(desk, "--p12-passphrase-file", "all.pass", "--json")

    assert ran.code == 0, ran.err
    for name, passphrase in (("0001", "một"), ("0002", "tất cả")):
        path = desk.folder / f"out/{name}.p12"
        key, certificate, chain = pkcs12.load_key_and_certificates(path.read_bytes(), passphrase.encode())
        assert certificate is not None
        assert is_key_of(key, certificate)  # type: ignore[arg-type]
        assert len(chain) == 2
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list((desk.folder / "out").glob("*.key")) == []
    again = batch(desk, "--p12-passphrase-file", "all.pass", "--json").json
    assert again["summary"] == {"issued": 0, "already_issued": 2, "failed": 0}


def keys_made_here(desk: Desk) -> KeysMadeHere:
    """Return the keys of a run in the folder ``out``."""
    (desk.folder / "all.pass").write_text("tất cả", encoding="utf-8")
    (desk.folder / "out").mkdir(exist_ok=True)
    return KeysMadeHere(
        desk.folder / "out", base=desk.folder, common=desk.folder / "all.pass", algorithm=KeyAlgorithm.P256
    )


def test_a_key_is_on_disk_before_its_request_leaves(desk: Desk) -> None:
    """Encrypted, mode 0600; a later run goes on with it, also if it was killed before the request was written."""
    line = BatchRow(line=2, id="0001", fields={})
    first = keys_made_here(desk).request(line, official(1))
    key_file = desk.folder / "out/0001.key"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    with pytest.raises(ValueError, match="password"):
        pkcs12.load_key_and_certificates(key_file.read_bytes(), None)

    assert keys_made_here(desk).request(line, official(1)) == first
    (desk.folder / "out/0001.csr").unlink()
    again = keys_made_here(desk).request(line, official(1))
    keys = [x509.load_der_x509_csr(each).public_key() for each in (first, again)]
    assert keys[0] == keys[1]


def test_a_request_without_its_key_is_not_used(desk: Desk) -> None:
    """No certificate for a key that is lost; the file in the way is named."""
    keys_made_here(desk).request(BatchRow(line=2, id="0001", fields={}), official(1))
    (desk.folder / "out/0001.key").unlink()
    write(desk, [row(desk, 1, csr="")])
    ran = batch(desk, "--p12-passphrase-file", "all.pass", "--json")

    assert (ran.code, ran.json["rows"][0]["code"]) == (1, "output_exists")
    assert "0001.csr" in ran.json["rows"][0]["message"]
    assert desk.good("requests") == []


def test_a_file_of_another_certificate_is_not_taken_for_this_one(desk: Desk) -> None:
    """Somebody copied another PKCS#12 over it: the row fails, and the file stays."""
    keys_made_here(desk)
    write(desk, [row(desk, 1, csr=""), row(desk, 2, csr="")])
    assert batch(desk, "--p12-passphrase-file", "all.pass").code == 0
    other = (desk.folder / "out/0002.p12").read_bytes()
    (desk.folder / "out/0001.p12").write_bytes(other)
    ran = batch(desk, "--p12-passphrase-file", "all.pass", "--json")

    assert [line["code"] for line in ran.json["rows"]] == ["output_exists", None]
    assert (desk.folder / "out/0001.p12").read_bytes() == other


def test_a_key_without_a_passphrase_is_not_made(desk: Desk) -> None:
    """The row fails, nothing is on record."""
    write(desk, [row(desk, 1, csr="")])
    ran = batch(desk, "--json")

    assert (ran.code, ran.json["rows"][0]["code"]) == (1, "bad_argument")
    assert desk.good("requests") == []
    assert {path.name for path in (desk.folder / "out").iterdir()} == {"report.csv"}


def test_a_list_needs_two_people(desk: Desk) -> None:
    """Who brings it does not approve it; found out before the first row."""
    write(desk, [row(desk, 1)])
    ran = desk.ca("batch", "list.csv", "--out", "out", by=APPROVER)

    assert (ran.code, ran.out) == (64, "")
    assert "four_eyes" in ran.err
    assert desk.good("requests") == []


def test_what_somebody_refused_is_not_approved_by_a_list(desk: Desk) -> None:
    """Running the list again does not go round the refusal."""
    first = row(desk, 1)
    (asked,) = desk.good("request", *options_of(first))
    desk.good("refuse", asked["id"], "--why", "đã nghỉ hưu", by=APPROVER)
    write(desk, [first])
    ran = batch(desk, "--json")

    assert (ran.code, ran.json["rows"][0]["code"]) == (1, "issue_refused")
    assert "đã nghỉ hưu" in ran.json["rows"][0]["message"]


def test_a_request_on_record_is_taken_up_where_it_stands(desk: Desk) -> None:
    """Submitted or approved by hand before: the row goes on from there."""
    rows = [row(desk, 1), row(desk, 2)]
    for each in rows:
        desk.good("request", *options_of(each))
    desk.good("approve", 2, by=APPROVER)
    write(desk, rows)

    assert batch(desk, "--json").json["summary"]["issued"] == 2
    assert len(desk.good("requests")) == 2


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"cn;o\nA;B\n", b"id,phone\n1,2\n"])
def test_what_is_no_list_is_one_line(content: bytes, desk: Desk) -> None:
    """Exit code 1, nothing on record, no report."""
    (desk.folder / "list.csv").write_bytes(content)
    ran = batch(desk)

    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert ran.err.startswith("Lỗi: list.csv: ")
    assert not (desk.folder / "out/report.csv").exists()


def test_a_list_that_breaks_off_loses_nothing_before(desk: Desk) -> None:
    """A quotation mark that is never closed: the rows before it are done and reported; mended, the rest follows."""
    write(desk, [row(desk, number) for number in range(66)])
    whole = (desk.folder / "list.csv").read_text(encoding="utf-8-sig")
    (desk.folder / "list.csv").write_text(whole.replace("0065,official,", '0065,official,"'), encoding="utf-8")
    ran = batch(desk)

    assert (ran.code, ran.out) == (1, "")
    assert "line 67 is no CSV" in ran.err
    assert [line["outcome"] for line in report(desk)] == ["issued"] * 64
    (desk.folder / "list.csv").write_text(whole, encoding="utf-8")
    assert batch(desk, "--json").json["summary"] == {"issued": 2, "already_issued": 64, "failed": 0}


def test_two_batches_at_once_issue_nothing_twice(desk: Desk) -> None:
    """Each row has one certificate; whoever came second is told."""
    rows = [row(desk, number) for number in range(70)]
    write(desk, rows)
    start = threading.Barrier(2)

    def run() -> int:
        authority = Authority.open(desk.folder / "authority", passphrase=PASSPHRASE.encode(), clock=SystemClock())
        read = read_rows((desk.folder / "list.csv").read_bytes(), file="list.csv")
        start.wait(10)
        made = issue_rows(
            authority,
            read,
            application_of=lambda each: application_from_fields(
                each.fields, csr=(desk.folder / each.fields["csr"]).read_bytes()
            ),
            submit=Act(by=SUBMITTER),
            decide=Act(by=APPROVER),
        )
        return sum(1 for outcome in made if outcome.state is RowState.ISSUED)

    with ThreadPoolExecutor(2) as pool:
        issued = [future.result() for future in [pool.submit(run), pool.submit(run)]]

    assert sum(issued) == len(rows)
    assert len(desk.good("list", "--profile", "official")) == len(rows)


def test_renewals_come_in_lists_too(desk: Desk) -> None:
    """Kind and serial number as columns; without csr the key stays."""
    old = desk.issued()
    (desk.folder / "list.csv").write_text(f"id;kind;serial;agency\nr1;renew;{old};{AGENCY}\n", encoding="utf-8")
    ran = batch(desk, "--json")

    assert ran.code == 0, ran.err
    assert desk.good("show", ran.json["rows"][0]["serial"])["replaces"] == old
    assert batch(desk, "--json").json["summary"]["already_issued"] == 1


def test_a_list_gives_certificates_and_does_nothing_else(desk: Desk) -> None:
    """A revocation in a list fails its row; nothing is on record."""
    serial = desk.issued()
    (desk.folder / "list.csv").write_text(f"id;kind;serial;agency\nr1;restore-device;{serial};A\n", encoding="utf-8")
    ran = batch(desk, "--json")

    assert (ran.code, ran.json["rows"][0]["code"]) == (1, "bad_argument")
    assert len(desk.good("requests")) == 1
