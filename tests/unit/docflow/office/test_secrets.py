"""Secret documents at every door: refused before anything of them is stored."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from docflow import (
    Addressee,
    CopyDirection,
    DocflowError,
    ErrorCode,
    FilePlan,
    InboxOutcome,
    IncomingState,
    Office,
    Secrecy,
)
from docflow.edxml import BusinessType, NewDocument, ReplacementInfo, Signer, build_message, parse_message
from docflow.ports import Parts
from tests.exchange_kit import SENDER, KeySigner, TwoAgencies, open_two, seal_document
from tests.office_kit import make_copy_request, make_draft, open_office, seal_off
from tests.work_kit import make_entry, make_file, make_plan, open_work, register

WORDS = b"%PDF-1.7 secret words"
MARKS = [
    "MẬT",
    "MẬT V/v điều chuyển quân",
    "*TỐI\u00a0MẬT*",
    "(Tối mật) về việc điều động",
    "tuyet mat: ve viec",
    "[MAT]",
    "TÔI MẬT",
]


def _doors(office: Office, mark: str) -> list[Callable[[], object]]:
    draft = make_draft()
    scan = make_copy_request(direction=CopyDirection.PAPER_TO_ELECTRONIC, source=None)
    return [
        lambda: office.draft(dataclasses.replace(draft, subject=mark), actor="A", document_id="s", pdf=WORDS),
        lambda: office.draft(dataclasses.replace(draft, note=mark), actor="A", document_id="s", pdf=WORDS),
        lambda: office.draft(
            dataclasses.replace(draft, addressees=(Addressee(name=mark),)), actor="A", document_id="s", pdf=WORDS
        ),
        lambda: office.revise("e", dataclasses.replace(draft, subject=mark), actor="A", version=1, pdf=WORDS),
        lambda: office.comment("e", f"Đề nghị xem\n{mark}", actor="B"),
        lambda: office.attach("e", WORDS, name=mark, actor="A"),
        lambda: office.return_draft("e", actor="B", reason=mark),
        lambda: office.add_addressees("d", (Addressee(name=mark),), actor="V", reason="bổ sung"),
        lambda: office.make_copy(dataclasses.replace(scan, subject=mark), actor="V", pdf=WORDS),
    ]


@pytest.mark.parametrize("mark", MARKS)
def test_a_marked_document_is_refused_at_every_door_of_the_office(tmp_path: Path, mark: str) -> None:
    """QĐ 28/2018 Điều 1.2; NĐ 26/2020 Điều 4: SECRET_DOCUMENT, however the mark is written; no row, leaf or file.

    NĐ 30/2020 Điều 16.3: "Văn bản mật được đăng ký theo quy định của pháp luật về bảo vệ bí mật nhà nước."
    NĐ 30/2020 Điều 18.2: "Việc phát hành văn bản mật đi phải bảo đảm bí mật nội dung của văn bản theo quy định của
        pháp luật về bảo vệ bí mật nhà nước"
    """
    with open_office(tmp_path / "office") as office:
        seal_off(office, "d")
        office.draft(make_draft(), actor="A", document_id="e")
        before = office.checkpoint()
        for number, door in enumerate(_doors(office, mark)):
            with pytest.raises(DocflowError) as caught:
                door()
            assert caught.value.code is ErrorCode.SECRET_DOCUMENT, number
            assert caught.value.vi
        assert office.checkpoint() == before
    assert_nowhere(tmp_path)


def _work_doors(office: Office, mark: str) -> list[Callable[[], object]]:
    plan = make_plan()
    return [
        lambda: office.receive_by_hand(make_entry(subject=mark), actor="V", scan=WORDS),
        lambda: office.receive_by_hand(make_entry(type_name=mark), actor="V", scan=WORDS),
        lambda: office.receive_by_hand(make_entry(note=mark), actor="V", scan=WORDS),
        lambda: office.submit("thu", actor="V", to="Chủ tịch", note=f"Kính trình\n{mark}"),
        lambda: office.forward("thu", actor="V", to="Sở Nội vụ", reason=mark),
        lambda: office.open_dossier(dataclasses.replace(plan, title=mark), dossier_id="x", actor="A"),
        lambda: office.cancel_dossier("hs", actor="A", reason=mark),
        lambda: office.plan_file(
            FilePlan(year=2026, notation="9", title=mark, retention_years=5, creator="A"), actor="V"
        ),
        lambda: office.plan_file(
            FilePlan(year=2026, notation="9", title="t", description=mark, retention_years=5, creator="A"), actor="V"
        ),
        lambda: office.reopen_file("H99.2026.01.TCCB", actor="A", reason=mark),
    ]


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_is_refused_at_every_door_of_incoming_documents_dossiers_and_files(tmp_path: Path, mark: str) -> None:
    """QĐ 28/2018 Điều 1.2; NĐ 26/2020 Điều 4: also as type, note, instruction, title of a dossier or file."""
    with open_work(tmp_path / "office") as office:
        register(office, "thu")
        office.open_dossier(make_plan(), dossier_id="hs", actor="Một cửa")
        make_file(office)
        before = office.checkpoint()
        for number, door in enumerate(_work_doors(office, mark)):
            with pytest.raises(DocflowError) as caught:
                door()
            assert caught.value.code is ErrorCode.SECRET_DOCUMENT, number
        assert office.checkpoint() == before
        assert office.refuse("thu", actor="V", reason="Mật: phải gửi theo đường riêng").state is IncomingState.REFUSED
    assert_nowhere(tmp_path)


@pytest.mark.parametrize(
    ("secrecy", "at_verbs"),
    [(degree, ErrorCode.SECRET_DOCUMENT) for degree in (Secrecy.MAT, Secrecy.TOI_MAT, Secrecy.TUYET_MAT)]
    + [(text, ErrorCode.BAD_ARGUMENT) for text in ("Mật", "TỐI MẬT", "thường")],
)
def test_a_document_named_secret_is_refused_also_by_a_caller_without_types(
    tmp_path: Path, secrecy: Secrecy, at_verbs: ErrorCode
) -> None:
    """At the draft, the revision and the copy. A text is no degree of secrecy, not even one that says "not secret".

    NĐ 30/2020 Điều 27.2: "Việc sao, chụp tài liệu, vật chứa bí mật nhà nước được thực hiện theo quy định của pháp
        luật về bảo vệ bí mật nhà nước."
    """
    with open_office(tmp_path / "office") as office:
        office.draft(make_draft(), actor="A", document_id="e")
        before = office.checkpoint()
        secret = dataclasses.replace(make_draft(), secrecy=secrecy)
        doors: list[tuple[Callable[[], object], ErrorCode]] = [
            (lambda: office.draft(secret, actor="A", document_id="s", pdf=WORDS), at_verbs),
            (lambda: office.revise("e", secret, actor="A", version=1, pdf=WORDS), at_verbs),
            (lambda: dataclasses.replace(make_copy_request(), secrecy=secrecy), ErrorCode.SECRET_DOCUMENT),
        ]
        for door, code in doors:
            with pytest.raises(DocflowError) as caught:
                door()
            assert caught.value.code is code
        assert office.checkpoint() == before
    assert_nowhere(tmp_path)


def assert_nowhere(folder: Path) -> None:
    """No file of the office holds the secret words."""
    assert not any(WORDS in path.read_bytes() for path in (folder / "office").rglob("*") if path.is_file())


def captured_message(pair: TwoAgencies) -> NewDocument:
    """Return a real document message of the sender."""
    seal_document(pair.sender, "d1")
    pair.sender.dispatch(pair.drop)
    parcel = pair.sender.parcels("d1")[0]
    message = parse_message(pair.sender.blob(parcel.message or ""))
    assert isinstance(message, NewDocument)
    for path in pair.parcels_of("H99.12"):
        path.rename(pair.folder / path.name)
    return message


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "(MẬT) về việc điều động"},
        {"subject": "toi mat - ve viec dieu dong"},
        {"subject": "MẬT V/v điều chuyển quân"},
        {"subject": "M\u200bA\u0323\u034f\u0302T: điều chuyển quân"},
        {"signer": Signer(full_name="Nguyễn Văn An (Mật)")},
        {"content": "Tuyệt mật"},
        {"business_type": BusinessType.REPLACEMENT, "subject": "MẬT"},
        {"raw": "DoMat"},
        {"raw": "SecrecyLevel"},
    ],
)
def test_a_secret_document_from_another_agency_goes_back_and_is_not_kept(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    """QĐ 28/2018 Điều 1.2: the axis is not for secrets: returned with 02 and a reason, nothing of it in the office."""
    pair = open_two(tmp_path)
    message = captured_message(pair)
    raw, kind = changes.pop("raw", None), changes.pop("business_type", None)
    assert kind is None or isinstance(kind, int)
    if kind is not None:
        changes["business"] = dataclasses.replace(
            message.business, type=kind, replacements=(ReplacementInfo(document_id="x", organ_ids=("H99.12",)),)
        )
    data = build_message(dataclasses.replace(message, **changes))  # type: ignore[arg-type]
    if raw is not None:
        data = data.replace(b"</edXML:MessageHeader>", f"<edXML:{raw}>A</edXML:{raw}></edXML:MessageHeader>".encode())
    pair.drop.send(Parts(message=data, message_cms=KeySigner(SENDER).sign(data)), name="x", recipient="H99.12")
    (reception,) = pair.receiver.collect(pair.drop)
    assert reception.outcome is InboxOutcome.REFUSED
    assert reception.reason == "secret documents stay out"
    assert pair.receiver.incoming() == ()
    assert not any(
        p.is_file() and p.read_bytes() == message.attachments[0].data for p in (tmp_path / "H99.12").rglob("*")
    )
    assert all(pair.parcels_of("H99.12", room) == [] for room in ("new", "done", "refused"))
    pair.drop.send(Parts(message=data, message_cms=KeySigner(SENDER).sign(data)), name="y", recipient="H99.12")
    (again,) = pair.receiver.collect(pair.drop)
    assert (again.is_repetition, again.outcome) == (True, InboxOutcome.REFUSED)
    assert all(pair.parcels_of("H99.12", room) == [] for room in ("new", "done", "refused"))
    pair.close()
