"""Every text of a message from another agency is looked at for a mark of secrecy, whatever its element is called."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any, Union, get_args, get_origin

import pytest

from docflow.edxml import NewDocument
from docflow.exchange import arrivals, is_secret
from docflow.model.secrecy import NAMES_OF_PEOPLE

VALUES: dict[Any, Any] = {
    str: "văn bản",
    int: 1,
    bool: False,
    bytes: b"%PDF",
    date: date(2026, 3, 9),
    datetime: datetime.fromisoformat("2026-03-09T08:00:00+07:00"),
}


def filled(hint: Any, at: str, mark: str) -> Any:  # noqa: ANN401 — any annotation
    """Return a value with everything filled in, and the mark where the path leads."""
    here, _, rest = at.partition(".")
    if get_origin(hint) in {Union, types.UnionType}:
        return filled(next(kind for kind in get_args(hint) if kind is not types.NoneType), at, mark)
    if get_origin(hint) is tuple:
        return (filled(get_args(hint)[0], at, mark),)
    if is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        make = typing.cast("Callable[..., Any]", hint)
        return make(**{f.name: filled(hints[f.name], rest if f.name == here else "", mark) for f in fields(hint)})
    return mark if at == "*" else VALUES[hint]


def places(hint: Any) -> Iterator[str]:  # noqa: ANN401 — any annotation
    """Yield the path to every text."""
    if hint is str:
        yield "*"
    elif get_origin(hint) in {Union, types.UnionType, tuple}:
        for kind in get_args(hint):
            yield from places(kind)
    elif is_dataclass(hint):
        for field in fields(hint):
            for rest in places(typing.get_type_hints(hint)[field.name]):
                yield f"{field.name}.{rest}"


PLACES = list(places(NewDocument))
OF_MACHINES = [place for place in PLACES if place.split(".")[-2] in arrivals._OF_MACHINES]


@pytest.mark.parametrize("place", [place for place in PLACES if place not in OF_MACHINES])
@pytest.mark.parametrize("mark", ["(TỐI MẬT)", "[M\u200bậ\u200bt]", "độ mật: Mật", "MẬT V/v phòng thủ"])
def test_a_mark_in_any_text_of_a_message_makes_it_secret(place: str, mark: str) -> None:
    """QĐ 28/2018 Điều 1.2: subject, content, names of files, addressees, notes, and what was not understood."""
    assert is_secret(filled(NewDocument, place, mark))


@pytest.mark.parametrize("place", PLACES)
def test_words_about_secrets_and_a_signer_of_that_name_make_no_message_secret(place: str) -> None:
    """What goes back by mistake costs its sender a telephone call."""
    for text in ("V/v bảo vệ bí mật nhà nước", *(("Mật",) if place.split(".")[-2] in NAMES_OF_PEOPLE else ())):
        assert not is_secret(filled(NewDocument, place, text))


def test_what_machines_write_is_not_looked_at() -> None:
    """The reason stands beside the list."""
    assert {place.split(".")[-2] for place in OF_MACHINES} == arrivals._OF_MACHINES
    assert not any(is_secret(filled(NewDocument, place, "mat@h99.gov.vn")) for place in OF_MACHINES)
