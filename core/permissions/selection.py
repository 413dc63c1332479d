"""What an audit of selected rules needs, and what planning their fixes needs besides; no call is made to find out.

An account is not asked and credentials are not needed: whoever makes the role often has other ones than who uses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.auditing.choice import aspects_to_read
from trueup.errors import UsageError
from trueup.permissions.reading import listing_grants, reading_grants
from trueup.planning.concrete import needed_aspects
from trueup.service.arn import may_be, tells_resource
from trueup.service.judging import wanted_aspects

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from trueup.applying.bench import Plugins
    from trueup.permissions.grant import Grant
    from trueup.ruleset.rule import BoundRule
    from trueup.ruleset.selection import Selection
    from trueup.service.declarations import ResourceType

__all__ = ["audit_grants", "planning_grants"]


def audit_grants(
    rules: Collection[BoundRule], plugins: Plugins, selection: Selection, tagged: Collection[str] = ()
) -> frozenset[Grant]:
    """Give what an audit by some rules needs.

    Args:
        rules: the rules.
        plugins: the plugins that the rules are about.
        selection: which resources are meant.
        tagged: the resource types whose tags are read too, since exemptions go by them.

    Raises:
        PluginError: a plugin that a rule needs is broken, so that nobody knows what it would read.
        UsageError: it is blocked or not installed; or a named resource is of no type that the rules are about.
    """
    types = {name: plugins.resource_type(name) for name in sorted({rule.rule.resource for rule in rules})}
    _check_named(selection, types)
    wanted = wanted_aspects(rules, lambda name, aspect: aspect in types[name].aspects)
    found: set[Grant] = set()
    for declared, arns in _meant(types.values(), selection):
        if not arns or not tells_resource(declared):
            found |= listing_grants(declared)
        found |= reading_grants(declared, aspects_to_read(selection, declared, wanted[declared.name], tagged), arns)
    return frozenset(found)


def planning_grants(
    rules: Collection[BoundRule], plugins: Plugins, selection: Selection, tagged: Collection[str] = ()
) -> frozenset[Grant]:
    """Give what an audit by some rules and planning their fixes needs; see ``audit_grants``.

    Raises:
        PluginError: see ``audit_grants``; or a rule's action is not declared.
        UsageError: see ``audit_grants``.
    """
    found = set(audit_grants(rules, plugins, selection, tagged))
    fixed = [rule for rule in rules if rule.rule.remediation is not None]
    types = {rule.rule.resource: plugins.resource_type(rule.rule.resource) for rule in fixed}
    for declared, arns in _meant(types.values(), selection):
        about = (rule for rule in fixed if rule.rule.resource == declared.name)
        needed = frozenset().union(*(needed_aspects(declared, rule) for rule in about))
        found |= reading_grants(declared, needed, arns)
    return frozenset(found)


def _check_named(selection: Selection, types: Mapping[str, ResourceType]) -> None:
    """An audit refuses a resource that nothing is about; its policy would allow nothing."""
    for arn in selection.resources:
        if not any(may_be(declared, arn) for declared in types.values()):
            known = ", ".join(types) or "none"
            message = f"resource {arn}: expected an ARN of what the selected rules are about ({known}), found another"
            raise UsageError(message)


def _meant(types: Collection[ResourceType], selection: Selection) -> Iterator[tuple[ResourceType, tuple[str, ...]]]:
    """Yield the types that anything is read of, with the resources that are named; none where none are."""
    for declared in types:
        arns = tuple(arn for arn in selection.resources if may_be(declared, arn))
        if arns or not selection.resources:
            yield declared, arns
