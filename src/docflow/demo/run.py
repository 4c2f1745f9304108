"""The demo from an empty folder to checked evidence; run again, it goes on where it stopped.

Steps: (1) authority, CRL and TSA over HTTP on loopback; (2)–(4) every document by :mod:`docflow.demo.flow`;
(5) every PDF, register and audit log checked again, offline, from what stands on disk.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import vnsign
from docflow.demo.authority import AgencyKeys, RunningAuthority, running_authority
from docflow.demo.documents import DemoAgency, DemoDocument, demo_agencies
from docflow.demo.exchange import IMPATIENT, Fate, exchange_documents
from docflow.demo.flow import Desk, Stopwatch, file_name, issue_document
from docflow.demo.images import draw_seal, draw_signature
from docflow.demo.places import Places, write_whole
from docflow.demo.preview import render_signed_page
from docflow.errors import ErrorCode, InputError
from docflow.model import DocumentState, law_date
from docflow.signing import PeerChecker, ReceiptSigner, SignatureChecker, bundled_fonts, certificate_sha256
from docflow.wiring import Office, Post, RegisterForm, RegisterKind, SystemClock, print_register

SERVICE_ACTOR = "Hệ thống quản lý văn bản"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyOutcome:
    """What one agency ended with.

    Attributes:
        passed: How many of its sealed PDFs verify as TOTAL_PASSED.
        log_size: Leaves in its audit log, all of which verify.
        register: Its outgoing register as CSV.
        preview: PNG of the page with signature and seal.
    """

    agency: str
    name: str
    documents: int
    passed: int
    first: str
    last: str
    log_size: int
    register: Path
    preview: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOutcome:
    """What the demo ended with."""

    places: Places
    agencies: tuple[AgencyOutcome, ...]
    fates: tuple[Fate, ...]
    watch: Stopwatch


def run_demo(out: Path, *, documents: int, tick: Callable[[str], None]) -> DemoOutcome:
    """Run the demo.

    Args:
        out: Folder; continued if a demo stands there.
        documents: For each agency, at most 20.
        tick: Called with a description after each document and each check.

    Raises:
        DocflowError, VnsignError: The first step that was refused or check that failed.
    """
    places = Places(out=out)
    places.make()
    watch = Stopwatch()
    clock = SystemClock()
    with contextlib.ExitStack() as stack:
        with watch.measure("authority, keys, CRL and TSA service"):
            running = stack.enter_context(running_authority(places, clock))
            trust = vnsign.TrustStore.from_folder(places.trust)
            agencies = demo_agencies(law_date(clock.now()))
            keys = [running.keys_of(agency.people) for agency in agencies]
            post = _Posts(
                trust=trust,
                directory={
                    agency.people.code: frozenset({certificate_sha256(own.service)})
                    for agency, own in zip(agencies, keys, strict=True)
                },
            )
            desks = [
                (agency, stack.enter_context(_desk(agency, own, running, post=post, watch=watch)))
                for agency, own in zip(agencies, keys, strict=True)
            ]
        for desk, item in _turns(desks, documents, tick):
            issue_document(desk, item)
        fates = exchange_documents([desk for _, desk in desks], places.exchange, tick=tick)
        outcomes = tuple(_check(agency, desk, tick=tick) for agency, desk in desks)
    return DemoOutcome(places=places, agencies=outcomes, fates=fates, watch=watch)


def _turns(
    desks: Sequence[tuple[DemoAgency, Desk]], documents: int, tick: Callable[[str], None]
) -> Iterator[tuple[Desk, DemoDocument]]:
    for agency, desk in desks:
        for item in agency.documents[:documents]:
            tick(f"{agency.people.code} {item.draft.type.vi}")
            yield desk, item


@dataclass(frozen=True, slots=True, kw_only=True)
class _Posts:
    """What the agencies know of each other: whom they trust, and whose service certificate is whose."""

    trust: vnsign.TrustStore
    directory: Mapping[str, frozenset[str]]

    def of(self, keys: AgencyKeys) -> Post:
        return Post(
            signer=ReceiptSigner(signer=keys.service),
            peers=PeerChecker(
                trust=self.trust, directory=self.directory, revocation=vnsign.HttpRevocationSource(max_age_s=60)
            ),
            documents=SignatureChecker(trust=self.trust, online=False),
            policy=IMPATIENT,
        )


@contextlib.contextmanager
def _desk(
    agency: DemoAgency, keys: AgencyKeys, running: RunningAuthority, *, post: _Posts, watch: Stopwatch
) -> Iterator[Desk]:
    places, people, trust = running.places, agency.people, post.trust
    verifier = SignatureChecker(trust=trust)
    folder = places.agencies / people.code
    with Office.open(folder, agency=agency.agency, verifier=verifier, post=post.of(keys)) as office:
        office.vouch(vnsign.sign_statement(office.log_statement(), keys.service), actor=SERVICE_ACTOR)
        yield Desk(
            office=office,
            keys=keys,
            signature_image=draw_signature(people.leader),
            seal_image=draw_seal(people.agency, font=bundled_fonts().bold),
            trust=trust,
            tsa=running.tsa_url,
            places=places,
            watch=watch,
        )


def _check(agency: DemoAgency, desk: Desk, *, tick: Callable[[str], None]) -> AgencyOutcome:
    """Step (5): from what stands on disk, offline, as anybody with the trust folder could."""
    places, office, code = desk.places, desk.office, agency.people.code
    sealed = sorted(office.documents(state=DocumentState.SEALED), key=lambda d: (d.year or 0, d.number or 0))
    for document in sealed:
        tick(f"{code} verifying {document.symbol}")
        with desk.watch.measure("verify a sealed PDF, offline"):
            path = places.signed / file_name(document)
            vnsign.verify_pdf(path.read_bytes(), trust=desk.trust, file=str(path))
    with desk.watch.measure("verify an audit log and its register"):
        log = office.verify_log()
    if not log.is_intact:
        found = "; ".join(str(finding) for finding in log.findings)
        raise InputError(
            ErrorCode.EVIDENCE_BROKEN,
            f"the log of {code} does not verify: {found}",
            vi="Nhật ký kiểm toán bị sai lệch.",
        )
    for year in {document.year for document in sealed if document.year is not None}:
        for kind, suffix in ((RegisterKind.OUTGOING, ""), (RegisterKind.INCOMING, "-den")):
            book = office.register(kind, year)
            for form in (RegisterForm.CSV, RegisterForm.PDF):
                path = places.registers / f"{code}-{year}{suffix}.{form}"
                write_whole(path, print_register(book, form))
    write_whole(places.registers / f"{code}.checkpoint", office.checkpoint().encode())
    preview = places.previews / f"{code}.png"
    write_whole(preview, render_signed_page((places.signed / file_name(sealed[0])).read_bytes()))
    return AgencyOutcome(
        agency=code,
        name=agency.people.agency,
        documents=len(sealed),
        passed=len(sealed),  # verify_pdf raised for any that did not
        first=sealed[0].symbol or "",
        last=sealed[-1].symbol or "",
        log_size=log.size,
        register=places.registers / f"{code}-{sealed[-1].year}.csv",
        preview=preview,
    )
