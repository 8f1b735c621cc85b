"""Starts executions of the reconcile state machine (port Runs)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from rappro.adapters.executions import execution_input, execution_name
from rappro.adapters.sdk_errors import error_code, translated
from rappro.domain.ids import CompanyId, TenantId

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_EXISTS: Final = "ExecutionAlreadyExists"


class StepFunctionsRuns:
    """Port Runs. The state machine is of type STANDARD: its execution names are unique."""

    def __init__(self, client: SFNClient, state_machine_arn: str) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn

    def start(
        self, tenant: TenantId, company: CompanyId, name: str, payload: dict[str, Any]
    ) -> str:
        """Return the execution's ARN, whether it was started now or before."""
        execution, text = execution_name(tenant, company, name), execution_input(payload)
        with translated():
            return self._start_once(execution, text)

    def _start_once(self, execution: str, text: str) -> str:
        try:
            answer = self._client.start_execution(
                stateMachineArn=self._state_machine_arn, name=execution, input=text
            )
        except ClientError as error:
            if error_code(error) != _EXISTS:
                raise
            machine = self._state_machine_arn.replace(":stateMachine:", ":execution:", 1)
            return f"{machine}:{execution}"
        return answer["executionArn"]
