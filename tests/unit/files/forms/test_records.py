"""JSON as tables: lines, arrays, and objects that hold one."""

import pytest

from shoal.files.errors import BadContent
from shoal.files.forms.records import Records
from shoal.files.texts import Content


def records_of(text: str | bytes, *, one_a_line: bool = True) -> Records:
    data = text if isinstance(text, bytes) else text.encode()
    return Records(Content(memoryview(data)), one_a_line=one_a_line)


def test_values_are_the_texts_that_other_forms_have() -> None:
    values = ["1.0", "2", "NaN", "null", '"a"']
    numbers = records_of("".join(f'{{"x": {value}}}\n' for value in values[:4]))
    assert numbers.read(["x"])["x"].cells() == ["1", "2", "", ""]
    mixed = records_of("".join(f'{{"x": {value}}}\n' for value in values))
    assert mixed.read(["x"])["x"].cells() == ["1.0", "2", "", "", "a"]
    others = records_of('{"x": true}\n{"x": 1.5}\n{"x": ["a", 1]}\n{"y": ""}\n').read(["x"])["x"]
    assert others.cells() == ["true", "1.5", '["a",1]', ""]
    assert [others.texts[code] for code in others.nested] == ['["a",1]']


def test_columns_are_the_fields_of_all_objects() -> None:
    assert records_of('{"b": 1}\n{"a": 1, "b": 2}\n').names == ["b", "a"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_past_blank_ones(end: str) -> None:
    table = records_of(end.join(['{"x": "a\u2028b"}', "", "nonsense", '{"x": 2}']))
    assert [table.where(row) for row in range(3)] == ["line 1", "line 3", "line 4"]
    assert list(table.faults) == [1]
    assert table.read(["x"])["x"].cells() == ["a\u2028b", "", "2"]


def test_a_line_that_is_not_utf8_is_named_and_the_others_are_read() -> None:
    table = records_of(b'{"x": "a"}\n{"x": "caf\xe9"}\n')
    assert table.read(["x"])["x"].cells() == ["a", ""]
    assert "byte 0xE9 is not UTF-8" in table.faults[1].detail
    assert "--encoding latin-1" in table.faults[1].fix


def test_a_field_that_an_object_has_twice_is_a_fault_of_its_line_or_of_the_whole_array() -> None:
    escaped = '{"x": "b\\":", "y": {"x": 1}}'
    table = records_of(f'{{"x": "a"}}\n{{"x" : "b",\t"\\u0078": "c"}}\n{escaped}\n')
    assert table.read(["x"])["x"].cells() == ["a", "", 'b":']
    assert [(row, fault.detail) for row, fault in table.faults.items()] == [
        (1, " has the field 'x' a second time in one object")
    ]
    several = records_of('{\n"x": "a"\n}\n{\n"x": {"y": 1,\n"y": 2}\n}')
    assert [(several.where(row), list(several.faults)) for row in (0, 1)] == [
        ("line 1", [1]),
        ("line 4", [1]),
    ]
    with pytest.raises(BadContent, match=r"^, line 3 has the field 'x' a second time"):
        records_of('[{"x": "a"},\n{"x": "b",\n"x": "c"}]', one_a_line=False)


def test_an_object_with_one_list_of_objects_is_that_list() -> None:
    table = records_of('{"count": 2, "ids": [1], "rows": [{"x": 1}, {"x": 2}]}', one_a_line=False)
    assert table.read(["x"])["x"].cells() == ["1", "2"]
    assert table.where(1) == "row 1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"x": {"0": 1}, "y": {"0": 2}}', r'one JSON object for each column.*orient="records"'),
        ('{"columns": ["x"], "data": [[1]]}', r'lists of columns and data.*orient="records"'),
        ('{"x": 1}', "holds no JSON array"),
        ("[1, 2]", ", row 0 is not a JSON object"),
        ("", "is empty"),
    ],
)
def test_other_json_is_refused_with_the_fix(text: str, message: str) -> None:
    with pytest.raises(BadContent, match=message):
        records_of(text, one_a_line=False)
