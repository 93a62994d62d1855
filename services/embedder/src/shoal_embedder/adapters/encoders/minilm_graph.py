"""Build all-MiniLM-L6-v2 as an ONNX graph from its weights: six BERT layers, mean pooling, unit length.

Source of the architecture: Devlin et al., BERT (2019), and the model card of
sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LAYERS, HEADS, WIDTH = 6, 12, 384
HEAD = WIDTH // HEADS
EPSILON = 1e-12
OPSET = 20  # has Gelu
Weights = Mapping[str, "np.ndarray[Any, np.dtype[np.float32]]"]


class _Graph:
    """Collects nodes and constants; every method returns the name of the output it added."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: Any, name: str | None = None) -> str:
        name = name or f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name=name, **attributes))
        return name

    def linear(self, x: str, weights: Weights, prefix: str) -> str:
        # torch stores (out, in); MatMul and quantisation by column need (in, out).
        product = self.add("MatMul", x, self.constant(weights[f"{prefix}.weight"].T, f"{prefix}.weight"))
        return self.add("Add", product, self.constant(weights[f"{prefix}.bias"]))

    def normalized(self, x: str, weights: Weights, prefix: str) -> str:
        scale, bias = (self.constant(weights[f"{prefix}.{part}"]) for part in ("weight", "bias"))
        return self.add("LayerNormalization", x, scale, bias, axis=-1, epsilon=EPSILON)


def minilm_graph(weights: Weights) -> onnx.ModelProto:
    """Return the model: `ids` and `mask`, int64 (n, tokens) -> `vectors`, float32 (n, 384) of unit length."""
    graph = _Graph()
    x = _add_embeddings(graph, weights)
    mask = graph.add("Cast", "mask", to=TensorProto.FLOAT)
    hidden = _hidden_tokens(graph, mask)
    for layer in range(LAYERS):
        x = _add_layer(graph, x, hidden, weights=weights, name=f"encoder.layer.{layer}")
    _add_pooling(graph, x, mask)
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["n", "tokens"]) for n in ("ids", "mask")]
    outputs = [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["n", WIDTH])]
    onnx_graph = helper.make_graph(graph.nodes, "all-MiniLM-L6-v2", inputs, outputs, graph.constants)
    return helper.make_model(onnx_graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)


def _add_embeddings(graph: _Graph, weights: Weights) -> str:
    words = graph.add("Gather", graph.constant(weights["embeddings.word_embeddings.weight"], "words"), "ids")
    tokens = graph.add("Gather", graph.add("Shape", "ids"), graph.constant(np.array([1])))
    places = graph.add(
        "Slice",
        graph.constant(weights["embeddings.position_embeddings.weight"]),
        graph.constant(np.array([0])),
        tokens,
    )
    first_type = graph.constant(weights["embeddings.token_type_embeddings.weight"][0])
    summed = graph.add("Add", graph.add("Add", words, places), first_type)
    return graph.normalized(summed, weights, "embeddings.LayerNorm")


def _hidden_tokens(graph: _Graph, mask: str) -> str:
    """Return (n, 1, 1, tokens): 0 for a token, a large negative number for padding."""
    inverse = graph.add("Sub", graph.constant(np.float32(1)), mask)
    penalty = graph.add("Mul", inverse, graph.constant(np.float32(-1e9)))
    return graph.add("Unsqueeze", penalty, graph.constant(np.array([1, 2])))


def _add_layer(graph: _Graph, x: str, hidden: str, *, weights: Weights, name: str) -> str:
    attended = graph.linear(
        _add_attention(graph, x, hidden, weights=weights, name=name),
        weights,
        f"{name}.attention.output.dense",
    )
    x = graph.normalized(graph.add("Add", attended, x), weights, f"{name}.attention.output.LayerNorm")
    inner = graph.add("Gelu", graph.linear(x, weights, f"{name}.intermediate.dense"))
    outer = graph.linear(inner, weights, f"{name}.output.dense")
    return graph.normalized(graph.add("Add", outer, x), weights, f"{name}.output.LayerNorm")


def _add_attention(graph: _Graph, x: str, hidden: str, *, weights: Weights, name: str) -> str:
    shape = graph.constant(np.array([0, 0, HEADS, HEAD]))

    def heads(part: str, order: list[int]) -> str:
        projected = graph.linear(x, weights, f"{name}.attention.self.{part}")
        return graph.add("Transpose", graph.add("Reshape", projected, shape), perm=order)

    query, key, value = heads("query", [0, 2, 1, 3]), heads("key", [0, 2, 3, 1]), heads("value", [0, 2, 1, 3])
    scores = graph.add("Mul", graph.add("MatMul", query, key), graph.constant(np.float32(HEAD**-0.5)))
    shares = graph.add("Softmax", graph.add("Add", scores, hidden), axis=-1)
    mixed = graph.add("Transpose", graph.add("MatMul", shares, value), perm=[0, 2, 1, 3])
    return graph.add("Reshape", mixed, graph.constant(np.array([0, 0, WIDTH])))


def _add_pooling(graph: _Graph, x: str, mask: str) -> None:
    """Add the sum over real tokens, scaled to length 1; their mean has the same direction."""
    column = graph.add("Unsqueeze", mask, graph.constant(np.array([2])))
    tokens = graph.add("Mul", x, column)
    total = graph.add("ReduceSum", tokens, graph.constant(np.array([1])), keepdims=0)
    graph.nodes.append(helper.make_node("LpNormalization", [total], ["vectors"], axis=-1, p=2))
