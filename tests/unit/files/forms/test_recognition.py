"""The form of a text file by its content and its name."""

import pytest

from shoal.files.forms.recognition import recognize_form

LONG = '{"text": "' + "x" * 100


@pytest.mark.parametrize(
    ("head", "suffix", "form"),
    [
        ("task,label\n1,a\n", ".csv", "CSV"),
        ("task\tlabel\n1\ta\n", ".tsv", "TSV"),
        ("task|label\n", "", "CSV"),
        ('{"task": 1}\n{"task": 2}\n', ".csv", "JSON lines"),
        ('\n {"task": 1}\n', ".txt", "JSON lines"),
        (LONG, ".csv", "JSON lines"),
        ('[{"task": 1}]', ".data", "JSON"),
        ('[\n  {\n    "task": 1', ".tsv", "JSON"),
        ('{\n  "rows": [', ".csv", "JSON"),
        ('{\n  "rows": [', ".jsonl", "JSON lines"),  # one object must not change the form of its name
        ('{"a": 1},b\n1,2\n', ".csv", "CSV"),
        ("[1] Smith, J.\n[2] Doe, J.\n", ".txt", "lines"),
        ("{curly}\n", ".txt", "lines"),
        ("task,label\n1,a\n", ".jsonl", "CSV"),
        ('"task";"label"\r1;"{"\r', ".json", "CSV"),
        ('"one, two"\n', ".jsonl", "JSON lines"),  # a text and not two columns
        ('# exported, 2024\n{"task": 1}\n', ".jsonl", "JSON lines"),
        ("", ".json", "JSON"),
        ("a,b\n", ".txt", "lines"),
    ],
)
def test_the_content_decides_and_the_name_where_it_leaves_the_form_open(
    head: str, suffix: str, form: str
) -> None:
    assert recognize_form(head, suffix) == form
