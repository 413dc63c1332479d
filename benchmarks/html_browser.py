"""How long a browser takes with a large page: until it can be used, and for each filter, search, sort and page turn.

Needs Playwright (``pip install playwright``; no browser of its own) and a Chromium, and the page of
``html_report.py --out``::

    python benchmarks/html_browser.py large.html --chromium /usr/bin/chromium

Times are those of the page's own clock, from the event to the second frame after it, when the answer has been painted;
the search box waits 150 ms for the next key, which is part of its time. The page is opened as a file, without network.
The median of some rounds is printed as JSON, and the aim is under a second each.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync")  # fmt: skip

# Changes a control as a person does and waits until what follows stands on the page and has been painted.
ACT = """
([name, value]) => new Promise((resolve, reject) => {
  const count = document.getElementById("filter-count");
  const list = document.getElementById("explorer-list");
  const start = performance.now();
  const watch = new MutationObserver(() => {
    watch.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => resolve([performance.now() - start, count.textContent])));
  });
  watch.observe(list, { childList: true });
  setTimeout(() => reject(new Error(name + " changed nothing")), 20000);
  if (name === "turn") return document.querySelector(`[data-turn=${value}]`).click();
  if (name === "clear") return document.querySelector("#filters [type=reset]").click();
  const field = document.getElementById("filter-" + name);
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
})
"""

STEPS = (
    ("verdict", "fail"),
    ("severity", "high"),
    ("account", "111100000000"),
    ("region", "eu-central-1"),
    ("service", "dynamodb"),
    ("clear", ""),
    ("rule", "rds-cluster-multi-az-enabled"),
    ("clear", ""),
    ("text", "catalogue"),
    ("text", "cost-center cc-007"),
    ("text", "nodejs18.x"),
    ("text", "no such thing anywhere"),
    ("clear", ""),
    ("sort", "resource"),
    ("sort", "place"),
    ("sort", "cost"),
    ("sort", "rule"),
    ("sort", "worst"),
    ("turn", "next"),
    ("turn", "last"),
    ("turn", "previous"),
    ("turn", "first"),
    ("size", "250"),
)


def opened(page: Page, path: Path) -> float:
    """Open the page and give the milliseconds until all findings can be filtered."""
    page.goto(path.resolve().as_uri())
    page.wait_for_selector("#explorer-list > details", timeout=120_000)
    painted = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"
    return float(page.evaluate(painted))


def measured(page: Page, path: Path) -> dict[str, Any]:
    """Give the milliseconds of opening and of each step, first to last, on a fresh page."""
    taken: dict[str, Any] = {"open": opened(page, path)}
    for number, (name, value) in enumerate(STEPS):
        milliseconds, count = page.evaluate(ACT, [name, value])
        taken[f"{number + 1} {name} {value}".strip()] = (milliseconds, count)
    heap = page.context.new_cdp_session(page).send("Runtime.getHeapUsage")
    return {**taken, "heap": heap["usedSize"] / 1e6}


def main() -> None:
    """Print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    problems: list[str] = []
    rounds = []
    version = None
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        context = playwright.chromium.launch_persistent_context(
            folder, executable_path=chosen.chromium, headless=True, args=list(ARGUMENTS), offline=True
        )
        for _ in range(chosen.rounds):
            page = context.new_page()
            page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: problems.append(str(error)))
            rounds.append(measured(page, chosen.page))
            version = page.evaluate("navigator.userAgentData?.brands.map(each => each.brand + ' ' + each.version)")
            page.close()
        context.close()
    steps = {
        name: {
            "milliseconds": round(statistics.median(each[name][0] for each in rounds)),
            "slowest": round(max(each[name][0] for each in rounds)),
            "shown": rounds[0][name][1],
        }
        for name in rounds[0]
        if name not in {"open", "heap"}
    }
    result = {
        "browser": version,
        "bytes": chosen.page.stat().st_size,
        "open_milliseconds": [round(each["open"]) for each in rounds],
        "heap_mb": round(statistics.median(each["heap"] for each in rounds)),
        "slowest_step_milliseconds": max(step["slowest"] for step in steps.values()),
        "steps": steps,
        "problems": problems,
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
