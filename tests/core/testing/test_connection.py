"""The HTTP side: connections are kept, bodies come in every form."""

from __future__ import annotations

import http.client
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trueup.testing import Answer, ApiRequest, SimulatedAws
    from trueup.testing.correction import Proceed

pytest_plugins = ["trueup.testing.fixtures"]


def connected(aws: SimulatedAws) -> http.client.HTTPConnection:
    """A bare connection to the server."""
    return http.client.HTTPConnection(aws.endpoint_url.removeprefix("http://"), timeout=10)


def test_a_connection_is_kept_for_the_next_request(simulated_aws: SimulatedAws) -> None:
    """Two requests follow each other on one connection."""
    connection = connected(simulated_aws)
    connection.request("GET", "/_trueup/clock")
    connection.getresponse().read()
    kept = connection.sock
    connection.request("GET", "/_trueup/clock")
    assert 200 == connection.getresponse().status
    assert kept is not None
    assert kept is connection.sock
    connection.close()


def test_a_chunked_body_is_read_whole(simulated_aws: SimulatedAws) -> None:
    """A body in pieces, with trailers, is one body."""
    connection = connected(simulated_aws)
    connection.putrequest("POST", "/_trueup/clock/advance")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    connection.send(b'b;ext=1\r\n{"seconds":\r\n3\r\n 5}\r\n0\r\nTrailer: x\r\n\r\n')
    assert 200 == connection.getresponse().status
    connection.close()


def test_a_body_that_cannot_be_read_is_refused(simulated_aws: SimulatedAws) -> None:
    """Half an XML document is refused by whoever needs its parameters, and recorded without."""

    def handler(request: ApiRequest, _: Proceed) -> Answer:
        return request.answer(request.parameters)

    undo = simulated_aws.answer("s3:PutBucketTagging", handler)
    scope = "Credential=KEY/20260101/us-east-1/s3/aws4_request"
    connection = connected(simulated_aws)
    connection.request("PUT", "/my-bucket?tagging", b"<Tagging><TagS", {"Authorization": f"AWS4-HMAC-SHA256 {scope}"})
    answer = connection.getresponse()
    assert (400, True) == (answer.status, b"<Code>SerializationException</Code>" in answer.read())
    assert [("s3:PutBucketTagging", {})] == [(call.name, call.parameters) for call in simulated_aws.calls]
    connection.close()
    undo()


def test_an_object_is_stored_and_read_as_it_is(simulated_aws: SimulatedAws) -> None:
    """A body with a checksum, waited for with 100-continue, binary and large, comes back as it was."""
    s3 = simulated_aws.client("s3")
    s3.create_bucket(Bucket="my-bucket")
    body = bytes(range(256)) * 4096
    s3.put_object(Bucket="my-bucket", Key="a/b c+ü", Body=body)
    head = s3.head_object(Bucket="my-bucket", Key="a/b c+ü")
    assert len(body) == head["ContentLength"]
    assert body == s3.get_object(Bucket="my-bucket", Key="a/b c+ü")["Body"].read()


def test_many_threads_ask_at_once(simulated_aws: SimulatedAws) -> None:
    """Each call is answered and recorded once, whatever the order."""
    dynamodb = simulated_aws.client("dynamodb")
    failures: list[BaseException] = []

    def make(number: int) -> None:
        keys, attributes = [{"AttributeName": "k", "KeyType": "HASH"}], [{"AttributeName": "k", "AttributeType": "S"}]
        name, mode = f"table-{number}", "PAY_PER_REQUEST"
        try:
            dynamodb.create_table(TableName=name, KeySchema=keys, AttributeDefinitions=attributes, BillingMode=mode)
            dynamodb.describe_table(TableName=name)
        except BaseException as error:  # noqa: BLE001 - told below, where the test sees it
            failures.append(error)

    threads = [threading.Thread(target=make, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == failures
    assert {f"table-{number}" for number in range(16)} == set(dynamodb.list_tables()["TableNames"])
    assert list(range(1, 34)) == sorted(call.number for call in simulated_aws.calls)
