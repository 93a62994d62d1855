"""Texts that the English vocabulary cannot tell apart."""

from pathlib import Path

import pytest

from shoal_embedder.adapters.encoders.minilm import are_known, load_tokenizer, model_file

TOKENIZER = load_tokenizer(128)


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        ("Where is my order?", True),
        ("", True),
        ("!!!", True),
        ("Great 👍", False),
        ("Great product 👍", True),
        ("Где мой заказ?", True),
        ("ของมาช้ามาก", False),
        ("ของมาช้ามาก!", False),
        ("订单还没有到", False),
        ("訂單 123 未到", False),
        ("👍", False),
        ("😡😡 💩", False),
        ("Zm9v" * 40, False),
        ("see " + "a" * 101, False),
        ("the order of 订单 came late", True),
    ],
)
def test_a_text_of_mostly_unknown_tokens_is_not_readable(text: str, readable: bool) -> None:
    assert are_known(TOKENIZER.encode(text).tokens) is readable


def test_the_first_run_writes_the_graph_without_advice_of_other_libraries(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert model_file(tmp_path).is_file()
    assert caplog.text == ""
