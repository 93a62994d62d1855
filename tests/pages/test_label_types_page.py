"""The examples of docs/label-types.md on the annotator's page: they are answered as the page says."""

import io

import pytest
from PIL import Image
from playwright.async_api import Browser

from labeltypeskit import type_examples
from pages.typepictures import WIDTH, answer_with_picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

EXAMPLES = type_examples()


@pytest.mark.parametrize("kind", EXAMPLES)
async def test_a_documented_example_is_answered_with_the_documented_json(browser: Browser, kind: str) -> None:
    example = EXAMPLES[kind]
    answer, picture = await answer_with_picture(browser, kind, example)
    assert {"kind": "class", **answer} == example.answer
    assert Image.open(io.BytesIO(picture)).width == WIDTH
