"""The user pool that stands in where no issuer is named: whose tenant nobody can write himself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.architecture.stack_template import of_type, written

RESOURCES = written()["Resources"]
OWN = ("UserPool", "UserPoolClient", "TokenClaims", "TokenClaimsRole", "TokenClaimsPermission")


def handler() -> Any:
    """Return the function that stands in the template."""
    space: dict[str, Any] = {}
    exec(RESOURCES["TokenClaims"]["Properties"]["Code"]["ZipFile"], space)
    return space["handler"]


def test_it_is_made_only_where_no_issuer_is_named() -> None:
    assert written()["Conditions"]["HasUserPool"] == {"Fn::Equals": [{"Ref": "JwtIssuer"}, ""]}
    conditions = {RESOURCES[name]["Condition"] for name in (*OWN, "TokenClaimsLog")}
    assert conditions == {"HasUserPool"}


def test_the_tenant_is_set_with_the_user_and_never_written_by_him() -> None:
    (pool,) = of_type(RESOURCES, "AWS::Cognito::UserPool").values()
    (client,) = of_type(RESOURCES, "AWS::Cognito::UserPoolClient").values()
    (attribute,) = pool["Schema"]

    assert (attribute["Name"], attribute["Mutable"]) == ("tenant_id", False)
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert client["WriteAttributes"] == ["email"]


def test_its_access_tokens_are_the_ones_that_the_gateway_takes() -> None:
    jwt = RESOURCES["HttpApi"]["Properties"]["Auth"]["Authorizers"]["Jwt"]["JwtConfiguration"]
    pool = {"Fn::Sub": "https://cognito-idp.${AWS::Region}.amazonaws.com/${UserPool}"}

    assert jwt["issuer"] == {"Fn::If": ["HasUserPool", pool, {"Ref": "JwtIssuer"}]}
    client = {"Ref": "UserPoolClient"}
    assert jwt["audience"] == [{"Fn::If": ["HasUserPool", client, {"Ref": "JwtAudience"}]}]
    trigger = RESOURCES["UserPool"]["Properties"]["LambdaConfig"]["PreTokenGenerationConfig"]
    assert trigger == {"LambdaArn": {"Fn::GetAtt": ["TokenClaims", "Arn"]}, "LambdaVersion": "V2_0"}
    assert RESOURCES["UserPool"]["Properties"]["UserPoolTier"] == "ESSENTIALS"


@pytest.mark.parametrize(
    ("attributes", "claims"),
    [
        ({"custom:tenant_id": "delta", "email": "a@example.org"}, {"tenant_id": "delta"}),
        ({"email": "a@example.org"}, {}),
        ({"custom:tenant_id": ""}, {}),
    ],
)
def test_a_token_gets_the_tenant_of_the_user_s_record_or_none(
    attributes: dict[str, str], claims: dict[str, str]
) -> None:
    """Without one the API refuses the token: it has no claim `tenant_id`."""
    event = {"request": {"userAttributes": attributes}, "response": {}}

    answer = handler()(event, None)

    assert answer["response"] == {
        "claimsAndScopeOverrideDetails": {
            "accessTokenGeneration": {"claimsToAddOrOverride": claims}
        }
    }
