"""A small local server that answers as AWS would, from memory, after a fixed time, at next to no cost.

The simulated AWS of the tests is faithful and slow; a benchmark of the client needs a server that is never what it
waits for. It keeps nothing but counts of its calls (``/_asked``). The answers were recorded from the simulated AWS and
lie in ``canned/answers``; nothing of AWS is asked. Run by the benchmarks, which read the port from its first line;
``--world`` takes a description of accounts, Regions, resources, latency, throttling and faults (``canned/world.py``).
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import replace
from pathlib import Path

from canned.server import serve
from canned.world import World


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", type=Path, help="a description in JSON")
    parser.add_argument("--buckets", type=int, help="how many buckets a Region has")
    parser.add_argument("--latency", type=float, help="seconds before an answer")
    options = parser.parse_args()
    world = World.load(options.world) if options.world else World()
    if options.buckets is not None:
        world = replace(world, resources={**world.resources, "s3": options.buckets})
    if options.latency is not None:
        world = replace(world, latency=options.latency)
    asyncio.run(serve(world))


if __name__ == "__main__":
    main()
