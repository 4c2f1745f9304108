"""The figures that agencies publish: counted from facts, whoever reads them."""
