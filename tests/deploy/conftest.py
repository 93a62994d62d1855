"""Every test that asks for `manifests` runs for each overlay."""

import pytest

from deploy.manifestkit import OVERLAYS, Manifests, overlay


@pytest.fixture(params=OVERLAYS)
def manifests(request: pytest.FixtureRequest) -> Manifests:
    """Return the manifests of an overlay."""
    return overlay(request.param)


@pytest.fixture(params=["staging", "production"])
def scaled(request: pytest.FixtureRequest) -> Manifests:
    """Return the manifests of an overlay that scales serving and consuming apart."""
    return overlay(request.param)
