"""Images: Shoal's own by digest in production, and no tag that moves."""

import re

from deploy.manifestkit import Manifests, overlay

OF_ZEROS = "registry.example.com/shoal@sha256:" + 64 * "0"
"""The image of the repository's production overlay, which a platform team replaces (deploy/k8s/README.md)."""
BY_DIGEST = re.compile(r"[a-z0-9.-]+(:\d+)?(/[a-z0-9._-]+)+(:[a-z0-9.-]+)?@sha256:[0-9a-f]{64}")
BY_VERSION = re.compile(r"[a-z0-9./-]+:v?\d+\.\d+\.\d+[a-z0-9.-]*(@sha256:[0-9a-f]{64})?")


def images_of(manifests: Manifests) -> dict[str, set[str]]:
    """Return the images by workload."""
    return {
        str(workload): {container["image"] for container in workload.containers}
        for workload in manifests.workloads
    }


def test_production_has_the_documented_digest_of_zeros_or_another_digest() -> None:
    images = set.union(*images_of(overlay("production")).values())
    assert {image for image in images if not BY_DIGEST.fullmatch(image)} == set()
    assert OF_ZEROS in images


def test_other_overlays_have_a_digest_or_a_complete_version(manifests: Manifests) -> None:
    for workload, images in images_of(manifests).items():
        for image in images:
            assert BY_DIGEST.fullmatch(image) or BY_VERSION.fullmatch(image), f"{workload}: {image}"


def test_one_image_runs_every_service_and_the_migration(manifests: Manifests) -> None:
    own = [work for work in manifests.workloads if work.service or work.name == "shoal-migrate"]
    assert len({container["image"] for workload in own for container in workload.containers}) == 1
