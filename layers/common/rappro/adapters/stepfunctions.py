"""Starts executions of the state machines (port Runs)."""

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
    """Port Runs. The state machines are of type STANDARD: their execution names are unique."""

    def __init__(
        self,
        client: SFNClient,
        state_machine_arn: str,
        import_machine_arn: str | None = None,
        work_machine_arn: str | None = None,
    ) -> None:
        """Take the machines' ARNs; few functions have the second or the third one."""
        self._client = client
        self._state_machine_arn = state_machine_arn
        self._import_machine_arn = import_machine_arn
        self._work_machine_arn = work_machine_arn

    def start(
        self, tenant: TenantId, company: CompanyId, name: str, payload: dict[str, Any]
    ) -> str:
        """Return the execution's ARN, whether it was started now or before."""
        return self._start(self._state_machine_arn, execution_name(tenant, company, name), payload)

    def start_import(
        self, tenant: TenantId, company: CompanyId, name: str, payload: dict[str, Any]
    ) -> str:
        """Return the execution's ARN, whether it was started now or before."""
        if self._import_machine_arn is None:
            raise RuntimeError("this function has no import machine: its environment names none")
        return self._start(self._import_machine_arn, execution_name(tenant, company, name), payload)

    def start_work(
        self, tenant: TenantId, company: CompanyId, name: str, payload: dict[str, Any]
    ) -> str:
        """Return the execution's ARN, whether it was started now or before."""
        if self._work_machine_arn is None:
            raise RuntimeError("this function has no machine of works: its environment names none")
        return self._start(self._work_machine_arn, execution_name(tenant, company, name), payload)

    def _start(self, machine: str, execution: str, payload: dict[str, Any]) -> str:
        text = execution_input(payload)
        with translated():
            return self._start_once(machine, execution, text)

    def _start_once(self, machine: str, execution: str, text: str) -> str:
        try:
            answer = self._client.start_execution(
                stateMachineArn=machine, name=execution, input=text
            )
        except ClientError as error:
            if error_code(error) != _EXISTS:
                raise
            return f"{machine.replace(':stateMachine:', ':execution:', 1)}:{execution}"
        return answer["executionArn"]
