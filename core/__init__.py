"""trueup audits an AWS account against rule files and trues it up.

It plans each fix as exact API calls, applies the plan under a journal, verifies by auditing again, and can roll
everything back. This package is the framework: it knows no AWS service by name. What is known of a service lives
in ``trueup.plugins``, what must hold in ``trueup.rules``, how a result looks in ``trueup.reports``.

Nothing is imported here, so that ``trueup --help`` and the reading of rules cost no import of the AWS SDK.
"""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
