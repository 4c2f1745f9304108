"""Geometry, texts, copies and prefixes of Decree 30."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from vnsign.errors import ErrorCode, UsageError
from vnsign.policy import decree30
from vnsign.policy.decree30 import AuthorityPrefix, CopyDirection, CopyForm, build_signature_block

AT = datetime(2026, 2, 3, 1, 5, 9, tzinfo=UTC)


def test_the_signing_time_is_that_of_vietnam_with_its_zone() -> None:
    """PL I II.8.b: day month year; hour minute second; zone by ISO 8601."""
    assert decree30.build_signing_time(AT) == "03/02/2026; 08:05:09 +07:00"
    with pytest.raises(UsageError):
        decree30.build_signing_time(AT.replace(tzinfo=None))


def test_attachment_and_copy_show_the_words_of_the_templates() -> None:
    """PL III mẫu 1.3 and 3.2."""
    assert decree30.build_attachment_text("15/QĐ-UBND", AT) == "Số: 15/QĐ-UBND; 03/02/2026; 08:05:09 +07:00"
    assert (
        decree30.build_copy_text(CopyForm.SAO_LUC, "UBND tỉnh An Bình", AT)
        == "SAO LỤC; UBND tỉnh An Bình; 03/02/2026; 08:05:09 +07:00"
    )


def test_only_an_extract_is_copied_from_electronic_to_electronic() -> None:
    """Điều 25: all other pairs are allowed."""
    forbidden = [
        (form, direction)
        for form in CopyForm
        for direction in CopyDirection
        if direction not in decree30.COPY_DIRECTIONS[form]
    ]

    assert forbidden == [
        (CopyForm.SAO_Y, CopyDirection.ELECTRONIC_TO_ELECTRONIC),
        (CopyForm.SAO_LUC, CopyDirection.ELECTRONIC_TO_ELECTRONIC),
    ]


def test_the_image_is_centred_between_position_and_name() -> None:
    """PL I II.7.d."""
    assert decree30.centre_between((150, 200), (152, 240), size_mm=(45, 22)) == (128.5, 209)


@pytest.mark.parametrize(
    ("person_at", "expected"),
    [((100, 200), (79, 193)), ((5, 200), (0, 193)), ((100, 280), (79, 261)), ((100, 0), (79, 0))],
    ids=["free", "left edge", "bottom edge", "top edge"],
)
def test_the_seal_covers_a_third_and_is_shifted_only_at_the_edge(
    person_at: tuple[float, float], expected: tuple[float, float]
) -> None:
    """PL I II.8.a: real size; over the left third of an image of 45 × 22 mm."""
    placed = decree30.place_seal(person_at, (45, 22), seal_mm=(36, 36), page_mm=(210, 297))

    assert placed == pytest.approx(expected)


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ({"post": "Chủ tịch"}, ("CHỦ TỊCH",)),
        ({"post": "Chủ tịch", "collective": "Ủy ban nhân dân"}, ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")),
        (
            {
                "post": "Phó Chủ tịch",
                "collective": "Ủy ban nhân dân",
                "prefix": AuthorityPrefix.KT,
                "head": "Chủ tịch",
            },
            ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
        ),
        (
            {"post": "Chánh Văn phòng", "prefix": AuthorityPrefix.TL, "head": "Bộ trưởng"},
            ("TL. BỘ TRƯỞNG", "CHÁNH VĂN PHÒNG"),
        ),
        (
            {"post": "Trưởng phòng", "prefix": AuthorityPrefix.TUQ, "head": "Giám đốc"},
            ("TUQ. GIÁM ĐỐC", "TRƯỞNG PHÒNG"),
        ),
        ({"post": "Cục trưởng", "prefix": AuthorityPrefix.Q}, ("Q. CỤC TRƯỞNG",)),
    ],
    ids=["none", "TM", "TM KT", "TL", "TUQ", "Q"],
)
def test_prefixes_stand_where_the_decree_writes_them(words: dict[str, str], lines: tuple[str, ...]) -> None:
    """Điều 13; PL I II.7."""
    assert build_signature_block(**words) == lines  # type: ignore[arg-type]  # mixed words


@pytest.mark.parametrize(
    ("prefix", "head"),
    [(AuthorityPrefix.KT, None), (AuthorityPrefix.Q, "Chủ tịch"), (None, "Chủ tịch"), (AuthorityPrefix.TM, None)],
)
def test_a_prefix_without_its_words_is_refused(prefix: AuthorityPrefix | None, head: str | None) -> None:
    """KT. needs the head's post; Q. and nobody do not."""
    with pytest.raises(UsageError) as refused:
        build_signature_block("Chủ tịch", prefix=prefix, head=head)

    assert refused.value.code is ErrorCode.BAD_ARGUMENT
