"""How dark text is drawn, how bright a background is painted, and by which words of a look.

What it does not do: colours of spaces that a file brings along, or patterns.

Source: ISO 32000-2 §8.6.4 (device spaces), §8.6.5.6 (default spaces), §8.6.8 (operators), §10.4.2 (conversions).
"""

from __future__ import annotations

from collections.abc import Sequence

#: The operator that sets space and colour at once. PDFBox sets one after the other.
SETTING = {"/DeviceGray": "g", "/DeviceRGB": "rg", "/DeviceCMYK": "k"}
#: With these in its resources a look's colours are not what its operators say. Poppler looks for a device's space among
#: the resources first.
REPLACED_SPACES = ("/DefaultGray", "/DefaultRGB", "/DefaultCMYK", *SETTING)


def shade_of(operator: str, numbers: Sequence[float]) -> tuple[float, float]:
    """Return a colour's brightness (of its lightest component) and how light it is to the eye.

    Args:
        operator: ``g``, ``rg`` or ``k``.
        numbers: Its operands; of those out of range readers take the nearest that is not.
    """
    values = [min(1.0, max(0.0, number)) for number in numbers]
    return _brightness(operator, values), _luminance(operator, values)


def _brightness(operator: str, values: Sequence[float]) -> float:
    return max(values) if operator != "k" else 1 - max(values[3], sum(values[:3]) / 3)


def _luminance(operator: str, values: Sequence[float]) -> float:
    """Source: ISO 32000-2 §10.4.2.2 (0.3, 0.59, 0.11), §10.4.2.4 (CMYK)."""
    if operator == "g":
        return values[0]
    red, green, blue = values if operator == "rg" else (1 - min(1.0, ink + values[3]) for ink in values[:3])
    return 0.3 * red + 0.59 * green + 0.11 * blue
