"""What NetworkPolicies allow, as a network plugin decides it."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from deploy.manifestkit import NAME, Manifests, Resource

HOME = "shoal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One end of a connection: pods of a namespace, or an address outside the cluster."""

    labels: dict[str, str]
    namespace: str = HOME
    namespace_labels: dict[str, str] | None = None
    address: str = ""

    def all_namespace_labels(self) -> dict[str, str]:
        """Return the labels of the namespace, with the one that Kubernetes sets."""
        return {"kubernetes.io/metadata.name": self.namespace, **(self.namespace_labels or {})}


def pods_named(name: str) -> Peer:
    """Return pods of Shoal's namespace by the value of app.kubernetes.io/name."""
    return Peer(labels={NAME: name})


def outside(address: str) -> Peer:
    """Return an address outside the cluster."""
    return Peer(labels={}, namespace="", address=address)


def allows(manifests: Manifests, source: Peer, target: Peer, port: int) -> bool:
    """Return whether pods of `source` may open a TCP connection to `port` of `target`."""
    leaves = source.namespace != HOME or _is_open(manifests, "egress", source, target, port)
    enters = target.namespace != HOME or _is_open(manifests, "ingress", target, source, port)
    return leaves and enters


def selects(selector: Resource, labels: dict[str, str]) -> bool:
    """Return whether a label selector finds `labels`."""
    if not selector.get("matchLabels", {}).items() <= labels.items():
        return False
    for expression in selector.get("matchExpressions", []):
        assert expression["operator"] == "In"
        if labels.get(expression["key"]) not in expression["values"]:
            return False
    return True


def _is_open(manifests: Manifests, direction: str, pod: Peer, other: Peer, port: int) -> bool:
    """Return whether the policies that select `pod` let `other` through; without a policy, all may pass."""
    kind = direction.capitalize()
    policies = [
        it["spec"]
        for it in manifests.of("NetworkPolicy")
        if kind in it["spec"]["policyTypes"] and selects(it["spec"]["podSelector"], pod.labels)
    ]
    way = "to" if direction == "egress" else "from"
    rules = [rule for spec in policies for rule in spec.get(direction, [])]
    return not policies or any(_covers(rule, way, other, port) for rule in rules)


def _covers(rule: Resource, way: str, other: Peer, port: int) -> bool:
    ports = [it["port"] for it in rule.get("ports", []) if it.get("protocol", "TCP") == "TCP"]
    if "ports" in rule and port not in ports:
        return False
    return way not in rule or any(_matches(peer, other) for peer in rule[way])


def _matches(peer: dict[str, Any], other: Peer) -> bool:
    if "ipBlock" in peer:
        return bool(other.address) and _contains(peer["ipBlock"], other.address)
    if other.address:
        return False
    if "namespaceSelector" in peer:
        if not selects(peer["namespaceSelector"], other.all_namespace_labels()):
            return False
    elif other.namespace != HOME:
        return False
    return selects(peer.get("podSelector", {}), other.labels)


def _contains(block: Resource, text: str) -> bool:
    address = ip_address(text)
    return address in ip_network(block["cidr"]) and not any(
        address in ip_network(excepted) for excepted in block.get("except", [])
    )
