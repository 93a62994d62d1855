"""The runtime of services: start, serve and stop."""

from shoal.runtime.loops import Loop
from shoal.runtime.running import Running, run_service, running_service
from shoal.runtime.service import Service
from shoal.runtime.settings import ServiceSettings

__all__ = ["Loop", "Running", "Service", "ServiceSettings", "run_service", "running_service"]
