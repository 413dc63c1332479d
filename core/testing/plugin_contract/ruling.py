"""What a plugin ships as data beside its facts: rules with their cases, prices, corrections of the simulated AWS."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from trueup.errors import RuleFileError
from trueup.finding import Verdict
from trueup.hosting.locate import find_module
from trueup.prices.price_file import PriceFile, PriceFileError, price_names
from trueup.prices.queries import PriceQueries
from trueup.ruleset.cases import missing_verdicts, run_cases
from trueup.ruleset.source import CASES_SUFFIX
from trueup.ruleset.suggest import did_you_mean
from trueup.testing.correction import Correction
from trueup.testing.plugin_contract.broken import invariant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.testing.plugin_contract.subject import Subject

__all__ = ["cases_hold", "corrections_name_sources", "prices_are_sound", "rules_are_sound"]


@invariant(
    "every rule file is valid: its id is the file's name, its paths are facts, its fix is a declared action",
    why="a rule that cannot be loaded is left out, and what it would have found with it",
    mend="{rules}: the file, line and column that are named",
)
def rules_are_sound(subject: Subject) -> Iterator[str]:
    """Load the rules as strictly as a user's own."""
    for file in subject.ruleset.broken:
        yield from file.problems


@invariant(
    "every rule has cases beside it, at least one each of pass, fail and unknown, and all of them hold",
    why="they prove the rule without AWS, and tell its reader what it means; unknown must never turn into pass or fail",
    mend="{rules}: the rule's file, or its .cases.json",
)
def cases_hold(subject: Subject) -> Iterator[str]:
    """Run the cases of each rule; look for verdicts without a case, and for cases without a rule."""
    for rule in subject.ruleset.rules.values():
        try:
            results = run_cases(rule)
        except RuleFileError as error:
            yield from error.problems
            continue
        yield from (result.sentence() for result in results if not result.holds)
        missing = [str(verdict) for verdict in missing_verdicts(results)]
        shown = {result.case.expected for result in results}
        if rule.when and Verdict.NOT_APPLICABLE not in shown:
            missing.append(str(Verdict.NOT_APPLICABLE))
        if missing:
            yield f"{rule.id}: expected a case each of pass, fail and unknown, found none of {', '.join(missing)}"
    known = {*subject.ruleset.rules, *(each.id for each in subject.ruleset.broken)}
    for file in sorted(each.name for each in subject.rule_source.folder.iterdir()):
        rule_id = file.removesuffix(CASES_SUFFIX)
        if rule_id != file and rule_id not in known:
            yield f"{file}: expected a rule {rule_id}.json beside it, found none{did_you_mean(rule_id, known)}"


@invariant(
    "prices.json, where there is one, is dated and sourced, and price_queries.json makes each of its prices",
    why="an estimate from a price without date and source is a rumour, and one that cannot be fetched anew goes stale",
    mend="{package}: prices.json and price_queries.json",
)
def prices_are_sound(subject: Subject) -> Iterator[str]:
    """Read both files, and hold the names of one against the queries of the other."""
    prices, queries = subject.folder / "prices.json", subject.folder / "price_queries.json"
    if prices.is_file() is not queries.is_file():
        found, lacking = (prices, queries) if prices.is_file() else (queries, prices)
        yield f"expected {lacking.name} beside {found}, found none"
    if not prices.is_file() or not queries.is_file():
        return
    try:
        regions = PriceFile.load(prices, subject.name).regions
        asked = PriceQueries.load(queries).queries
    except PriceFileError as error:
        yield str(error)
        return
    for region, listed in regions.items():
        for name, _ in price_names(listed):
            made = sum(query.attributes(name) is not None for query in asked)
            if made != 1:
                yield f"{'.'.join(name)} in {region}: expected one query that makes it, found {made}"


@invariant(
    "every correction of the simulated AWS says what AWS does, and names its source",
    why="a test that passes against a made-up AWS proves nothing about the real one",
    mend="{simulated}: `says` and `source` of the correction",
)
def corrections_name_sources(subject: Subject) -> Iterator[str]:
    """Look at the corrections in ``simulated.py`` beside the plugin, where there is one."""
    module = f"{subject.package}.simulated"
    if find_module(module) is None:
        return
    seen: set[str] = set()
    for each in import_module(module).CORRECTIONS:
        if not isinstance(each, Correction):
            yield f"expected Correction objects, found {each!r}"
            continue
        if not each.name.startswith(f"{each.service}-") or each.name in seen:
            yield f"{each.name}: expected a name of its own that begins with {each.service}-"
        seen.add(each.name)
        yield from (f"{each.name}: {name} is empty" for name in ("says", "source") if not getattr(each, name).strip())
