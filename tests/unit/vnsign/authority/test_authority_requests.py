"""Requests: what they need, what speaks against them, and who decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.vnsign.authority.desk import AGENCY, CHIEF, CLERK, SUBJECT, Desk, csr_of
from tests.unit.vnsign.authority.making import NOW
from vnsign.authority import Act
from vnsign.authority.records import JournalAct, OwnRole
from vnsign.errors import ErrorCode, VnsignError
from vnsign.pki.keys import generate_private_key
from vnsign.pki.requests import RequestProblem, RequestRefused
from vnsign.policy.lifecycle import TRANSITIONS, Form, RequestKind, RequestState, RevocationCase
from vnsign.policy.profiles import CertificateProfile

#: Default_Ignorable_Code_Point (DerivedCoreProperties.txt of Unicode) by example, and the blank of Braille.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180e\u180f\u200b\u200d\u2060\u2065\u3164"
    "\ufe00\ufe0f\uffa0\ufff0\ufff8\U0001d173\U000e0001\U000e0100\U000e01ef\U000e0fff\u2800"
)


def code_of(error: pytest.ExceptionInfo[VnsignError]) -> ErrorCode:
    """Return the code."""
    return error.value.code


def test_a_request_is_kept_as_it_was_made(desk: Desk) -> None:
    """Form, application and first step come back from the record as they went in."""
    application = desk.new(document="12/VP-CNTT", not_after=NOW + timedelta(days=400))
    made = desk.authority.request(application, act=CLERK)
    assert desk.authority.find_request(made.id) == made
    assert (made.id, made.form, made.application) == (1, Form.INDIVIDUAL, application)
    assert [(step.state, step.at, step.by, step.why) for step in made.steps] == [
        (RequestState.SUBMITTED, NOW, CLERK.by, CLERK.why)
    ]
    assert desk.authority.requests() == desk.authority.requests(RequestState.SUBMITTED) == (made,)
    assert desk.authority.requests(RequestState.APPROVED) == ()
    assert desk.authority.find_request(2) is None
    desk.check_journal()


@pytest.mark.parametrize(
    ("profile", "form"),
    [
        (CertificateProfile.OFFICIAL, Form.INDIVIDUAL),
        (CertificateProfile.AGENCY_SEAL, Form.AGENCY),
        (CertificateProfile.SERVICE, Form.SERVICE),
    ],
)
def test_each_kind_of_subscriber_has_its_form(desk: Desk, profile: CertificateProfile, form: Form) -> None:
    """Nghị định 68/2024/NĐ-CP Điều 11: Mẫu 01, 02, 03."""
    assert desk.authority.request(desk.new(profile=profile), act=CLERK).form is form


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        (RequestKind.RENEW, Form.RENEW_OR_CHANGE),
        (RequestKind.CHANGE, Form.RENEW_OR_CHANGE),
        (RequestKind.REVOKE, Form.REVOKE),
        (RequestKind.RESTORE_DEVICE, Form.RESTORE_DEVICE),
    ],
)
def test_each_kind_of_request_has_its_form(desk: Desk, kind: RequestKind, form: Form) -> None:
    """Mẫu 04, 05, 06; the kind of subscriber is that of the certificate concerned."""
    request = desk.authority.request(desk.about(desk.issued(), kind), act=CLERK)
    assert (request.form, request.profile) == (form, CertificateProfile.OFFICIAL)


def test_every_missing_and_superfluous_field_is_named(desk: Desk) -> None:
    """One refusal tells everything, so that the agency writes once more and not five times."""
    bad = desk.new(agency="  ", csr=None, subject=None, serial=1, case=RevocationCase.KEY_EXPOSED)
    with pytest.raises(VnsignError) as caught:
        desk.authority.request(bad, act=CLERK)
    assert code_of(caught) is ErrorCode.BAD_ARGUMENT
    for words in ("agency is missing", "csr is missing", "subject is missing", "serial does not", "case does not"):
        assert words in caught.value.message
    assert desk.authority.requests() == ()


@pytest.mark.parametrize("kind", [kind for kind in RequestKind if kind is not RequestKind.NEW])
def test_all_but_a_new_certificate_concern_one(desk: Desk, kind: RequestKind) -> None:
    """Without its serial number there is no such request, and with that of nobody neither."""
    for serial, words in ((None, "serial is missing"), (4711, "certificate")):
        application = replace(desk.about(4711, kind), serial=serial)
        with pytest.raises(VnsignError, match=words) as caught:
            desk.authority.request(application, act=CLERK)
        assert code_of(caught) is ErrorCode.BAD_ARGUMENT


@pytest.mark.parametrize(
    "changes",
    [
        {"agency": "A" * 251},
        {"agency": "Sở\x00Nội vụ"},
        {"agency": "Sở \u202eNội vụ"},
        {"document": "\ud800"},
        {"not_after": NOW},
        {"not_after": NOW.replace(tzinfo=None) + timedelta(days=9)},
        {"profile": CertificateProfile.TSA},
        {"profile": CertificateProfile.ROOT},
    ],
    ids=["long", "nul", "bidi", "surrogate", "past", "naive", "tsa", "root"],
)
def test_what_cannot_stand_on_a_form_is_refused(desk: Desk, changes: dict[str, Any]) -> None:
    """Bad input leaves nothing behind."""
    with pytest.raises(VnsignError) as caught:
        desk.authority.request(desk.new(**changes), act=CLERK)
    assert code_of(caught) is ErrorCode.BAD_ARGUMENT
    assert desk.authority.requests() == ()
    desk.check_journal()


@pytest.mark.parametrize("by", ["", "  ", "a\x00", "\ud800", "x" * 3000])
def test_nobody_acts_without_a_name(desk: Desk, by: str) -> None:
    """The journal names who did what."""
    with pytest.raises(VnsignError) as caught:
        desk.authority.request(desk.new(), act=Act(by=by))
    assert code_of(caught) is ErrorCode.BAD_ARGUMENT
    assert desk.authority.requests() == ()


def test_every_fault_of_the_key_is_named_at_once(desk: Desk) -> None:
    """Another name, and a key that is in use: one refusal."""
    key = generate_private_key()
    taken = desk.new(csr=csr_of(key), subject=SUBJECT)
    desk.authority.request(taken, act=CLERK)
    other = desk.new(csr=csr_of(key, replace(SUBJECT, common_name="Người khác")), subject=SUBJECT)
    with pytest.raises(RequestRefused) as caught:
        desk.authority.request(other, act=CLERK)
    assert code_of(caught) is ErrorCode.REQUEST_REFUSED
    assert set(caught.value.problems) == {RequestProblem.SUBJECT_MISMATCH, RequestProblem.KEY_IN_USE}


def test_bytes_that_are_no_request_are_refused(desk: Desk) -> None:
    """Truncated, empty, ten megabytes: our error, nothing on record."""
    whole = csr_of(generate_private_key())
    for csr in (whole[:-1], b"", b"\x30" * 10_000_000, whole + b"\0"):
        with pytest.raises(VnsignError) as caught:
            desk.authority.request(desk.new(csr=csr), act=CLERK)
        assert code_of(caught) is ErrorCode.MALFORMED_REQUEST
    assert desk.authority.requests() == ()


def test_a_key_belongs_to_one_subscriber(desk: Desk) -> None:
    """Whether it waits, is certified, or is revoked since: nobody else gets it certified, nor the same as new."""
    key = generate_private_key()
    request = desk.authority.request(desk.new(csr=csr_of(key)), act=CLERK)

    def refused() -> None:
        with pytest.raises(RequestRefused) as caught:
            desk.authority.request(desk.new(csr=csr_of(key)), act=CLERK)
        assert caught.value.problems == (RequestProblem.KEY_IN_USE,)

    refused()
    desk.authority.approve(request.id, act=CHIEF)
    refused()
    record = desk.authority.issue(request.id, act=CHIEF)
    refused()
    desk.revoked(record)
    refused()
    desk.clock.advance(days=6 * 365)
    refused()


def test_a_refused_request_leaves_its_key_free(desk: Desk) -> None:
    """What never was certified is nobody's."""
    application = desk.new()
    request = desk.authority.request(application, act=CLERK)
    desk.authority.refuse(request.id, act=CHIEF)
    desk.issued(application)


@pytest.mark.parametrize("role", list(OwnRole))
def test_the_authoritys_own_keys_are_nobody_elses(desk: Desk, role: OwnRole) -> None:
    """Who would get one certified could sign as the authority."""
    key = desk.authority._own.credential(role).key
    with pytest.raises(RequestRefused) as caught:
        desk.authority.request(desk.new(csr=csr_of(key)), act=CLERK)
    assert caught.value.problems == (RequestProblem.KEY_IN_USE,)


def test_nobody_asks_about_the_authoritys_own_certificates(desk: Desk) -> None:
    """They are not on any form."""
    for certificate in desk.authority.certificates():
        for kind in (RequestKind.RENEW, RequestKind.CHANGE, RequestKind.REVOKE, RequestKind.RESTORE_DEVICE):
            with pytest.raises(VnsignError) as caught:
                desk.authority.request(desk.about(certificate.serial_number, kind), act=CLERK)
            assert code_of(caught) is ErrorCode.BAD_ARGUMENT


def test_one_person_does_not_do_both(desk: Desk) -> None:
    """Four eyes: whoever submitted does not approve, in whatever writing; the setting decides."""
    request = desk.authority.request(desk.new(), act=CLERK)
    for by in (CLERK.by, f" {CLERK.by.upper()} ", *(f"Trần{invisible} Thị Cúc" for invisible in INVISIBLE)):
        with pytest.raises(VnsignError, match="four_eyes") as caught:
            desk.authority.approve(request.id, act=Act(by=by))
        assert code_of(caught) is ErrorCode.BAD_ARGUMENT
    desk.authority.change_settings(replace(desk.authority.settings, four_eyes=False), act=CHIEF)
    assert desk.authority.approve(request.id, act=CLERK).state is RequestState.APPROVED


@pytest.mark.parametrize("by", ["Trần Thị \u0421úc", "Trần Τhị Cúc", "Trần Thị Cúc\nLê Văn Cường", "a\u2028b"])
def test_a_name_that_looks_like_another_is_refused(desk: Desk, by: str) -> None:
    """Cyrillic or Greek among Latin letters, a second line: nobody is called so, and it stands for somebody else."""
    request = desk.authority.request(desk.new(), act=CLERK)
    with pytest.raises(VnsignError) as caught:
        desk.authority.approve(request.id, act=Act(by=by))
    assert code_of(caught) is ErrorCode.BAD_ARGUMENT
    assert desk.authority.approve(request.id, act=Act(by="Сергей")).state is RequestState.APPROVED


@pytest.mark.parametrize("field", ["agency", "document"])
@pytest.mark.parametrize("line_break", ["\n", "\u2028", "\u2029", "\u0085"])
def test_a_line_break_in_a_field_of_one_line_is_refused(desk: Desk, field: str, line_break: str) -> None:
    """What is read line by line must not hold a line somebody made up."""
    with pytest.raises(VnsignError) as caught:
        desk.authority.request(desk.new(**{field: f"VP{line_break}State: approved"}), act=CLERK)
    assert code_of(caught) is ErrorCode.BAD_ARGUMENT


@pytest.mark.parametrize("state", list(RequestState))
@pytest.mark.parametrize("wanted", [state for state in RequestState if state is not RequestState.SUBMITTED])
def test_a_request_moves_along_the_table_only(desk: Desk, state: RequestState, wanted: RequestState) -> None:
    """Every state against every verb: TRANSITIONS says which pairs go."""
    request = desk.authority.request(desk.new(), act=CLERK)
    verbs = {
        RequestState.APPROVED: desk.authority.approve,
        RequestState.REFUSED: desk.authority.refuse,
        RequestState.WITHDRAWN: desk.authority.withdraw,
        RequestState.DONE: desk.authority.issue,
    }
    if state is RequestState.DONE:
        desk.authority.approve(request.id, act=CHIEF)
    if state is not RequestState.SUBMITTED:
        verbs[state](request.id, act=CHIEF)
    before = desk.authority.find_request(request.id)
    if wanted in TRANSITIONS[state]:
        verbs[wanted](request.id, act=CHIEF)
        after = desk.authority.find_request(request.id)
        assert after is not None
        assert after.state is wanted
    else:
        with pytest.raises(VnsignError) as caught:
            verbs[wanted](request.id, act=CHIEF)
        assert code_of(caught) is ErrorCode.WRONG_STATE
        assert desk.authority.find_request(request.id) == before
    desk.check_journal()


def test_a_refusal_has_a_reason(desk: Desk) -> None:
    """The agency will ask."""
    request = desk.authority.request(desk.new(), act=CLERK)
    for verb in (desk.authority.refuse, desk.authority.withdraw):
        with pytest.raises(VnsignError) as caught:
            verb(request.id, act=Act(by=CHIEF.by, why=" "))
        assert code_of(caught) is ErrorCode.BAD_ARGUMENT
    refused = desk.authority.refuse(request.id, act=Act(by=CHIEF.by, why="không có quyết định bổ nhiệm"))
    assert refused.steps[-1].why == "không có quyết định bổ nhiệm"


def test_there_is_no_request_that_nobody_made(desk: Desk) -> None:
    """Every verb says so."""
    authority = desk.authority
    for verb in (authority.approve, authority.refuse, authority.withdraw, authority.issue, authority.restore):
        with pytest.raises(VnsignError) as caught:
            verb(7, act=CHIEF)
        assert code_of(caught) is ErrorCode.BAD_ARGUMENT


def test_a_certificate_is_asked_about_once_at_a_time(desk: Desk) -> None:
    """Two renewals, or a renewal and a change, would make two successors; a revocation may come beside."""
    record = desk.issued()
    first = desk.authority.request(desk.about(record, RequestKind.RENEW), act=CLERK)
    for kind in (RequestKind.RENEW, RequestKind.CHANGE):
        with pytest.raises(VnsignError) as caught:
            desk.authority.request(desk.about(record, kind), act=CLERK)
        assert code_of(caught) is ErrorCode.WRONG_STATE
    desk.authority.request(desk.about(record, RequestKind.REVOKE), act=CLERK)
    with pytest.raises(VnsignError):
        desk.authority.request(desk.about(record, RequestKind.REVOKE), act=CLERK)
    desk.authority.withdraw(first.id, act=CLERK)
    desk.authority.request(desk.about(record, RequestKind.CHANGE), act=CLERK)


def test_a_device_is_restored_without_a_change_to_the_certificate(desk: Desk) -> None:
    """Mẫu 06: the device is unlocked elsewhere, the authority keeps the record."""
    record = desk.issued()
    request = desk.approved(desk.about(record, RequestKind.RESTORE_DEVICE))
    done = desk.authority.restore(request.id, act=CHIEF)
    assert done.state is RequestState.DONE
    assert desk.authority.journal()[-1].act is JournalAct.RESTORED
    assert desk.found(record) == record
    with pytest.raises(VnsignError):
        desk.authority.issue(request.id, act=CHIEF)


def test_each_verb_carries_out_its_own_kind_of_request(desk: Desk) -> None:
    """An approved request for one thing approves nothing else."""
    record = desk.issued()
    new = desk.approved(desk.new())
    revoke = desk.approved(desk.about(record, RequestKind.REVOKE))
    serial = record.certificate.serial_number
    for verb in (
        lambda: desk.authority.issue(revoke.id, act=CHIEF),
        lambda: desk.authority.restore(new.id, act=CHIEF),
        lambda: desk.authority.revoke(serial, request_id=new.id, act=CHIEF),
    ):
        with pytest.raises(VnsignError) as caught:
            verb()
        assert code_of(caught) is ErrorCode.BAD_ARGUMENT
    assert desk.found(record).revocation is None


def test_many_requests_are_decided_one_by_one(desk: Desk) -> None:
    """A refused one loses nothing of the others, and leaves no trace."""
    good = [desk.new() for _ in range(70)]
    applications = [*good[:40], good[3], desk.new(agency=""), *good[40:]]
    taken = list(desk.authority.request_all(applications, act=CLERK))
    assert [outcome.asked for outcome in taken] == applications
    assert [outcome.error.code for outcome in taken if outcome.error] == [
        ErrorCode.REQUEST_REFUSED,
        ErrorCode.BAD_ARGUMENT,
    ]
    numbers = [outcome.record.id for outcome in taken if outcome.record]
    assert [request.application for request in desk.authority.requests()] == good
    approved = list(desk.authority.approve_all([*numbers, 999], act=CHIEF))
    assert [outcome.error is None for outcome in approved] == [*[True] * 70, False]
    desk.authority.refuse(numbers[5], act=CHIEF)
    issued = list(desk.authority.issue_all([*numbers, numbers[0]], act=CHIEF))
    failed = {outcome.request_id: outcome.error.code for outcome in issued if outcome.error}
    assert failed == {numbers[5]: ErrorCode.WRONG_STATE, numbers[0]: ErrorCode.WRONG_STATE}
    assert len(desk.authority.issued()) == 5 + 69
    desk.check_journal()


def test_the_agency_is_named_on_every_request(desk: Desk) -> None:
    """Nghị định 68/2024/NĐ-CP Điều 10: always on request of the agency in direct charge."""
    record = desk.issued()
    for application in (desk.new(), *(desk.about(record, kind) for kind in list(RequestKind)[1:])):
        with pytest.raises(VnsignError, match="agency in direct charge"):
            desk.authority.request(replace(application, agency=""), act=CLERK)
    assert desk.authority.requests()[0].application.agency == AGENCY
