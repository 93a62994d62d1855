"""The runtime of services: start, serve and stop."""

from shoal.runtime.dependencies import Dependency
from shoal.runtime.loops import Loop
from shoal.runtime.process import run_service
from shoal.runtime.running import Running, running_service
from shoal.runtime.service import Service
from shoal.runtime.settings import ServiceSettings

__all__ = ["Dependency", "Loop", "Running", "Service", "ServiceSettings", "run_service", "running_service"]
