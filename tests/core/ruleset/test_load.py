"""Rule files are loaded from all sources, and everything that is wrong is told in one pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from trueup.errors import RuleFileError, UsageError
from trueup.finding import Severity
from trueup.ruleset.load import load_rules
from trueup.ruleset.rule import Control, Remediation
from trueup.ruleset.source import RuleSource

if TYPE_CHECKING:
    from trueup.facts.schema import FactSchema

WriteRule = Callable[..., RuleSource]


def problems(schema: FactSchema, *sources: RuleSource) -> list[str]:
    """Load the sources, which are broken; give what is told."""
    with pytest.raises(RuleFileError) as raised:
        load_rules(sources, {schema.type: schema})
    return list(raised.value.problems)


def test_a_rule_says_what_its_file_says(schema: FactSchema, write_rule: WriteRule) -> None:
    """Each part of the file is in the rule, with where it came from."""
    source = write_rule()
    (rule,) = load_rules([source], {schema.type: schema}).rules.values()

    assert ("example-thing-used", "example", "dist-example") == (rule.id, rule.service, rule.distribution)
    assert (Severity.MEDIUM, "stable", "cost") == (rule.severity, rule.stage, rule.category)
    assert (Control("example-framework", "A.1"),) == rule.compliance
    assert (
        Remediation("set-mode", {"mode": "IDLE", "limit": {"$param": "gate"}}, {"use.peak": {"maximum": 80}})
        == rule.remediation
    )
    assert str(source.folder) in rule.origin
    assert rule.cases is None


def test_optional_parts_may_be_left_out(schema: FactSchema, write_rule: WriteRule) -> None:
    """A rule needs neither when, nor parameters, nor a fix."""
    source = write_rule(
        lambda rule: (
            [rule.pop(name) for name in ("when", "parameters", "remediation", "compliance", "references")]
            and rule.update(expect={"thing.On": {"const": True}})
        )
    )
    (rule,) = load_rules([source], {schema.type: schema}).rules.values()

    assert ({}, {}, None, (), ()) == (rule.when, rule.parameters, rule.remediation, rule.compliance, rule.references)


@pytest.mark.parametrize(
    ("change", "at", "message"),
    [
        (
            lambda r: r.pop("title"),
            "{",
            "expected 'title' (what holds when the rule passes, one line), which is missing",
        ),
        (lambda r: r.update(titel=r.pop("title")), "{", "which is missing (found 'titel')"),
        (lambda r: r.update(extra=1), '"extra"', "unknown property 'extra'; expected one of $schema, id, title"),
        (
            lambda r: r.update(severity="hihg"),
            '"hihg"',
            "expected one of critical, high, medium, low, informational, found \"hihg\"; did you mean 'high'?",
        ),
        (
            lambda r: r.update(title=""),
            '""',
            'expected a string with at least 1 character (what holds when the rule passes, one line), found ""',
        ),
        (lambda r: r.update(title=5), "5", "expected a string (what holds when the rule passes, one line), found 5"),
        (
            lambda r: r.update(references=["http://x"]),
            '"http://x"',
            "expected a string that matches ^https://\\S+$ (an https address)",
        ),
        (lambda r: r.update(references=["https://x", "https://x"]), "[", "expected each item once, found one twice"),
        (
            lambda r: r.update(resource="example.thin"),
            '"example.thin"',
            "unknown resource type 'example.thin'; did you mean 'example.thing'?",
        ),
        (
            lambda r: r.update(resource="other.thing"),
            '"other.thing"',
            "expected a resource type of example, found 'other.thing'",
        ),
        (
            lambda r: r.update(id="example-thing-other"),
            '"example-thing-other"',
            "expected 'example-thing-used', as the file is called, found 'example-thing-other'; rename",
        ),
        (
            lambda r: r["when"].update({"thing.Moed": {"const": 1}}),
            '"thing.Moed"',
            "'thing.Moed' names no fact of example.thing; did you mean 'thing.Mode'",
        ),
        (
            lambda r: r["when"].update({"thing.Name": {"minimum": 1}}),
            '"minimum"',
            "'minimum' is for a number, but thing.Name is a string",
        ),
        (lambda r: r["expect"]["use.peak"].update({"minimum": {"$param": "gaet"}}), "{", "unknown parameter 'gaet'"),
        (lambda r: r["expect"]["use.peak"].update({"format": "x"}), '"format"', "'format' is refused"),
        (lambda r: r["expect"]["use.peak"].update({"minimum": "{"}), '"{"', "'minimum': expected a number, found '{'"),
        (lambda r: r.update(expect={}), "{", "expected an object with at least 1 property"),
        (lambda r: r.update(expect={"any": []}), "[", "expected an array with at least 1 item"),
        (lambda r: r.update(expect=[]), "[", "expected a condition"),
        (
            lambda r: r["parameters"].update(unused={"type": "number", "default": 1}),
            '"unused"',
            "parameter 'unused' is never used",
        ),
        (
            lambda r: r["parameters"]["gate"].update(default=200),
            "200",
            "the default is not as declared: expected a number of at least 0 and of at most 100 (percent), found 200",
        ),
        (
            lambda r: r["parameters"]["gate"].pop("default"),
            "{",
            "expected 'default' (the value without an override), which is missing",
        ),
        (
            lambda r: r["parameters"]["gate"].update(type="numbr"),
            '"numbr"',
            'expected one of boolean, integer, number, string, array, found "numbr"',
        ),
        (lambda r: r["parameters"]["gate"].update(pattern="("), '"("', "'pattern': expected a regular expression"),
        (
            lambda r: r["parameters"].update(Gate={"type": "number", "default": 1}),
            '"Gate"',
            'expected a string that matches ^[a-z][a-z0-9_]*$ (a snake_case name), found "Gate"',
        ),
        (
            lambda r: r["remediation"].update(action="set-mood"),
            '"set-mood"',
            "unknown action 'set-mood' of example.thing; did you mean 'set-mode'?",
        ),
        (
            lambda r: r["remediation"]["parameters"].update(mode="OFF"),
            '"OFF"',
            'expected one of IDLE, BUSY, found "OFF"',
        ),
        (
            lambda r: r["remediation"]["parameters"].update(moed=1),
            '"moed"',
            "unknown property 'moed'; did you mean 'mode'?",
        ),
        (lambda r: r["remediation"]["parameters"].update(limit={"$param": "gaet"}), "{", "unknown parameter 'gaet'"),
        (
            lambda r: r["remediation"].update(regression={"use.peek": {"maximum": 1}}),
            '"use.peek"',
            "did you mean 'use.peak'?",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(
    schema: FactSchema, write_rule: WriteRule, change: Callable[[dict[str, Any]], object], at: str, message: str
) -> None:
    """Each kind of mistake names file, line, column, what was expected and what was found."""
    source = write_rule(change, name="example-thing-used")
    file = Path(str(source.folder)) / "example-thing-used.json"
    found = problems(schema, source)
    (told,) = [problem for problem in found if message in problem] or [f"not among {found}:1:1"]
    line, column = (int(number) for number in told.removeprefix(f"{file}:").split(":")[:2])

    assert at == file.read_text(encoding="utf-8").splitlines()[line - 1][column - 1 :][: len(at)], told


def test_what_is_no_rule_at_all_is_told_so(schema: FactSchema, write_rule: WriteRule) -> None:
    """Facts that were saved among the rules are named in one line, and not by all that they lack of a rule."""
    source = write_rule()
    facts = Path(str(source.folder)) / "facts.json"
    facts.write_text('{"thing": {"On": true}}', encoding="utf-8")

    found = "expected a rule, found a document without expect, id, resource, title"
    assert [f"{facts}:1:1: {found}; keep files that are no rules outside of a folder of rules"] == problems(
        schema, source
    )


def test_all_mistakes_of_all_files_are_told_in_one_pass(
    schema: FactSchema, write_rule: WriteRule, tmp_path: Path
) -> None:
    """No mistake hides another, in the same file or in the next."""
    write_rule(lambda rule: rule.update(severity="x", category="y", expect={"thing.X": {"minimun": 1}}))
    write_rule(lambda rule: rule.pop("title"), name="example-thing-two")
    source = write_rule(lambda rule: rule.update(id="example-thing-three"))
    (tmp_path / "example" / "example-thing-four.json").write_text("{", encoding="utf-8")
    found = problems(schema, source)

    assert {"four": 1, "two": 2, "used": 5} == {
        name: sum(f"example-thing-{name}.json" in problem for problem in found) for name in ("four", "two", "used")
    }, found


@pytest.mark.parametrize("content", ["[]", '"text"', "5", "null"])
def test_what_is_no_object_is_no_rule(schema: FactSchema, tmp_path: Path, content: str) -> None:
    """A file with something else in it is told so, once."""
    (tmp_path / "a-rule.json").write_text(content, encoding="utf-8")
    (problem,) = problems(schema, RuleSource(None, "user", tmp_path))

    assert "a-rule.json:1:1: expected an object" in problem


def test_an_id_in_two_sources_is_a_problem_of_both(schema: FactSchema, write_rule: WriteRule) -> None:
    """Each file names the other one and who ships it."""
    one, two = problems(schema, write_rule(folder="one"), write_rule(folder="two"))

    assert "one/example-thing-used.json:1:1" in one
    assert "two/example-thing-used.json (dist-two)" in one
    assert "one/example-thing-used.json (dist-one)" in two


def test_a_tolerant_load_leaves_out_what_is_broken_and_lists_it(schema: FactSchema, write_rule: WriteRule) -> None:
    """A broken rule costs only itself."""
    write_rule(lambda rule: rule.update(id="example-thing-good"))
    source = write_rule(lambda rule: rule.update(severity="x"))
    ruleset = load_rules([source], {schema.type: schema}, tolerant=True)
    (broken,) = ruleset.broken

    assert ["example-thing-good"] == list(ruleset.rules)
    assert ("example-thing-used", "dist-example", "example.thing", 1) == (
        broken.id,
        broken.distribution,
        broken.resource,
        len(broken.problems),
    )


def test_a_user_s_own_broken_rule_is_never_left_out(schema: FactSchema, write_rule: WriteRule) -> None:
    """Somebody is there to mend it, while what is installed is tolerated."""
    installed = write_rule(lambda rule: rule.pop("title"), folder="installed")
    own = write_rule(lambda rule: rule.update(id="example-thing-own", severity="x"), folder="own")
    with pytest.raises(RuleFileError) as raised:
        load_rules([installed, RuleSource.of_user(Path(str(own.folder)))], {schema.type: schema}, tolerant=True)

    (problem,) = raised.value.problems
    assert "example-thing-own.json" in problem


def test_a_tolerant_load_does_not_guess_between_two(schema: FactSchema, write_rule: WriteRule) -> None:
    """Of two rules with one id neither is used."""
    ruleset = load_rules([write_rule(folder="one"), write_rule(folder="two")], {schema.type: schema}, tolerant=True)

    assert ({}, 2) == (ruleset.rules, len(ruleset.broken))


def test_a_user_names_a_folder_or_a_file(schema: FactSchema, write_rule: WriteRule, tmp_path: Path) -> None:
    """Both load, with the cases beside the rule; rules of any service are welcome."""
    folder = Path(str(write_rule().folder))
    (folder / "example-thing-used.cases.json").write_text("{}", encoding="utf-8")
    for path in (folder, folder / "example-thing-used.json"):
        (rule,) = load_rules([RuleSource.of_user(path)], {schema.type: schema}).rules.values()
        assert folder / "example-thing-used.cases.json" == rule.cases
    with pytest.raises(UsageError, match="found nothing there"):
        RuleSource.of_user(tmp_path / "missing")


def write_pack(folder: Path, name: str = "a-pack", **document: Any) -> None:
    """Write a pack into a folder of rules."""
    content = {"id": "a-pack", "title": "A pack", **document}
    (folder / f"{name}.pack.json").write_text(json.dumps(content, indent=1), encoding="utf-8")


def test_a_pack_holds_rules_by_id_glob_or_framework(schema: FactSchema, write_rule: WriteRule) -> None:
    """Whatever way a rule is named, it belongs."""
    source = write_rule()
    folder = Path(str(source.folder))
    write_pack(folder, rules=["example-thing-used"])
    write_pack(folder, "glob", id="glob", rules=["example-*"], description="d", references=["https://x"])
    write_pack(folder, "framework", id="framework", frameworks=["example-framework"])
    write_pack(folder, "other", id="other", frameworks=["other-framework"])
    ruleset = load_rules([source], {schema.type: schema})
    rule = ruleset.rules["example-thing-used"]

    assert {"a-pack": True, "framework": True, "glob": True, "other": False} == {
        name: pack.holds(rule) for name, pack in ruleset.packs.items()
    }


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "a-pack",
            {"rules": ["example-thing-usd"]},
            "a-pack.pack.json:5:3: no rule is called 'example-thing-usd'; did you mean",
        ),
        ("a-pack", {}, "a-pack.pack.json:1:1: expected 'rules' or 'frameworks', found an object of 2"),
        ("a-pack", {"rules": []}, "a-pack.pack.json:4:11: expected an array with at least 1 item"),
        (
            "b-pack",
            {"rules": ["*"]},
            "expected 'b-pack', as the file is called, found 'a-pack'; rename it to a-pack.pack.json",
        ),
    ],
)
def test_a_broken_pack_is_told_with_its_place(
    schema: FactSchema, write_rule: WriteRule, name: str, content: dict[str, Any], message: str
) -> None:
    """A pack that names what is not there is no pack."""
    source = write_rule()
    write_pack(Path(str(source.folder)), name, **content)
    (problem,) = problems(schema, source)

    assert message in problem


def test_a_pack_with_bad_json_is_told(schema: FactSchema, write_rule: WriteRule) -> None:
    """It is read as strictly as a rule."""
    source = write_rule()
    (Path(str(source.folder)) / "a.pack.json").write_text("{", encoding="utf-8")
    (problem,) = problems(schema, source)

    assert "a.pack.json:1:2: expected JSON" in problem


def test_packs_with_one_id_are_a_problem(schema: FactSchema, write_rule: WriteRule) -> None:
    """As rules are."""
    one, two = write_rule(folder="one"), write_rule(lambda rule: rule.update(id="example-thing-two"), folder="two")
    for source in (one, two):
        write_pack(Path(str(source.folder)), rules=["example-*"])

    assert 2 == len(problems(schema, one, two))


def test_a_pack_may_name_a_rule_that_is_only_broken(schema: FactSchema, write_rule: WriteRule) -> None:
    """One broken rule does not cost the pack."""
    source = write_rule(lambda rule: rule.pop("title"))
    write_pack(Path(str(source.folder)), rules=["example-thing-used"])

    assert ["a-pack"] == list(load_rules([source], {schema.type: schema}, tolerant=True).packs)
