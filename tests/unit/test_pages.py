"""Plots of extreme values, and pages whose values are text whatever they hold."""

import subprocess
import sys
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from shoal.pages import (
    Dot,
    Series,
    Shares,
    interval_rows,
    line_plot,
    parts_of_a_whole,
    render_page,
    shares_matrix,
    start_of_axis,
)
from shoal.pages.svg import svg_drawing, svg_element


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_a_curve_of_equal_values_has_a_height(value: float) -> None:
    drawn = line_plot(
        [Series(name="flat", colour="red", points=[(1.0, value, value, value), (2.0, value, value, value)])],
        "x",
        "y",
    )
    assert "nan" not in drawn
    assert drawn.count("<circle") == 2


def test_a_plot_starts_where_round_numbers_do() -> None:
    assert [start_of_axis(least) for least in (-1, 0, 0.49, 0.5, 0.79, 0.8, 0.93, 0.99)] == [
        0, 0, 0, 0.5, 0.5, 0.8, 0.9, 0.95,
    ]  # fmt: skip
    dot = Dot(x=0.9, y=0.85, low=0.2, high=1.0, radius=4, title="<dot>")
    drawn = Shares(x_title="x", y_title="y", dots=[dot], bottom=0.8, left=0.5).svg()
    for tick in ("50 %", "60 %", "80 %", "84 %", "100 %"):
        assert f">{tick}</text>" in drawn
    assert "<title>&lt;dot&gt;</title>" in drawn
    assert 'y1="256.0"' in drawn  # what lies below the axis ends at it


def test_names_are_cut_and_escaped() -> None:
    name = "<a name that is much too long>"
    for drawn in (
        interval_rows([(name, 0.5, 0.4, 0.6, "1 vote")], 0.5),
        shares_matrix([name], [[1.0]], "truth", "said"),
    ):
        assert "&lt;a name" in drawn
        assert "…</text>" in drawn
    assert "&lt;b&gt;: 2" in parts_of_a_whole([("<b>", 2, "red"), ("none", 0, "blue")])


def test_an_element_escapes_text_and_attributes_and_keeps_elements() -> None:
    inner = svg_element("title", "<b> & co")
    drawn = svg_element("g", inner, '"x"', class_='a"b', stroke_width=2, x=1.25, fill=None)
    assert drawn == (
        '<g class="a&#34;b" stroke-width="2" x="1.2"><title>&lt;b&gt; &amp; co</title>&#34;x&#34;</g>'
    )
    assert svg_element("line", x1=1) == '<line x1="1"/>'
    assert '<svg viewBox="0 0 520 10" role="img" aria-label="&lt;a&gt;">' in svg_drawing(10, label="<a>")


PACKAGE = """
{% extends "shoal/page.html" %}
{% from "shoal/parts.html" import cards, table %}
{% block title %}{{ name }}{% endblock %}
{% block body %}{{ cards([(name, name)]) }}{{ table([name], [[name]]) }}{{ plot }}{% endblock %}
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "pages_of_a_test" / "templates").mkdir(parents=True)
    (tmp_path / "pages_of_a_test" / "__init__.py").touch()
    (tmp_path / "pages_of_a_test" / "templates" / "page.html").write_text(PACKAGE)
    monkeypatch.syspath_prepend(tmp_path)
    return "pages_of_a_test"


def test_every_value_is_escaped_but_a_drawing(package: str) -> None:
    page = render_page(package, "page.html", name="<script>x</script>", plot=svg_element("svg", "&"))
    assert "<script" not in page
    assert page.count("&lt;script&gt;x&lt;/script&gt;") == 5
    assert "<svg>&amp;</svg>" in page
    for outside in ("http://", "https://", "src=", "<link"):
        assert outside not in page


def test_a_value_that_is_missing_is_an_error_and_not_an_empty_place(package: str) -> None:
    with pytest.raises(UndefinedError, match="plot"):
        render_page(package, "page.html", name="x")


def test_a_command_that_writes_no_page_does_not_wait_for_jinja() -> None:
    code = (
        "import sys, shoal_qa.adapters.pages.consensus, shoal_sampler.adapters.pages.curves\n"
        "print(*sorted(name for name in sys.modules if name.startswith('jinja2')))"
    )
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert modules.strip() == ""
