"""Reports for people and machines: text, JSON, JUnit, SARIF, HTML, ETSI XML.

Everything here is pure and streams: documents come in one after the other, pieces of text go out. Nothing judges.
"""
