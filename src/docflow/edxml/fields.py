"""Reading values out of elements: by local name, in any order, each understood element marked as seen.

A value that cannot be read stays unseen and so ends among the leftovers. Two different values for one element are
refused: one program would act on the first, another on the last.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from docflow.edxml.limits import MAX_LEFTOVERS
from docflow.edxml.messages import Leftover
from docflow.edxml.refusals import malformed
from docflow.edxml.tree import Element
from docflow.errors import InputError
from docflow.model import LAW_TIME_ZONE

_INTEGER = re.compile(r"[+-]?[0-9]{1,9}")
_TIME = r"(?:[ T]([0-9]{1,2}):([0-9]{2}):([0-9]{2}))"
_YEAR_FIRST = re.compile(r"([0-9]{4})([/-])([0-9]{1,2})\2([0-9]{1,2})" + _TIME + "?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4})" + _TIME + "?")


def many(parent: Element | None, name: str) -> list[Element]:
    """Return the children of that name."""
    found = [child for child in parent.children if child.name == name] if parent is not None else []
    for child in found:
        child.seen = True
    return found


def one(parent: Element | None, name: str) -> Element | None:
    """Return the child of that name, or None; a structure that stands twice is refused."""
    found = many(parent, name)
    if len(found) > 1:
        raise _ambiguous(name)
    return found[0] if found else None


def text(parent: Element | None, name: str) -> str:
    """Return the text of the child of that name, ``""`` if there is none."""
    values = {child.text for child in many(parent, name)} - {""}
    if len(values) > 1:
        raise _ambiguous(name)
    return values.pop() if values else ""


def texts(parent: Element | None, name: str) -> tuple[str, ...]:
    """Return the texts of all children of that name that have one."""
    return tuple(value for child in many(parent, name) if (value := child.text))


def integer(parent: Element | None, name: str) -> int | None:
    """Return the number in the child of that name; None if there is none or it is not one."""
    value = text(parent, name)
    if _INTEGER.fullmatch(value):
        return int(value)
    _unsee(parent, name)
    return None


def day(parent: Element | None, name: str) -> date | None:
    """Return the date, day in Vietnam: ``yyyy/MM/dd``, or as others write it; None if unreadable."""
    moment = _read_moment(text(parent, name))
    if moment is None:
        _unsee(parent, name)
        return None
    return moment.date()


def timestamp(parent: Element | None, name: str) -> datetime | None:
    """Return the time, aware, of the law's zone, since messages name none; None if unreadable."""
    moment = _read_moment(text(parent, name))
    if moment is None:
        _unsee(parent, name)
    return moment


def leftovers(root: Element) -> tuple[Leftover, ...]:
    """Return what nobody has understood and that says something: texts and attributes, with their paths.

    Raises:
        InputError: ``MALFORMED_INPUT``; more than ``MAX_LEFTOVERS``.
    """
    found: list[Leftover] = []
    for path, element in root.walk():
        if element.seen:
            continue
        where = "/".join(path)
        attributes = [(key, value) for key, value in element.attributes.items() if not key.startswith("xmlns")]
        found += [Leftover(path=f"{where}/@{key}", text=value) for key, value in attributes if value]
        if element.text:
            found.append(Leftover(path=where, text=element.text))
        if len(found) > MAX_LEFTOVERS:
            raise malformed(
                f"more than {MAX_LEFTOVERS} unknown elements", vi="Gói tin edXML có quá nhiều phần tử không rõ."
            )
    return tuple(found)


def _read_moment(value: str) -> datetime | None:
    if found := _YEAR_FIRST.fullmatch(value):
        year, _, month, day_, *time = found.groups()
    elif found := _DAY_FIRST.fullmatch(value):
        day_, _, month, year, *time = found.groups()
    else:
        return None
    hour, minute, second = (int(part or 0) for part in time)
    try:
        return datetime(int(year), int(month), int(day_), hour, minute, second, tzinfo=LAW_TIME_ZONE)
    except ValueError:
        return None


def _unsee(parent: Element | None, name: str) -> None:
    for child in many(parent, name):
        child.seen = False


def _ambiguous(name: str) -> InputError:
    return malformed(f"{name} stands twice", vi=f"Gói tin edXML ghi hai lần phần tử {name} với nội dung khác nhau.")
