"""Why AWS cannot be asked at all, as one sentence that names the profile and the source that was tried.

"Unable to locate credentials" leaves a person guessing which of seven places was looked at.
"""

from __future__ import annotations

from typing import Any

from trueup.errors import CredentialsError

__all__ = ["CredentialSource", "credentials_error"]

_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})

# An enabled account's good credentials get these in a Region that the account has not opted into; so they speak
# against the credentials only where the account itself is asked for.
_NOT_ACCEPTED = frozenset({
    "AuthFailure",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "MissingAuthenticationToken",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
})  # fmt: skip

_SOURCES = {
    "assume-role": "a role that the profile assumes",
    "assume-role-with-web-identity": "a role assumed with a web identity token",
    "boto-config": "the old boto configuration file",
    "config-file": "the shared file ~/.aws/config",
    "container-role": "the container's role",
    "custom-process": "the profile's credential_process",
    "ec2-credentials-file": "the file that AWS_CREDENTIAL_FILE names",
    "env": "environment variables",
    "explicit": "the caller",
    "iam-role": "the instance's role",
    "login": "`aws login`",
    "shared-credentials-file": "the shared file ~/.aws/credentials",
    "sso": "IAM Identity Center (SSO)",
}
_TRIED = (
    "environment variables, the shared files ~/.aws/credentials and ~/.aws/config, SSO, "
    "a container's and an instance's role"
)


class CredentialSource:
    """Where a connection's credentials come from, for messages.

    Args:
        profile: the profile that was asked for, None for the default.
        role: the ARN of the role that was assumed from there, if one was.
    """

    def __init__(self, profile: str | None, role: str | None = None) -> None:
        self.profile = profile
        self.role = role
        self.method: str | None = None

    def sentence(self) -> str:
        """Give profile and source as words, such as ``profile 'audit' (the shared file ~/.aws/credentials)``."""
        profile = f"profile {self.profile!r}" if self.profile else "the default profile"
        found = _SOURCES.get(self.method or "", self.method)
        words = f"{profile} ({found})" if found else profile
        return f"role {self.role} assumed from {words}" if self.role else words


def credentials_error(
    error: Exception, source: CredentialSource, *, asked_who: bool = False
) -> CredentialsError | None:
    """Give the error to stop with when it speaks against the credentials themselves, else None.

    Args:
        error: what botocore raised.
        source: where the credentials come from.
        asked_who: whether the call was the one that asks for the account (``GetCallerIdentity``, ``AssumeRole``).
    """
    sentence = _of_the_machine(error, source) or _of_the_answer(error, source, asked_who=asked_who)
    return None if sentence is None else CredentialsError(sentence)


def _of_the_machine(error: Exception, source: CredentialSource) -> str | None:
    import botocore.exceptions as known

    words = source.sentence()
    login = getattr(known, "LoginError", known.SSOTokenLoadError)  # since botocore 1.41
    if isinstance(error, known.ProfileNotFound):
        return (
            f"{words}: expected in ~/.aws/config or ~/.aws/credentials, found in neither; "
            "`aws configure list-profiles` shows those that are"
        )
    if isinstance(error, known.NoCredentialsError | known.NoAuthTokenError):
        return f"{words}: expected credentials, found none in {_TRIED}; sign in or give --profile"
    if isinstance(error, known.PartialCredentialsError):
        return f"{words}: expected whole credentials, found them incomplete ({_flat(error)}); set the missing one"
    if isinstance(error, known.UnauthorizedSSOTokenError | known.SSOTokenLoadError | login):
        return (
            f"{words}: expected a valid sign-in, found it expired or absent ({_flat(error)}); "
            "run `aws sso login` or `aws login`"
        )
    if isinstance(
        error,
        known.CredentialRetrievalError
        | known.TokenRetrievalError
        | known.InvalidConfigError
        | known.ConfigParseError
        | known.InfiniteLoopConfigError
        | known.UnknownCredentialError
        | known.RefreshWithMFAUnsupportedError
        | known.MetadataRetrievalError,
    ):
        return f"{words}: expected credentials, found that they cannot be had ({_flat(error)})"
    return None


def _of_the_answer(error: Exception, source: CredentialSource, *, asked_who: bool) -> str | None:
    response: Any = getattr(error, "response", None)
    if not isinstance(response, dict):
        return None
    code = response.get("Error", {}).get("Code", "")
    words = source.sentence()
    if code in _EXPIRED:
        return f"{words}: expected valid credentials, found them expired ({code}); sign in again"
    if asked_who:
        why = "not accepted by AWS" if code in _NOT_ACCEPTED else "refused by AWS"
        return f"{words}: expected valid credentials, found them {why} ({_flat(error)}); check key, secret and role"
    return None


def _flat(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
