"""The clock, and the call that wakes a background loop."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
Wake = Callable[[], None]
