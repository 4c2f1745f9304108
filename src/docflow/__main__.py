"""``python -m docflow``: the same as the command ``docflow``."""

from docflow.cli import main

if __name__ == "__main__":
    main()
