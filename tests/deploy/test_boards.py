"""The Grafana boards of the cluster are those of deploy/grafana, which `make test-boards` evaluates."""

from deploy.manifestkit import ROOT, Manifests

BOARDS = ROOT / "deploy" / "grafana"


def test_config_maps_hold_the_boards_byte_by_byte(scaled: Manifests) -> None:
    shown = [
        config_map
        for config_map in scaled.of("ConfigMap")
        if "grafana_dashboard" in config_map["metadata"].get("labels", {})
    ]
    texts = [(name, text) for config_map in shown for name, text in config_map["data"].items()]
    assert sorted(texts) == [(path.name, path.read_text("utf-8")) for path in sorted(BOARDS.glob("*.json"))]
    assert len(texts) >= 4


def test_grafanas_sidecar_finds_the_boards_and_their_folder(scaled: Manifests) -> None:
    for config_map in scaled.of("ConfigMap"):
        if any(name.endswith(".json") for name in config_map["data"]):
            metadata = config_map["metadata"]
            assert metadata["labels"]["grafana_dashboard"] == "1", metadata["name"]
            assert metadata["annotations"]["grafana_folder"] == "Shoal", metadata["name"]
