"""How an authority is founded in a ceremony, and the signed transcript it leaves."""
