"""The files around the boards: ConfigMaps for Kubernetes, and what Grafana reads at its start."""

import subprocess
import sys
from pathlib import Path

import yaml

from boards.boardkit import FOLDER, read_boards

KUBECTL = Path(sys.executable).parent / "kubectl"
APPLIED = 256 * 1024
"""Bytes of the annotation in which `kubectl apply` keeps an object."""


def test_each_board_is_one_config_map_that_grafana_finds() -> None:
    command = [KUBECTL, "kustomize", FOLDER]
    rendered = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    maps = list(yaml.safe_load_all(rendered))
    data = {name: text for config in maps for name, text in config["data"].items()}
    assert data == {file.name: file.read_text("utf-8") for file in FOLDER.glob("*.json")}
    for config in maps:
        assert config["metadata"]["labels"] == {"grafana_dashboard": "1"}
        assert config["metadata"]["annotations"] == {"grafana_folder": "Shoal"}
        assert len(str(config["data"])) < APPLIED
    assert len(maps) == len(read_boards())


def test_grafana_is_provisioned_with_the_boards_and_prometheus() -> None:
    folder = FOLDER / "provisioning"
    provider = yaml.safe_load((folder / "dashboards" / "shoal.yaml").read_text("utf-8"))["providers"][0]
    source = yaml.safe_load((folder / "datasources" / "prometheus.yaml").read_text("utf-8"))["datasources"][0]
    assert (provider["type"], provider["folder"]) == ("file", "Shoal")
    assert (source["type"], source["isDefault"]) == ("prometheus", True)
