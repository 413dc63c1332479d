"""The command line of trueup in a process that counts the clients that it makes; run by ``organisation.py``.

When it ends it writes what it counted into the file that ``BENCHMARK_CLIENTS`` names. What worker processes of it make
is not counted. Nothing is patched but botocore's one way to make a client.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

FILE = "BENCHMARK_CLIENTS"


def count_clients() -> None:
    """Count every client that botocore makes in this process, by service and Region."""
    import botocore.session

    made: Counter[str] = Counter()
    make = botocore.session.Session.create_client

    def counting(session: Any, service_name: str, *args: Any, **options: Any) -> Any:
        client = make(session, service_name, *args, **options)
        made[f"{service_name} {client.meta.region_name}"] += 1
        return client

    botocore.session.Session.create_client = counting
    path = Path(os.environ[FILE])
    atexit.register(lambda: path.write_text(json.dumps(made)))


if __name__ == "__main__":
    from trueup.cli.main import main

    count_clients()
    sys.exit(main())
