"""The parts that routes use; main wires them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from shoal.http.application import parts_of
from shoal.http.projects import Projects
from shoal_gateway.usecases.annotate import Annotate
from shoal_gateway.usecases.ports import Guidelines, ProviderConfigs
from shoal_gateway.usecases.receive_webhook import ReceiveWebhook
from shoal_gateway.usecases.reports import Reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Use cases and reports. `wake` starts a dispatch at once, after a provider was configured."""

    annotate: Annotate
    guidelines: Guidelines
    reports: Reports
    configs: ProviderConfigs
    receive_webhook: ReceiveWebhook
    projects: Projects
    wake: Callable[[], None]


Wired = Annotated[Parts, Depends(parts_of)]
