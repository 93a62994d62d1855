"""Build EfficientNet-Lite0 as an ONNX graph from its weights, with batch norms folded into convolutions.

Source: Tan and Le, EfficientNet (2019), and the definition of the lite variants in tensorflow/tpu: no squeeze
and excitation, ReLU6, a stem and a head that do not scale. The graph returns the pooled features.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE, WIDTH = 128, 1280
STRIDES = {1: 2, 3: 2, 5: 2, 11: 2}  # blocks that halve the image's size
BLOCKS = 16
EPSILON = 1e-3
OPSET = 20
Weights = Mapping[str, Any]


def lite0_graph(weights: Weights) -> onnx.ModelProto:
    """Return the model: `pixels`, float32 (n, 3, SIDE, SIDE) in [-1, 1], to `features`, (n, WIDTH)."""
    net = _Net(weights)
    x = net.convolve("pixels", "_conv_stem", "_bn0", stride=2)
    for block in range(BLOCKS):
        x = net.block(x, f"_blocks.{block}", STRIDES.get(block, 1))
    x = net.convolve(x, "_conv_head", "_bn1")
    net.nodes.append(helper.make_node("GlobalAveragePool", [x], ["pooled"]))
    net.nodes.append(helper.make_node("Flatten", ["pooled"], ["features"], axis=1))
    pixels = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])
    features = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", WIDTH])
    graph = helper.make_graph(net.nodes, "EfficientNet-Lite0", [pixels], [features], net.constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)


class _Net:
    """Collects nodes and constants; every method returns the name of the output it added."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants = [_constant_tensor(np.float32(0), "zero"), _constant_tensor(np.float32(6), "six")]

    def block(self, x: str, name: str, stride: int) -> str:
        """Add an inverted residual: expand, convolve by channel, project, add the input if shapes agree."""
        inner, into = x, self.weights[f"{name}._depthwise_conv.weight"].shape[0]
        if f"{name}._expand_conv.weight" in self.weights:
            inner = self.convolve(x, f"{name}._expand_conv", f"{name}._bn0")
            into = self.weights[f"{name}._expand_conv.weight"].shape[1]
        inner = self.convolve(inner, f"{name}._depthwise_conv", f"{name}._bn1", stride, depthwise=True)
        out = self.convolve(inner, f"{name}._project_conv", f"{name}._bn2", activate=False)
        if stride == 1 and into == self.weights[f"{name}._project_conv.weight"].shape[0]:
            return self._add("Add", out, x)
        return out

    def convolve(
        self, x: str, name: str, norm: str, stride: int = 1, *, depthwise: bool = False, activate: bool = True
    ) -> str:
        """Add a convolution with its batch norm folded in.

        The folded weights are w s and the bias is b - m s, where s = scale / sqrt(variance + eps).
        """
        kernel = self.weights[f"{name}.weight"]
        scale = self.weights[f"{norm}.weight"] / np.sqrt(self.weights[f"{norm}.running_var"] + EPSILON)
        shift = self.weights[f"{norm}.bias"] - self.weights[f"{norm}.running_mean"] * scale
        folded = (kernel * scale[:, None, None, None]).astype(np.float32)
        self.constants += [
            _constant_tensor(folded, f"{name}.w"),
            _constant_tensor(shift.astype(np.float32), f"{name}.b"),
        ]
        out = self._add(
            "Conv",
            x,
            f"{name}.w",
            f"{name}.b",
            auto_pad="SAME_UPPER",
            strides=[stride, stride],
            group=len(kernel) if depthwise else 1,
        )
        return self._add("Clip", out, "zero", "six") if activate else out

    def _add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name=name, **attributes))
        return name


def _constant_tensor(value: Any, name: str) -> onnx.TensorProto:
    return numpy_helper.from_array(np.ascontiguousarray(value), name)
