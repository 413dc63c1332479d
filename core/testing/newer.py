"""Answers of an AWS that has moved on: with members that the installed botocore does not know yet.

In each structure of an answer is one more member, as when AWS adds a setting that an older client drops when it reads
a document, and so deletes when it writes the document back.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from trueup.aws.models import operation_model
from trueup.aws.unmodelled import document, structures

if TYPE_CHECKING:
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["ADDED", "newer"]

ADDED = "AddedSince"
"""The name of the member that is added."""


def newer(request: ApiRequest, answer: Answer) -> Answer:
    """Add a member to each structure of a successful answer; what is no JSON or XML stays as it is."""
    model = operation_model(request.name)
    parsed = document(model, answer.body) if answer.ok else None
    if parsed is None:
        return answer
    for _, node, _ in list(structures(model, parsed)):
        if isinstance(node, dict):
            node[ADDED] = {"Value": "new"}
        else:
            ET.SubElement(ET.SubElement(node, ADDED), "Value").text = "new"
    body = ET.tostring(parsed) if isinstance(parsed, ET.Element) else json.dumps(parsed).encode()
    headers = tuple((name, value) for name, value in answer.headers if name.lower() != "content-length")
    return replace(answer, body=body, headers=headers)
