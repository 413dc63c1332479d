"""The shared loader: what clients share, what a reading client is left without, and that both go where they should."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.endpoint_provider
import pytest
from botocore import xform_name
from botocore.endpoint_provider import EndpointProvider, RuleSet
from botocore.exceptions import EndpointProviderError
from botocore.loaders import Loader
from botocore.model import ServiceModel
from hypothesis import given
from hypothesis import strategies as st

from trueup.aws.guard import ReadingGuard, WritingGuard, may_read
from trueup.aws.loader import SharedLoader, making_client
from trueup.aws.models import service_model, shared_loader
from trueup.aws.session import GuardedSession
from trueup.aws.settings import ClientSettings
from trueup.errors import GuardError

RULES = "endpoint-rule-set-1"
SERVICES = [
    "s3", "dynamodb", "lambda", "cloudwatch", "rds", "ec2", "ecs", "elasticache", "iam", "application-autoscaling"
]  # fmt: skip
PLAIN, SHARED = Loader(), SharedLoader()


@cache
def provider(loader: Loader, service: str) -> EndpointProvider:
    """What finds the endpoints of a service, made as botocore makes it for a client."""
    return EndpointProvider(loader.load_service_model(service, RULES), loader.load_data("partitions"))


def found(loader: Loader, service: str, asked: dict[str, Any]) -> Any:
    """The endpoint, or what is wrong with the question."""
    try:
        return provider(loader, service).resolve_endpoint(**asked)
    except EndpointProviderError as error:
        return str(error)


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A service and values for some of its rules' parameters, in all partitions, with buckets of every kind."""
    service = draw(st.sampled_from(PLAIN.list_available_services(RULES)))
    regions = ["us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "aws-global", "mars-1", "a b"]
    texts = {
        "Region": st.sampled_from(regions),
        "Endpoint": st.sampled_from(["https://example.com", "http://127.0.0.1:9/x", "nonsense"]),
        "Bucket": st.sampled_from(
            [
                "plain", "with.dots", "UPPER", "x--use1-az1--x-s3", "x",
                "arn:aws:s3:eu-west-1:123456789012:accesspoint/one", "arn:aws:s3::123456789012:accesspoint/one.mrap",
            ]
        ),
    }  # fmt: skip
    asked = {}
    for name, definition in PLAIN.load_service_model(service, RULES)["parameters"].items():
        kind = definition["type"].lower()
        values = st.booleans() if kind == "boolean" else texts.get(name, st.sampled_from(["one", "123456789012"]))
        if kind != "stringarray" and draw(st.booleans() if name != "Region" else st.just(value=True)):
            asked[name] = draw(values)
    return service, asked


@given(questions())
def test_shared_rules_lead_where_botocores_own_lead(question: tuple[str, dict[str, Any]]) -> None:
    """Endpoint, signing properties and headers, or the same error."""
    service, asked = question
    assert found(PLAIN, service, dict(asked)) == found(SHARED, service, dict(asked))


def test_shared_rules_lead_where_botocores_own_lead_for_every_service() -> None:
    """Each service of botocore, in a Region of each partition, plain, with FIPS and with dual stack."""
    flags: list[dict[str, bool]] = [{}, {"UseFIPS": True}, {"UseDualStack": True}]
    for service in PLAIN.list_available_services(RULES):
        known = PLAIN.load_service_model(service, RULES)["parameters"]
        for region in ("eu-west-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1"):
            for given_flags in flags:
                asked = {name: value for name, value in {"Region": region, **given_flags}.items() if name in known}
                assert found(PLAIN, service, dict(asked)) == found(SHARED, service, dict(asked)), (service, asked)


@pytest.mark.parametrize("service", SERVICES)
def test_rules_are_built_once_for_all_clients(service: str) -> None:
    """With the botocore that is installed: what a newer one does otherwise is to be seen here."""
    partitions = SHARED.load_data("partitions")
    one, other = (RuleSet(**SHARED.load_service_model(service, RULES), partitions=partitions) for _ in range(2))
    assert all(first is second for first, second in zip(one.rules, other.rules, strict=True))
    assert one.rules


class OtherCreator:
    """A botocore that chooses the class of a rule in another way."""

    @classmethod
    def create(cls, **rule: Any) -> Any:
        """Make one of what is known here."""
        return {"tree": dict, "endpoint": dict, "error": dict}[rule.pop("type")](rule)


@pytest.mark.parametrize("creator", [OtherCreator, None])
def test_rules_are_left_as_they_are_where_botocore_builds_them_otherwise(
    monkeypatch: pytest.MonkeyPatch, creator: Any
) -> None:
    """The client costs more then, and works."""
    monkeypatch.setattr(botocore.endpoint_provider, "RuleCreator", creator)
    assert SharedLoader().load_service_model("s3", RULES) == PLAIN.load_service_model("s3", RULES)


def reading_client(service: str) -> Any:
    """A reading client that nothing was declared for."""
    return session().reading_client(service, "eu-west-1", ReadingGuard())


def session() -> GuardedSession:
    """Made-up credentials of an address where nobody listens."""
    made = GuardedSession(None, "http://127.0.0.1:9", ClientSettings(attempts=1, connect_timeout_seconds=1))
    made.set_credentials("AKIAFAKEFAKEFAKEFAKE", "fake")
    return made


@pytest.mark.parametrize("service", [*SERVICES, "sts"])
def test_a_reading_client_has_the_methods_that_read_and_no_others(service: str) -> None:
    """A write is not refused only: there is nothing to call."""
    client = reading_client(service)
    names = service_model(service).operation_names
    reads = {xform_name(name) for name in names if may_read(f"{service}:{name}")}
    assert reads == {xform_name(name) for name in names} & set(dir(client))
    assert 0 < len(reads) < len(names)


def test_a_writing_client_has_all_methods_though_a_reading_one_was_made_before() -> None:
    """They share the loader and the names of their classes."""
    made = session()
    for _ in range(2):
        made.reading_client("sqs", "eu-west-1", ReadingGuard())
        client = made.writing_client("sqs", "eu-west-1", WritingGuard())
        assert {xform_name(name) for name in service_model("sqs").operation_names} <= set(dir(client))


def test_a_method_that_a_reading_client_is_left_without_says_why() -> None:
    """A name that is no operation is a mistake of another kind."""
    client = reading_client("sqs")
    with pytest.raises(GuardError, match="sqs:SetQueueAttributes was refused before sending"):
        client.set_queue_attributes(QueueUrl="x", Attributes={})
    with pytest.raises(AttributeError, match="set_queue_colour"):
        client.set_queue_colour(QueueUrl="x")


def test_clients_of_one_kind_share_their_methods() -> None:
    """Of two sessions, too; the kinds do not mix."""
    one, other = type(reading_client("sqs")), type(reading_client("sqs"))
    assert one is not other
    assert one.list_queues is other.list_queues
    writing = type(session().writing_client("sqs", "eu-west-1", WritingGuard()))
    assert hasattr(writing, "set_queue_attributes")
    assert not hasattr(one, "set_queue_attributes")


@pytest.mark.parametrize("service", [*SERVICES, "sqs", "timestream-query"])
def test_a_further_client_can_do_what_the_first_can(service: str) -> None:
    """Methods, pages, waiters, and what a call's model says; botocore made the methods for the first only."""
    first, further = reading_client(service), reading_client(service)
    assert set(dir(first)) == set(dir(further))
    assert first.waiter_names == further.waiter_names
    for name in service_model(service).operation_names:
        if may_read(f"{service}:{name}"):
            assert first.can_paginate(xform_name(name)) == further.can_paginate(xform_name(name))
            one, other = (each.meta.service_model.operation_model(name) for each in (first, further))
            assert one.documentation == other.documentation


@pytest.mark.parametrize(("service", "required"), [("timestream-query", True), ("dynamodb", False), ("sqs", False)])
def test_a_service_keeps_the_operation_that_finds_its_endpoints(service: str, required: bool) -> None:
    """Without it a service that demands it would be asked elsewhere."""
    plain = service_model(service)
    for client in (reading_client(service), reading_client(service)):
        known = client.meta.service_model
        found = known.endpoint_discovery_operation
        assert getattr(plain.endpoint_discovery_operation, "name", None) == getattr(found, "name", None)
        assert required == known.endpoint_discovery_required == plain.endpoint_discovery_required


def test_methods_are_made_for_the_first_client_of_a_kind_only() -> None:
    """Botocore makes one for each operation that it finds, which is most of what a further client would cost."""
    session().reading_client("ecs", "eu-west-1", ReadingGuard())
    with making_client(reading=True):
        model = shared_loader().load_service_model("ecs", "service-2")
    assert [] == ServiceModel(model).operation_names
    assert model["operations"]["ListClusters"]
