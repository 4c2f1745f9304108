"""Places on a page, in PDF points and in the millimetres people measure.

Source: ISO 32000-2 §8.3.2.3 (default user space), §14.11.2 (page boundaries), §7.7.3.3 (/Rotate).
"""

from __future__ import annotations

from dataclasses import dataclass

from vnsign.errors import ErrorCode, UsageError

POINTS_PER_MM = 72 / 25.4
_QUARTER_TURN = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle on one page.

    Attributes:
        page: Page index, 0 for the first.
        x: Left edge in points from the left of the page's user space.
        y: Bottom edge in points from the bottom of the page's user space.
        width: In points, more than 0 (0 only for an invisible signature).
        height: In points.
    """

    page: int
    x: float
    y: float
    width: float
    height: float

    @property
    def rectangle(self) -> tuple[float, float, float, float]:
        """Return (left, bottom, right, top), rounded to a hundredth of a point as it is written."""
        corners = (self.x, self.y, self.x + self.width, self.y + self.height)
        return tuple(round(c, 2) for c in corners)  # type: ignore[return-value]  # four in, four out


@dataclass(frozen=True, slots=True, kw_only=True)
class PageGeometry:
    """What a person sees of a page: its visible rectangle in user space, and how it is turned.

    Attributes:
        visible: Crop box (left, bottom, right, top) in points.
        rotation: 0, 90, 180 or 270, clockwise.
    """

    visible: tuple[float, float, float, float]
    rotation: int = 0


def page_size_mm(geometry: PageGeometry) -> tuple[float, float]:
    """Return width and height of a page as it is seen, in mm."""
    left, bottom, right, top = geometry.visible
    width, height = (right - left) / POINTS_PER_MM, (top - bottom) / POINTS_PER_MM
    return (height, width) if geometry.rotation % 180 == _QUARTER_TURN else (width, height)


def seen_rectangle_mm(
    geometry: PageGeometry, rectangle: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """Return where a rectangle of user space is seen: left, top, width, height in mm from the top left corner."""
    left, bottom, right, top = geometry.visible
    x1, y1, x2, y2 = rectangle
    match geometry.rotation % 360:
        case 90:
            seen = (y1 - bottom, x1 - left, y2 - y1, x2 - x1)
        case 180:
            seen = (right - x2, y1 - bottom, x2 - x1, y2 - y1)
        case 270:
            seen = (top - y2, right - x2, y2 - y1, x2 - x1)
        case _:
            seen = (x1 - left, top - y2, x2 - x1, y2 - y1)
    x, y, width, height = (v / POINTS_PER_MM for v in seen)
    return x, y, width, height


def place_on_page(
    geometry: PageGeometry, at_mm: tuple[float, float], *, size_mm: tuple[float, float], page: int
) -> Box:
    """Return the box of something placed as a person measures: from the top left corner of the page as seen.

    Args:
        geometry: The page.
        at_mm: Distance of the thing's top left corner from the page's left and top edge, as seen, in mm.
        size_mm: Width and height as seen, in mm.
        page: Page index to put into the box.

    Raises:
        UsageError: BAD_ARGUMENT if it would not lie wholly on the page.
    """
    left, bottom, right, top = geometry.visible
    turned = geometry.rotation % 180 == _QUARTER_TURN
    seen_width, seen_height = (top - bottom, right - left) if turned else (right - left, top - bottom)
    x, y = (v * POINTS_PER_MM for v in at_mm)
    width, height = (v * POINTS_PER_MM for v in size_mm)
    tolerance = 0.5
    if (
        min(x, y) < 0
        or min(width, height) <= 0
        or x + width > seen_width + tolerance
        or y + height > seen_height + tolerance
    ):
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"a box of {size_mm[0]:g} × {size_mm[1]:g} mm at {at_mm[0]:g}, {at_mm[1]:g} mm "
            f"does not lie on page {page + 1}",
            way_out=f"the page is {seen_width / POINTS_PER_MM:.0f} × {seen_height / POINTS_PER_MM:.0f} mm as seen",
        )
    match geometry.rotation % 360:
        case 90:
            return Box(page=page, x=left + y, y=bottom + x, width=height, height=width)
        case 180:
            return Box(page=page, x=right - x - width, y=bottom + y, width=width, height=height)
        case 270:
            return Box(page=page, x=right - y - height, y=top - x - width, width=height, height=width)
        case _:
            return Box(page=page, x=left + x, y=top - y - height, width=width, height=height)
