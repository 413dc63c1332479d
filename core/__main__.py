"""``python -m trueup``: the same as the ``trueup`` command."""

from __future__ import annotations

from trueup.cli.main import main

if __name__ == "__main__":
    main()
