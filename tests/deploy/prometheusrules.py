"""The rules as Kubernetes objects: `make manifests` writes a PrometheusRule for every file of rules."""

import re

from deploy.promkit import ROOT, rule_files

OBJECTS = ROOT / "deploy" / "k8s" / "components" / "monitoring" / "rules"
_HEAD = """\
# Written by `make manifests` from deploy/prometheus/rules/{file}.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: shoal-{name}
spec:
"""
_LIST = """\
# Written by `make manifests`.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
"""


def render_objects() -> dict[str, str]:
    """Return the files of the objects by name; comments stay."""
    objects = {
        path.name: _HEAD.format(file=path.name, name=path.stem) + _indented(path.read_text("utf-8"))
        for path in rule_files()
    }
    return {**objects, "kustomization.yaml": _LIST + "".join(f"  - {name}\n" for name in objects)}


def written_objects() -> dict[str, str]:
    """Return the files that stand in deploy/k8s."""
    return {path.name: path.read_text("utf-8") for path in OBJECTS.glob("*.yaml")}


def _indented(text: str) -> str:
    return re.sub(r"^(?=.)", "  ", text, flags=re.M)


def write_objects() -> None:
    """Write the files, and remove those of rules that are gone."""
    OBJECTS.mkdir(parents=True, exist_ok=True)
    objects = render_objects()
    for name in written_objects().keys() - objects.keys():
        (OBJECTS / name).unlink()
    for name, text in objects.items():
        (OBJECTS / name).write_text(text, "utf-8")


if __name__ == "__main__":
    write_objects()
