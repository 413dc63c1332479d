"""What an audit and planning need: the operations of the selected rules' aspects, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trueup.aws.iam.levels import access_level, is_read_only
from trueup.aws.iam.operations import actions_for
from trueup.errors import UsageError
from trueup.hosting.host import Host
from trueup.permissions.grant import Grant
from trueup.permissions.selection import audit_grants, planning_grants
from trueup.ruleset.load import load_rules
from trueup.ruleset.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trueup.ruleset.rule import BoundRule

TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
BUCKET = "arn:aws:s3:::archive"


@pytest.fixture(scope="module")
def host() -> Host:
    """The installed plugins."""
    return Host()


@pytest.fixture(scope="module")
def rules(host: Host) -> dict[str, BoundRule]:
    """The shipped rules by id."""
    return {name: rule.bind({}) for name, rule in load_rules(host.rule_sources(), host.fact_schemas()).rules.items()}


def _actions(grants: Iterable[Grant]) -> set[str]:
    return {grant.action for grant in grants}


def test_an_audit_needs_what_its_rules_look_at(host: Host, rules: dict[str, BoundRule]) -> None:
    """And to list; not what planning the fix would need, nor what other rules look at."""
    pitr = (rules["dynamodb-table-pitr-enabled"],)
    listed = {"dynamodb:ListTables", "dynamodb:DescribeTable", "dynamodb:DescribeContinuousBackups"}
    assert listed == _actions(audit_grants(pitr, host, Selection()))
    assert listed | {"dynamodb:ListTagsOfResource"} == _actions(planning_grants(pitr, host, Selection()))


def test_an_audit_of_a_rule_about_cost_needs_what_the_cost_is_made_of(host: Host, rules: dict[str, BoundRule]) -> None:
    """What a resource costs a month is read with such a rule, of other things than the rule looks at."""
    costs = _actions(audit_grants((rules["rds-aurora-backup-retention-limited"],), host, Selection()))
    other = _actions(audit_grants((rules["rds-cluster-deletion-protection-enabled"],), host, Selection()))
    assert {"rds:DescribeDBClusters"} == other
    assert {"rds:DescribeDBClusters", "rds:DescribeDBInstances", "cloudwatch:GetMetricData"} == costs


def test_tags_are_needed_where_they_select(host: Host, rules: dict[str, BoundRule]) -> None:
    """A selection by tag reads the tags of everything."""
    pitr = (rules["dynamodb-table-pitr-enabled"],)
    assert "dynamodb:ListTagsOfResource" in _actions(audit_grants(pitr, host, Selection(tags=("team=shop",))))


def test_a_named_resource_limits_the_policy(host: Host, rules: dict[str, BoundRule]) -> None:
    """To its ARN; it is not listed, unless its ARN does not say where it is; other types are not read at all."""
    two = (rules["dynamodb-table-pitr-enabled"], rules["s3-bucket-versioning-enabled"])
    table = audit_grants(two, host, Selection(resources=(TABLE,)))
    assert {Grant("dynamodb:DescribeTable", TABLE), Grant("dynamodb:DescribeContinuousBackups", TABLE)} == table
    bucket = audit_grants(two, host, Selection(resources=(BUCKET,)))
    assert {Grant("s3:ListAllMyBuckets"), Grant("s3:GetBucketVersioning", BUCKET)} == bucket


def test_a_resource_that_no_rule_is_about_gives_no_policy(host: Host, rules: dict[str, BoundRule]) -> None:
    """As an audit of it is refused; a policy of nothing would seem to be one."""
    expected = rf"resource {BUCKET}: expected an ARN of what the selected rules are about \(dynamodb.table\)"
    with pytest.raises(UsageError, match=expected):
        audit_grants((rules["dynamodb-table-pitr-enabled"],), host, Selection(resources=(TABLE, BUCKET)))


def test_planning_everything_only_reads(host: Host, rules: dict[str, BoundRule]) -> None:
    """Of the access levels List and Read, and none that has an effect all the same."""
    wanted = _actions(planning_grants(tuple(rules.values()), host, Selection()))
    assert [] == [action for action in wanted if not is_read_only(action)]


def test_a_plugin_that_takes_no_part_gives_no_policy(rules: dict[str, BoundRule]) -> None:
    """What it would read is not known, and a policy without it would be found out by unknowns, one day."""
    blocked = Host(("no:dynamodb",))
    with pytest.raises(UsageError, match="plugin dynamodb: expected one that takes part, found one that is blocked"):
        audit_grants((rules["dynamodb-table-pitr-enabled"],), blocked, Selection())


def _declared(host: Host) -> Iterator[tuple[str, str]]:
    """Yield every operation and permission that a built-in plugin declares, with where."""
    for name in host.fact_schemas():
        declared = host.resource_type(name)
        yield from ((f"{name} lists", operation) for operation in declared.lists)
        for aspect in declared.aspects.values():
            yield from ((f"{name} {aspect.name}", operation) for operation in getattr(aspect, "reads", ()))
        for action in declared.actions.values():
            yield from ((f"{name} {action.name}", operation) for operation in action.writes)


def test_each_declared_operation_has_actions_that_exist(host: Host) -> None:
    """In AWS's own list, so that a printed policy holds no action that IAM does not know."""
    operations = list(_declared(host))
    assert 6 <= len({where.partition(".")[0] for where, _ in operations})
    unknown = [
        (where, operation, action)
        for where, operation in operations
        for action in actions_for(operation)
        if access_level(action) is None
    ]
    assert [] == unknown


def test_each_declared_permission_exists(host: Host) -> None:
    """What a fix may depend on is an action of AWS's list, too."""
    unknown = [
        (name, action.name, permission)
        for name in host.fact_schemas()
        for action in host.resource_type(name).actions.values()
        for permission in action.permissions
        if access_level(permission) is None
    ]
    assert [] == unknown
