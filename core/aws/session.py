"""A botocore session that makes no client without a guard, and none that an endpoint given by hand does not bind.

botocore makes clients of its own for credentials (STS, SSO); those are guarded and bound as well.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import getproxies

import boto3
import botocore.session
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import CredentialRetrievalError

import trueup
from trueup.aws.answers import CarefulParserFactory, require_whole_answers
from trueup.aws.events import SharedHandlers, SharedNames
from trueup.aws.guard import ReadingGuard, WritingGuard
from trueup.aws.loader import making_client, share_methods
from trueup.aws.models import service_model, shared_loader
from trueup.errors import GuardError
from trueup.events import emit

if TYPE_CHECKING:
    from trueup.aws.settings import ClientSettings

__all__ = ["GuardedSession", "current_rule"]

current_rule: ContextVar[str | None] = ContextVar("rule that the call in hand is made for", default=None)
"""The rule that the next call's user agent names."""

_METRICS = "cloudwatch"

_NOT_A_TOKEN = re.compile(r"[^A-Za-z0-9!#$%&'*+.^_`|~-]+")


class GuardedSession(botocore.session.Session):  # type: ignore[misc]  # botocore has no types
    """Makes guarded clients of one set of credentials.

    Args:
        profile: the profile, None for the default.
        endpoint_url: where every client goes whatever environment and files say; None for AWS.
        settings: how clients behave.
    """

    _scoped: Any = None

    def __init__(self, profile: str | None, endpoint_url: str | None, settings: ClientSettings) -> None:
        handlers = SharedHandlers()
        super().__init__(profile=profile, event_hooks=handlers)
        self._endpoint_url = endpoint_url
        self._settings = settings
        # Each thread's own: while one makes a client, another may renew credentials and make botocore's client for it.
        self._next_guard: ContextVar[ReadingGuard | WritingGuard | None] = ContextVar("guard of the next client")
        self._proxied = bool(getproxies())
        self._is_role = False
        self._principal: str | None = None
        self.register_component("event_emitter", SharedNames(handlers))
        self.register_component("data_loader", shared_loader())
        self.register_component("response_parser_factory", CarefulParserFactory())
        self._boto3 = boto3.Session(botocore_session=self)
        handlers.register_last("creating-client-class", share_methods)
        self.set_default_client_config(self._behaviour("standard", settings.attempts))

    def reading_client(self, service: str, region: str, guard: ReadingGuard) -> Any:
        """Make a client that reads, with retries; not for two threads at once."""
        config = self._behaviour("adaptive", self._settings.attempts)
        if service == _METRICS:
            # Hundreds of queries a call, made by the host from what was checked: botocore need not check each again.
            config = config.merge(Config(parameter_validation=False))
        return self._make(service, region, guard, config)

    def writing_client(self, service: str, region: str, guard: WritingGuard) -> Any:
        """Make a client that sends each call once; not for two threads at once."""
        client = self._make(service, region, guard, self._behaviour("standard", 1))
        _send_once(client)
        client.meta.events.register("before-send", _say_for_which_rule)
        return client

    def create_client(self, service_name: str, *args: Any, **options: Any) -> Any:
        """Make a client as botocore does, guarded; botocore's own ones may only get credentials."""
        guard = self._next_guard.get(None) or ReadingGuard()
        self._next_guard.set(None)
        if self._endpoint_url is not None:
            options["endpoint_url"] = self._endpoint_url
        with making_client(reading=isinstance(guard, ReadingGuard)):
            client = super().create_client(service_name, *args, **options)
        if isinstance(guard, ReadingGuard):
            _name_what_is_refused(client, guard)
        guard.attach(client)
        require_whole_answers(client)
        if self._endpoint_url is not None:
            _pin(client, self._endpoint_url)
        return client

    def get_scoped_config(self) -> Any:
        """Give the profile's settings, found once; botocore finds them anew for each setting of each client."""
        if self._scoped is None:
            self._scoped = super().get_scoped_config()
        return self._scoped

    def with_role(self, arn: str, external_id: str | None, region: str) -> GuardedSession:
        """Give a session of a role that these credentials assume, renewed by botocore itself."""
        from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials

        session = GuardedSession(self.profile, self._endpoint_url, self._settings)
        run = self._settings.run_id

        def sts(service: str, **options: Any) -> Any:
            client = self.create_client(service, region_name=region, **options)
            client.meta.events.register("after-call.sts.AssumeRole", session._keep_principal)
            return client

        fetcher = AssumeRoleCredentialFetcher(
            sts,
            self.get_credentials(),
            arn,
            {"RoleSessionName": self._role_session_name()} | ({"ExternalId": external_id} if external_id else {}),
        )

        def fetch() -> Any:
            fetched = fetcher.fetch_credentials()
            _check_fresh(fetched["expiry_time"])
            emit("credentials_renewed", run=run, role=arn)
            return fetched

        session._is_role = True
        # The session's own attribute: botocore has no public way to give a session credentials that renew themselves.
        session._credentials = DeferredRefreshableCredentials(fetch, "assume-role")
        return session

    def assumed(self) -> str | None:
        """Assume the role, if this is a session of one and it was not done yet; give the ARN of the role's session.

        None for other credentials.

        Source: STS AssumeRole, ``AssumedRoleUser``.
        """
        if not self._is_role:
            return None
        self.get_credentials().get_frozen_credentials()
        return self._principal

    def credential_method(self) -> str | None:
        """Give botocore's name of where the credentials came from, None without any."""
        credentials = self.get_credentials()
        return None if credentials is None else credentials.method

    def _keep_principal(self, parsed: dict[str, Any], **_details: Any) -> None:
        self._principal = parsed.get("AssumedRoleUser", {}).get("Arn")

    def _make(self, service: str, region: str, guard: ReadingGuard | WritingGuard, config: Config) -> Any:
        self._next_guard.set(guard)
        try:
            return self._boto3.client(service, region_name=region, config=config)
        finally:
            self._next_guard.set(None)

    def _behaviour(self, mode: str, attempts: int) -> Config:
        pinned = self._endpoint_url is not None
        return Config(
            max_pool_connections=self._settings.workers,
            connect_timeout=self._settings.connect_timeout_seconds,
            read_timeout=self._settings.read_timeout_seconds,
            retries={"mode": mode, "total_max_attempts": attempts},
            # Without it botocore makes the user agent anew for every call, twice: an eighth of its CPU time.
            user_agent=self.user_agent().removesuffix(self.user_agent_extra).strip(),
            user_agent_extra=" ".join(self._who()),
            # An endpoint given by hand has one host name: what botocore would put before it would not resolve.
            inject_host_prefix=not pinned,
            s3={"addressing_style": "path"} if pinned else None,
            # Where the environment names no proxy, botocore need not look for one for each client: a tenth of its cost.
            proxies=None if self._proxied else {},
        )

    def _who(self) -> list[str]:
        """Give what the user agent, which CloudTrail keeps, says of program and run."""
        run = self._settings.run_id
        return [f"trueup/{trueup.__version__}", *([_word("run", run)] if run else [])]

    def _role_session_name(self) -> str:
        """Give 2 to 64 letters of those that STS allows. Source: STS AssumeRole."""
        run = re.sub(r"[^A-Za-z0-9_+=,.@-]+", "-", self._settings.run_id or "")
        return f"trueup-{run}"[:64] if run else "trueup"


def _check_fresh(expires: str) -> None:
    """Say what is wrong when new credentials have expired already; botocore would raise an error of no kind of its own.

    Raises:
        CredentialRetrievalError: they have.
    """
    if datetime.fromisoformat(expires) <= datetime.now(UTC):
        message = f"they expired at {expires}, before this machine's time; set its clock"
        raise CredentialRetrievalError(provider="assume-role", error_msg=message)


def _word(name: str, value: str) -> str:
    return f"{name}/{_NOT_A_TOKEN.sub('-', value)}"


def _say_for_which_rule(request: Any, **_details: Any) -> None:
    """Add the rule to the user agent, which is not part of the signature."""
    rule = current_rule.get()
    if rule:
        agent = request.headers.get("User-Agent", "")
        agent = agent.decode() if isinstance(agent, bytes) else agent
        request.headers["User-Agent"] = f"{agent} {_word('rule', rule)}".strip()


def _pin(client: Any, endpoint_url: str) -> None:
    """Bind a client to an endpoint: host names that a service's rules make are set back, others are never sent to."""
    bound = urlsplit(endpoint_url)
    inside = f"{bound.scheme}://{bound.netloc}/"

    def before_call(params: dict[str, Any], **_details: Any) -> None:
        if params["url"].startswith(inside):
            return
        url = urlsplit(params["url"])
        params["url"] = urlunsplit((bound.scheme, bound.netloc, url.path, url.query, url.fragment))

    def before_send(request: Any, **_details: Any) -> None:
        if request.url.startswith(inside):
            return
        url = urlsplit(request.url)
        if (url.scheme, url.netloc) != (bound.scheme, bound.netloc):
            message = f"a call was refused before sending: expected the endpoint {endpoint_url}, found {url.netloc}"
            raise GuardError(message)

    client.meta.events.register_first("before-call", before_call)
    client.meta.events.register_last("before-send", before_send)


def _name_what_is_refused(client: Any, guard: ReadingGuard) -> None:
    """Let a method that a reading client does not have say that it was refused, as the guard says it."""
    service = client.meta.service_model.service_name

    def missing(event_name: str, **_details: Any) -> Any:
        method = event_name.rpartition(".")[2]
        names = service_model(service).operation_names
        operation = next((f"{service}:{name}" for name in names if xform_name(name) == method), None)
        return None if operation is None else lambda **_parameters: guard.check(operation)

    client.meta.events.register(f"getattr.{client.meta.service_model.service_id.hyphenize()}", missing)


def _send_once(client: Any) -> None:
    """Let nothing send a call again, neither a retry nor the redirect to another Region: a write goes out once."""

    def no_redirect(context: dict[str, Any], **_details: Any) -> None:
        for note in context.values():
            if isinstance(note, dict) and "redirected" in note:
                note["redirected"] = True

    client.meta.events.register_last("before-parameter-build", no_redirect)
    # Not even a handler's False may be heard: botocore 1.40 waits for no time then, and sends again.
    client.meta.events.handlers.ignore_answers("needs-retry")
