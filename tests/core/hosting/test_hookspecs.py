"""The hooks are what the manual says: their names, signatures and documentation are a contract with strangers."""

from __future__ import annotations

import ast
import inspect

import pytest

from trueup.hosting import hookspecs
from trueup.hosting.border import HOOKS, signature_of
from trueup.hosting.markers import PROJECT

SIGNATURES = {
    "audit": "(scope: 'AuditScope', rules: 'Sequence[BoundRule]') -> 'Iterator[Finding]'",
    "audit_engines": "() -> 'Sequence[AuditEngine]'",
    "remediate": "(resource: 'Snapshot', finding: 'Finding', rule: 'BoundRule') -> 'Change | Refusal'",
    "report_formats": "() -> 'Sequence[ReportFormat]'",
    "resource_types": "() -> 'Sequence[ResourceType]'",
}


def test_hooks_are_these() -> None:
    """Every marked function is listed, and no other."""
    marked = [name for name, value in vars(hookspecs).items() if hasattr(value, f"{PROJECT}_spec")]
    assert sorted(SIGNATURES) == sorted(marked) == sorted(HOOKS)


@pytest.mark.parametrize("hook", sorted(SIGNATURES))
def test_hook_is_documented(hook: str) -> None:
    """A hook has its signature, says when it is called, names each argument and has an example that is Python."""
    function = getattr(hookspecs, hook)
    text = inspect.getdoc(function) or ""
    assert SIGNATURES[hook] == str(inspect.signature(function))
    assert "Called " in text
    for argument in inspect.signature(function).parameters:
        assert f"{argument}: " in text
    example = text.partition("Example::\n")[2]
    defined = [node.name for node in ast.parse(inspect.cleandoc(example)).body if isinstance(node, ast.FunctionDef)]
    assert [hook] == defined


def test_signature_in_messages() -> None:
    """Messages show a hook without its types."""
    assert "audit(scope, rules)" == signature_of("audit")
