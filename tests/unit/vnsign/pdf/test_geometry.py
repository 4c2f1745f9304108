"""A place in millimetres as seen becomes a box in the page's user space, whichever way the page is turned."""

from __future__ import annotations

import pytest

from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.geometry import POINTS_PER_MM, PageGeometry, place_on_page

A4 = (0.0, 0.0, 595.28, 841.89)


@pytest.mark.parametrize(
    ("rotation", "left", "bottom", "width", "height"),
    [
        (0, 10.0, 297 - 20 - 15, 30.0, 15.0),
        (90, 20.0, 10.0, 15.0, 30.0),
        (180, 210 - 10 - 30, 20.0, 30.0, 15.0),
        (270, 210 - 20 - 15, 297 - 10 - 30, 15.0, 30.0),
    ],
)
def test_a_place_is_measured_from_the_top_left_corner_as_seen(
    rotation: int, left: float, bottom: float, width: float, height: float
) -> None:
    """10 mm from the left and 20 mm from the top, as a person holds the page."""
    box = place_on_page(PageGeometry(visible=A4, rotation=rotation), (10, 20), size_mm=(30, 15), page=0)

    expected = (left, bottom, width, height)
    found = tuple(v / POINTS_PER_MM for v in (box.x, box.y, box.width, box.height))
    assert found == pytest.approx(expected, abs=0.05)


def test_a_cropped_page_is_measured_from_its_visible_corner() -> None:
    """The crop box, not the media box, is what a person sees."""
    box = place_on_page(PageGeometry(visible=(100, 100, 400, 500)), (0, 0), size_mm=(10, 10), page=0)

    assert (box.x, box.y + box.height) == pytest.approx((100, 500))


@pytest.mark.parametrize(
    ("at", "size"), [((-1, 0), (10, 10)), ((205, 0), (10, 10)), ((0, 290), (10, 10)), ((0, 0), (0, 5))]
)
def test_a_box_that_leaves_the_page_is_refused(at: tuple[float, float], size: tuple[float, float]) -> None:
    """What nobody would see is not signed."""
    with pytest.raises(UsageError) as refused:
        place_on_page(PageGeometry(visible=A4), at, size_mm=size, page=0)

    assert refused.value.code is ErrorCode.BAD_ARGUMENT
