"""The clauses that docs/standards.md must speak of, one by one: the articles and annexes that bind an office.

A clause stands here as it is cited; a point (điểm) follows its paragraph (khoản) without a space. Whoever adds a clause
to a range adds it here first.
"""

from __future__ import annotations

_DECREE, _DECISION, _ANNEX_6 = "NĐ 30/2020", "QĐ 28/2018", "NĐ 30/2020 PL VI Phần I mục"

_ARTICLES = {
    _DECREE: """
        13.1 13.2 13.3 13.4 13.5 13.6 13.7  14  15.1 15.1a 15.1b 15.1c 15.2 15.3  16.1 16.2a 16.2b 16.3
        17.1a 17.1b 17.2  18.1 18.2 18.3 18.4a 18.4b 18.5 18.6  19.1a 19.1b 19.2a 19.2b 19.2c
        20  21.1a 21.1b 21.1c 21.2a 21.2b 21.2c  22.1 22.2 22.3a 22.3b 22.4  23.1 23.2 23.3 23.4  24.1 24.2
        25.1a 25.1b 25.1c 25.2a 25.2b 25.3a 25.3b 25.4  26  27.1 27.2
    """,
    _DECISION: """
        5.1 5.2 5.3 5.4  6.1 6.2 6.3 6.4 6.5  7.1 7.2a 7.2b 7.3a 7.3b 7.3c  8.1 8.2  9.1 9.2
        10.1 10.2a 10.2b 10.2c 10.2d 10.2đ 10.2e 10.2g 10.2h 10.2i 10.2k 10.2l 10.2m 10.2n 10.2o 10.2p 10.2q
    """,
}

_FUNCTIONS = """
    I.1 I.2 I.3 I.4 I.5  II.1 II.2 II.3 II.4 II.5 II.6 II.7 II.8
    III.1a III.1b III.1c III.1d III.1đ III.1e III.1g III.1h III.1i III.1k III.1l III.1m III.1n III.1o
    III.2a III.2b III.2c  III.3a III.3b III.3c  III.4a III.4b III.4c III.4d III.4đ III.4e III.4g
    III.5a III.5b III.5c III.5d III.5đ III.5e III.5g
    III.6a III.6b III.6c III.6d III.6đ III.6e III.6g III.6h III.6i III.6k III.6l
    III.7a III.7b III.7c III.7d III.7đ  III.8a III.8b III.8c
    IV.1a IV.1b IV.1c IV.1d IV.1đ IV.1e IV.1g IV.2 IV.3  V.1 V.2 V.3 V.4 V.5 V.6
"""

_ANNEXES = (
    "PL I Phần I mục II.3a",
    "PL I Phần I mục II.3b",
    "PL I Phần I mục II.3c",
    "PL I Phần I mục II.3d",
    "PL I Phần I mục II.4b",
    "PL I Phần II mục II.1c",
    "PL III mục I",
    *(
        f"PL IV mục {form}"
        for form in ["I.1", "I.2", "II", "III", "IV", "V", "VI.1", "VI.2", "VII", "VIII.1", "VIII.2"]
    ),
)

CLAUSES = frozenset(
    (
        *(f"{law} Điều {article}" for law, articles in _ARTICLES.items() for article in articles.split()),
        *(f"{_DECREE} {annex}" for annex in _ANNEXES),
        *(f"{_ANNEX_6} {function}" for function in _FUNCTIONS.split()),
    )
)
"""Decree 30/2020 Điều 13–27, numbering of Phụ lục I and III, forms of Phụ lục IV, functions of Phụ lục VI; Decision
28/2018 Điều 5–10."""
