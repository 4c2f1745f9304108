"""``python -m vnsign``: the same as the command ``vnsign``."""

from vnsign.cli import main

if __name__ == "__main__":
    main()
