"""What tests of every service share."""

from shoal.testing.publishing import FakePublisher, received

__all__ = ["FakePublisher", "received"]
