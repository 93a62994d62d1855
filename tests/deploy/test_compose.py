"""deploy/compose: a file that Compose accepts, and settings, addresses and mounted files that fit."""

import base64
import json
import os
import re
import subprocess
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from deploy.composekit import (
    COMPOSE,
    example_variables,
    fill_variables,
    mounts_of,
    read_compose,
    required_variables,
)
from deploy.dockerkit import read_stages
from deploy.manifestkit import PACKAGES, ROOT, known_variables, overlay, settings_of
from shoal.messaging import KafkaSettings

PYTHON = ROOT / ".venv" / "manifests" / "bin" / "python"
CHECK = "import sys; from compose_spec import PyCompose; PyCompose.from_yaml(sys.stdin.read()).validate()"
KEY = "0123456789abcdef0123456789abcdef"
PINNED = re.compile(r"docker\.io/[\w/-]+:v?\d+(\.\d+)+@sha256:[0-9a-f]{64}")
PUBLIC = {"SHOAL_PUBLIC_URL", "SHOAL_MEDIA_PUBLIC_URL"}  # addresses of browsers and vendors


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """Return the services with a key for every variable."""
    return dict(fill_variables(read_compose()["services"], dict.fromkeys(required_variables(), KEY)))


def test_the_file_follows_the_compose_specification(services: dict[str, Any]) -> None:
    if not PYTHON.exists():
        if os.environ.get("SHOAL_REQUIRE_TOOLS"):
            pytest.fail("compose-spec is not installed: make .venv/manifests/.ready")
        pytest.skip("needs compose-spec: make .venv/manifests/.ready")
    document = {key: value for key, value in read_compose().items() if not key.startswith("x-")}
    # compose-spec knows no name with both a tag and a digest; the digest counts.
    images = {name: {"image": re.sub(r":[^:@/]+@", "@", it["image"])} for name, it in services.items()}
    text = yaml.safe_dump(document | {"services": {name: services[name] | images[name] for name in services}})
    run = subprocess.run([PYTHON, "-c", CHECK], input=text, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr


def test_the_example_has_no_value_and_every_required_variable() -> None:
    lines = (COMPOSE / "env.example").read_text().splitlines()
    assert {line for line in lines if not line.startswith("#") and not line.endswith("=")} == set()
    assert example_variables() == required_variables() > {"SHOAL_ADMIN_KEY", "SHOAL_AUDIT_SALT"}


def test_the_readmes_command_gives_every_variable_a_value_of_its_own() -> None:
    (command,) = re.findall(r"```sh\n(while .*?) > \.env", (COMPOSE / "README.md").read_text(), re.DOTALL)
    run = subprocess.run(["sh", "-c", command], cwd=COMPOSE, capture_output=True, text=True, timeout=30)
    pairs = [line.partition("=") for line in run.stdout.splitlines() if not line.startswith("#")]
    values = {name: value for name, _, value in pairs}
    assert values.keys() == required_variables()
    assert all(re.fullmatch("[0-9a-f]{48}", value) for value in values.values())
    assert len(set(values.values())) == len(values)


@pytest.mark.parametrize("name", PACKAGES)
def test_a_service_accepts_its_environment(
    name: str, services: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = services[name]["environment"]
    assert environment.keys() <= known_variables(name) | {"SHOAL_INGEST_URL"}
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    settings = settings_of(name)()
    settings.check_safety()
    assert KafkaSettings().bootstrap == "kafka:9092"
    assert (settings.http_port, settings.admin_port) == (8080, 9090)


@pytest.mark.parametrize("name", PACKAGES)
def test_a_service_runs_as_its_pods_do(name: str, services: dict[str, Any]) -> None:
    pod = next(work for work in overlay("dev-single").deployments if work.service == name)
    service = services[name]
    assert service["command"] == pod.container["command"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["tmpfs"] == ["/tmp"]
    assert service["stop_grace_period"] == f"{pod.pod['terminationGracePeriodSeconds']}s"
    assert pod.container["readinessProbe"]["httpGet"]["path"] in " ".join(service["healthcheck"]["test"])
    ports = {int(text.rpartition(":")[2]) for text in service.get("ports", [])}
    serves = {port["containerPort"] for port in pod.container["ports"] if port["name"] == "http"}
    assert ports == serves


def test_every_address_is_a_service_that_listens_there(services: dict[str, Any]) -> None:
    ports = {"kafka": {9092}, "postgres": {5432}, "qdrant": {6333, 6334}, "ingest": {8080}}
    addresses = [
        urlsplit(value if "://" in value else f"kafka://{value}")
        for name in [*PACKAGES, "migrate"]
        for variable, value in services[name]["environment"].items()
        if variable.endswith(("_URL", "_DSN", "_BOOTSTRAP")) and variable not in PUBLIC
    ]
    assert {address.hostname for address in addresses} == set(ports)
    assert all(address.port in ports[str(address.hostname)] for address in addresses)


def test_servers_and_services_have_the_same_secrets(services: dict[str, Any]) -> None:
    written = read_compose()["services"]
    key = written["qdrant"]["environment"]["QDRANT__SERVICE__API_KEY"]
    assert written["embedder"]["environment"]["SHOAL_QDRANT_API_KEY"] == key
    postgres = services["postgres"]["environment"]
    dsn = urlsplit(services["migrate"]["environment"]["SHOAL_POSTGRES_DSN"])
    assert (dsn.username, dsn.password) == (postgres["POSTGRES_USER"], postgres["POSTGRES_PASSWORD"])
    assert dsn.path == f"/{postgres['POSTGRES_DB']}"


def test_kafka_advertises_an_address_for_services_and_one_for_this_machine(services: dict[str, Any]) -> None:
    kafka = services["kafka"]["environment"]
    listeners, advertised = (
        dict(text.split("://") for text in kafka[name].split(","))
        for name in ("KAFKA_LISTENERS", "KAFKA_ADVERTISED_LISTENERS")
    )
    assert advertised == {"SERVICES": "kafka:9092", "MACHINE": "127.0.0.1:9094"}
    for name, address in advertised.items():
        assert listeners[name].rpartition(":")[2] == address.rpartition(":")[2]
    protocols = dict(text.split(":") for text in kafka["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(","))
    assert protocols == dict.fromkeys(listeners, "PLAINTEXT")
    assert kafka["KAFKA_CONTROLLER_QUORUM_VOTERS"] == f"1@{listeners['CONTROLLER']}"
    assert len(base64.urlsafe_b64decode(kafka["CLUSTER_ID"] + "==")) == 16


def test_ports_are_open_to_this_machine_only(services: dict[str, Any]) -> None:
    ports = [text for service in services.values() for text in service.get("ports", [])]
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", text) for text in ports)
    assert len({text.split(":")[1] for text in ports}) == len(ports)


def test_images_of_others_have_a_tag_and_a_digest_and_qdrants_is_that_of_kubernetes(
    services: dict[str, Any],
) -> None:
    images = {name: service["image"] for name, service in services.items()}
    own = {"migrate", *PACKAGES}
    assert {images[name] for name in own} == {"shoal:0.1.0"}
    assert {name for name in images.keys() - own if not PINNED.fullmatch(images[name])} == set()
    production = {image["image"] for work in overlay("production").workloads for image in work.containers}
    assert images["qdrant"] in production


def test_mounted_paths_exist_and_are_read_only_and_volumes_are_declared(services: dict[str, Any]) -> None:
    volumes = set()
    for service in services.values():
        for mount in mounts_of(service):
            if mount.path is None:
                volumes.add(mount.source)
            else:
                assert mount.path.exists(), mount
                assert mount.options == "ro"
    assert volumes == read_compose()["volumes"].keys()


def test_the_volume_of_dataset_versions_is_a_folder_that_containers_may_write(
    services: dict[str, Any],
) -> None:
    (mount,) = mounts_of(services["qa"])
    assert services["qa"]["environment"]["SHOAL_DATASETS_URI"] == f"file://{mount.target}"
    commands = [instruction.text for instruction in read_stages()["shoal"].of("RUN")]
    assert any(f"mkdir -m 1777 {mount.target}" in command for command in commands)


def test_ingest_and_the_embedder_share_a_volume_of_images_that_they_may_write(
    services: dict[str, Any],
) -> None:
    for name in ("ingest", "embedder"):
        (mount,) = mounts_of(services[name])
        assert services[name]["environment"]["SHOAL_MEDIA_URI"] == f"file://{mount.target}"
    commands = [instruction.text for instruction in read_stages()["shoal"].of("RUN")]
    assert any(re.search(rf"mkdir -m 1777 .*{mount.target}\b", command) for command in commands)


def test_grafanas_home_is_the_board_of_labelling(services: dict[str, Any]) -> None:
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    boards, provisioning, _ = mounts_of(services["grafana"])
    assert boards.path is not None
    assert provisioning.path is not None
    board = json.loads((boards.path / home.removeprefix(f"{boards.target}/")).read_text())
    assert board["title"] == "Labelling throughput"
    provider = yaml.safe_load((provisioning.path / "dashboards" / "shoal.yaml").read_text())["providers"][0]
    assert provider["options"]["path"] == boards.target
    sources = yaml.safe_load((provisioning.path / "datasources" / "prometheus.yaml").read_text())
    assert urlsplit(sources["datasources"][0]["url"]).netloc == "prometheus:9090"


def test_prometheus_scrapes_every_service(services: dict[str, Any]) -> None:
    (folder, _) = mounts_of(services["prometheus"])
    assert folder.path is not None
    jobs = yaml.safe_load((folder.path / "prometheus.yml").read_text())["scrape_configs"]
    targets = {job["job_name"]: job["static_configs"][0]["targets"] for job in jobs}
    assert targets == {name: [f"{name}:9090"] for name in PACKAGES}


def test_what_a_service_needs_is_healthy_before_it_starts(services: dict[str, Any]) -> None:
    for name in PACKAGES:
        for needed, condition in services[name]["depends_on"].items():
            healthy = "service_completed_successfully" if needed == "migrate" else "service_healthy"
            assert condition == {"condition": healthy}
            assert needed == "migrate" or "healthcheck" in services[needed]


def test_logs_never_fill_the_disk(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}, name


def test_servers_with_data_have_time_to_stop(services: dict[str, Any]) -> None:
    """Docker kills after ten seconds by default, and what is killed reads its log again at the next start."""
    for name in ("kafka", "postgres", "qdrant"):
        assert services[name]["stop_grace_period"] == "60s", name
