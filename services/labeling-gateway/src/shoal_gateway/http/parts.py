"""The parts that routes use; main wires them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from shoal.http.application import parts_of
from shoal.http.networks import Networks
from shoal.security import ProjectDirectory
from shoal_gateway.usecases.inhouse.annotate import Annotate
from shoal_gateway.usecases.inhouse.last_answer import FindLastAnswer
from shoal_gateway.usecases.inhouse.work import WorkReports
from shoal_gateway.usecases.ports import Guidelines, ProviderConfigs
from shoal_gateway.usecases.ports.media import MediaAddresses
from shoal_gateway.usecases.providers.receive_webhook import ReceiveWebhook
from shoal_gateway.usecases.reports import Reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Use cases and reports. `wake` starts a dispatch at once, after a provider was configured."""

    annotate: Annotate
    last_answer: FindLastAnswer
    guidelines: Guidelines
    reports: Reports
    work: WorkReports
    configs: ProviderConfigs
    receive_webhook: ReceiveWebhook
    projects: ProjectDirectory
    networks: Networks
    media: MediaAddresses
    wake: Callable[[], None]


Wired = Annotated[Parts, Depends(parts_of)]
