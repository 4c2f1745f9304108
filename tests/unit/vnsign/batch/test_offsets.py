from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vnsign.batch.offsets import OffsetTable


@given(st.lists(st.tuples(st.binary(max_size=8), st.integers(min_value=0, max_value=2**64 - 1))))
def test_the_table_is_a_dictionary(entries: list[tuple[bytes, int]]) -> None:
    """Whatever is put in, the last number of each name is found, and no other name."""
    table, model = OffsetTable(), dict[bytes, int]()
    for name, number in entries:
        assert table.put(name, number) == (name not in model)
        model[name] = number
    assert {name: table.get(name) for name, _ in entries} == model
    assert len(table) == len(model)
    assert table.get(b"a name that was never put in") is None


def test_the_table_grows() -> None:
    """Many more names than its first room."""
    table = OffsetTable()
    for number in range(10_000):
        assert table.put(b"%d" % number, number)
    assert [table.get(b"%d" % number) for number in range(10_000)] == list(range(10_000))
