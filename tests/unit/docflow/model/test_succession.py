"""Codes with validity dates and successors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from docflow import DirectoryEntry, Period, build_directory, parse_agency_code
from docflow.errors import DocflowError, ErrorCode
from docflow.model import Directory
from docflow.model.succession import MAX_CHAIN

MERGED = date(2025, 7, 1)
BEFORE = Period(until=date(2025, 6, 30))


def entry(code: str, *successors: str, term: Period | None = None, alias: str | None = None) -> DirectoryEntry:
    """Return an entry; with successors, closed on 30 June 2025."""
    return DirectoryEntry(
        code=parse_agency_code(code),
        name=f"Cơ quan {code}",
        term=term or (BEFORE if successors else Period()),
        successors=tuple(parse_agency_code(item) for item in successors),
        aliases=(parse_agency_code(alias),) if alias else (),
    )


def resolve(directory: Directory, code: str, on: date = MERGED) -> str:
    """Return where a code leads."""
    return directory.resolve(parse_agency_code(code), on=on).text


def refusal(directory: Directory, code: str, on: date = MERGED) -> ErrorCode:
    """Return why a code leads nowhere."""
    with pytest.raises(DocflowError) as caught:
        resolve(directory, code, on)
    assert caught.value.vi
    return caught.value.code


def test_mail_to_a_merged_province_follows_its_successor() -> None:
    """QĐ 09/2025 Điều 2: the code that is kept takes over; until the merger the old one holds, and stays readable."""
    directory = build_directory([entry("H44", alias="000.00.00.H44"), entry("H62", "H44"), entry("H28", "H44")])
    assert resolve(directory, "H62") == "H44"
    assert resolve(directory, "H62", date(2025, 6, 30)) == "H62"
    assert resolve(directory, "000.00.00.H44") == "H44"
    found = directory.find(parse_agency_code("H62"))
    assert found is not None
    assert found.name == "Cơ quan H62"
    assert {code.text for code in directory.predecessors(parse_agency_code("H44"))} == {"H62", "H28"}


def test_a_code_that_the_directory_does_not_know_is_taken_as_it_stands() -> None:
    """The directory may be shorter than the country; 35 characters are a code too."""
    longest = "H99." + "A" * 31
    assert resolve(build_directory([]), longest) == longest


def test_a_long_chain_is_followed_and_an_endless_one_is_not() -> None:
    """Following successors ends: a chain of any length up to the limit, no circle."""
    chain = [entry(f"H10.{i}", f"H10.{i + 1}") for i in range(MAX_CHAIN)]
    assert resolve(build_directory([*chain, entry(f"H10.{MAX_CHAIN}")]), "H10.0") == f"H10.{MAX_CHAIN}"
    longer = [entry(f"H10.{i}", f"H10.{i + 1}") for i in range(MAX_CHAIN + 1)]
    assert refusal(build_directory([*longer, entry(f"H10.{MAX_CHAIN + 1}")]), "H10.0") is ErrorCode.MALFORMED_INPUT


@pytest.mark.parametrize("circle", [["H01"], ["H01", "H02"], ["H01", "H02", "H03"]])
def test_successors_in_a_circle_are_an_error(circle: Sequence[str]) -> None:
    """A directory whose codes succeed each other in a circle says so instead of running for ever."""
    entries = [entry(code, circle[(i + 1) % len(circle)]) for i, code in enumerate(circle)]
    directory = build_directory(entries)
    assert refusal(directory, "H01") is ErrorCode.MALFORMED_INPUT
    assert {item.text for item in directory.predecessors(parse_agency_code("H01"))} == set(circle) - {"H01"}


def test_a_code_split_dissolved_or_not_yet_in_use_is_no_address() -> None:
    """Nobody guesses which of several successors is meant."""
    later = Period(since=date(2026, 1, 1))
    entries = [entry("H01", "H02", "H03"), entry("H02"), entry("H03"), entry("H04", term=BEFORE)]
    directory = build_directory([*entries, entry("H05", term=later)])
    assert [refusal(directory, code) for code in ("H01", "H04", "H05")] == [ErrorCode.CODE_CLOSED] * 3


def test_a_code_stands_for_one_agency() -> None:
    """The same code or alias twice is an error of the directory."""
    with pytest.raises(DocflowError) as caught:
        build_directory([entry("H01"), entry("H02", alias="H01")])
    assert caught.value.code is ErrorCode.ALREADY_EXISTS
