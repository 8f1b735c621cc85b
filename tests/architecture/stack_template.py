"""Reads the template for the architecture tests, as written and as CloudFormation gets it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml
from samtranslator.yaml_helper import yaml_parse

from devstack.template import local_template
from tests.architecture.source import ROOT

Tree = dict[str, Any]


@cache
def written() -> Tree:
    """Return template.yaml as it is written, its short intrinsics spelled out."""
    template: Tree = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    return template


@cache
def expanded() -> Tree:
    """Return the CloudFormation resources that SAM makes of it, generated roles included."""
    resources: Tree = local_template(ROOT, code_bucket="code", region="eu-west-3").body["Resources"]
    return resources


@cache
def machine(name: str = "reconcile") -> Tree:
    """Return a state machine's definition."""
    path = ROOT / "statemachines" / f"{name}.asl.yaml"
    definition: Tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    return definition


def of_type(resources: Tree, kind: str) -> dict[str, Tree]:
    """Return the properties of each resource of a type, by name."""
    return {n: r.get("Properties", {}) for n, r in resources.items() if r["Type"] == kind}


def function(name: str) -> Tree:
    """Return a function's properties with the global ones it does not set itself."""
    shared = written()["Globals"]["Function"]
    return {**shared, **of_type(written()["Resources"], "AWS::Serverless::Function")[name]}


@dataclass(frozen=True)
class Grant:
    """One Allow statement and the resource that carries it."""

    holder: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: Tree | None


def grants() -> list[Grant]:
    """Return what every role, managed policy and queue policy allows; not who may assume a role."""
    return [
        Grant(
            holder=name,
            actions=tuple(_many(statement["Action"])),
            resources=tuple(r if isinstance(r, str) else _flat(r) for r in _resources(statement)),
            condition=statement.get("Condition"),
        )
        for name, resource in expanded().items()
        for statement in _statements(resource)
        if statement["Effect"] == "Allow"
    ]


def _statements(resource: Tree) -> Iterator[Tree]:
    properties = resource.get("Properties", {})
    documents = [p["PolicyDocument"] for p in properties.get("Policies", []) if isinstance(p, dict)]
    if "PolicyDocument" in properties:
        documents.append(properties["PolicyDocument"])
    for document in documents:
        yield from _many(document["Statement"])


def _resources(statement: Tree) -> list[Any]:
    return _many(statement["Resource"])


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _flat(intrinsic: Tree) -> str:
    """Write {"Fn::GetAtt": ["Queue", "Arn"]} as "Queue.Arn", Ref and Sub as their text."""
    match intrinsic:
        case {"Fn::GetAtt": [name, attribute]}:
            return f"{name}.{attribute}"
        case {"Ref": str(name)}:
            return name
        case {"Fn::Sub": str(text)}:
            return text
    return json.dumps(intrinsic)
