"""Turns the project's template into what the local emulator can create; pure, nothing is started.

    template.yaml ─► for this machine ─► plain CloudFormation ─► routes spelled out

Everything else stays as it will be deployed: roles, rules, queues, retries, the state machine.
"""

from __future__ import annotations

import io
import shlex
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

_CUSTOM_RUNTIME = "provided.al2023"
_ANY_METHOD = "x-amazon-apigateway-any-method"

_NONE: Mapping[str, str] = {}

Tree = dict[str, Any]
"""A template or a part of one."""


@dataclass(frozen=True, slots=True)
class LocalTemplate:
    """A CloudFormation template and the code packages that it names, by object key."""

    body: Tree
    packages: dict[str, bytes]


def local_template(
    root: Path,
    *,
    code_bucket: str,
    region: str,
    parameters: Mapping[str, str] = _NONE,
    enforces_iam: bool = True,
) -> LocalTemplate:
    """Return the template of the project at `root`, ready for the emulator.

    SAM puts `parameters` in where the template has a default for them, as it does when it deploys.

    Functions run this interpreter on the code of the work tree, so nothing has to be built, and an
    edit counts from the next cold start on.
    """
    template: Tree = yaml_parse((root / "template.yaml").read_text(encoding="utf-8"))
    packages = _localise(template, root, code_bucket)
    if not enforces_iam:  # functions have no role then that they could take for a tenant
        template["Globals"]["Function"]["Environment"]["Variables"]["TENANT_SESSIONS"] = "false"
    translator = Translator(None, Parser(), boto_session=boto3.Session(region_name=region))
    body: Tree = translator.translate(template, dict(parameters), get_managed_policy_map=dict)
    _spell_out_routes(body["Resources"])
    return LocalTemplate(body, packages)


def _localise(template: Tree, root: Path, code_bucket: str) -> dict[str, bytes]:
    """Change the template in place for this machine; return the packages that it now names.

    The emulator's own Python runtime loses the class names of errors, on which the state machine
    decides. So the functions become custom runtimes that run Lambda's real Python client.
    """
    defaults = template["Globals"]["Function"]
    defaults["Runtime"] = _CUSTOM_RUNTIME
    del defaults["Layers"], defaults["Architectures"]
    defaults["Environment"]["Variables"]["WEBHOOKS_LOCAL"] = "true"  # receivers are on this machine
    packages: dict[str, bytes] = {}
    for name, resource in list(template["Resources"].items()):
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::Serverless::LayerVersion":
                del template["Resources"][name]
            case "AWS::S3::BucketPolicy" if not _without_tls_rule(properties["PolicyDocument"]):
                del template["Resources"][name]
            case "AWS::Serverless::Function":
                key = f"{name}.zip"
                packages[key] = function_package(root, root / properties["CodeUri"])
                properties["CodeUri"] = {"Bucket": code_bucket, "Key": key}
                _mail_from_anywhere(properties.get("Policies", []))
            case "AWS::Serverless::StateMachine":
                definition = root / properties.pop("DefinitionUri")
                properties["Definition"] = yaml.safe_load(definition.read_text(encoding="utf-8"))
    return packages


def _without_tls_rule(policy: Tree) -> list[Tree]:
    """Drop the rule that asks for TLS, which the loopback interface has not; return the others."""
    rest: list[Tree] = [rule for rule in policy["Statement"] if rule["Sid"] != "OnlyOverTls"]
    policy["Statement"] = rest
    return rest


def _mail_from_anywhere(policies: list[Tree]) -> None:
    """Grant sending mails as the emulator checks it: it knows no identities as resources."""
    for policy in policies:
        for rule in policy.get("Statement", []):
            if rule.get("Action") == "ses:SendEmail":
                rule["Resource"] = "*"


def function_package(root: Path, function_folder: Path) -> bytes:
    """Return a package that holds no code: it starts the runtime client on the work tree."""
    path = f"{function_folder}:{root / 'layers' / 'common'}"
    bootstrap = (
        "#!/bin/sh\n"
        "unset LOG_LEVEL\n"  # the emulator's, which functions inherit
        f"export PYTHONPATH={shlex.quote(path)} PYTHONUNBUFFERED=1\n"
        f'exec {shlex.quote(sys.executable)} -m awslambdaric "$_HANDLER"\n'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        entry = zipfile.ZipInfo("bootstrap")  # a fixed date: same code, same bytes
        entry.external_attr = 0o755 << 16
        package.writestr(entry, bootstrap)
    return buffer.getvalue()


def _spell_out_routes(resources: Tree) -> None:
    """Replace each HTTP API's OpenAPI body, which the emulator drops, by explicit resources."""
    for name in [n for n, r in resources.items() if r["Type"] == "AWS::ApiGatewayV2::Api"]:
        body = resources[name]["Properties"].pop("Body")
        resources[name]["Properties"] = {"Name": name, "ProtocolType": "HTTP"}
        if cors := body.get("x-amazon-apigateway-cors"):
            # The emulator reads it as the API spells it, not as CloudFormation does.
            resources[name]["Properties"]["CorsConfiguration"] = cors
        for scheme, definition in body["components"]["securitySchemes"].items():
            resources[f"{name}{scheme}"] = _authorizer(name, scheme, definition)
        operations = [(p, m, op) for p, ops in body["paths"].items() for m, op in ops.items()]
        for number, (path, method, operation) in enumerate(operations, start=1):
            integration = f"{name}Integration{number}"
            resources[integration] = _integration(name, operation)
            verb = "ANY" if method == _ANY_METHOD else method.upper()
            resources[f"{name}Route{number}"] = _route(
                name, f"{verb} {path}", integration, operation["security"]
            )


def _authorizer(api: str, scheme: str, definition: Tree) -> Tree:
    settings = definition["x-amazon-apigateway-authorizer"]
    return {
        "Type": "AWS::ApiGatewayV2::Authorizer",
        "Properties": {
            "ApiId": {"Ref": api},
            "Name": scheme,
            "AuthorizerType": "JWT",
            "IdentitySource": [settings["identitySource"]],
            "JwtConfiguration": {
                "Audience": settings["jwtConfiguration"]["audience"],
                "Issuer": settings["jwtConfiguration"]["issuer"],
            },
        },
    }


def _integration(api: str, operation: Tree) -> Tree:
    settings = operation["x-amazon-apigateway-integration"]
    return {
        "Type": "AWS::ApiGatewayV2::Integration",
        "Properties": {
            "ApiId": {"Ref": api},
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": settings["uri"],
            "PayloadFormatVersion": settings["payloadFormatVersion"],
        },
    }


def _route(api: str, key: str, integration: str, security: list[dict[str, list[str]]]) -> Tree:
    """Return a route; one that names no scheme but NONE is open, any other needs its token."""
    properties: Tree = {
        "ApiId": {"Ref": api},
        "RouteKey": key,
        "Target": {"Fn::Join": ["/", ["integrations", {"Ref": integration}]]},
    }
    for scheme in {name for entry in security for name in entry} - {"NONE"}:
        properties["AuthorizationType"] = "JWT"
        properties["AuthorizerId"] = {"Ref": f"{api}{scheme}"}
    return {"Type": "AWS::ApiGatewayV2::Route", "Properties": properties}
