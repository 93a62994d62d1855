"""Numbers with their nouns."""

from shoal.wording import format_count


def test_one_has_the_singular_and_every_other_number_the_plural() -> None:
    assert [format_count(number, "tag") for number in (0, 1, 2_000)] == ["0 tags", "1 tag", "2,000 tags"]
    assert format_count(1, "box uses", "boxes use") == "1 box uses"
    assert format_count(2, "box uses", "boxes use") == "2 boxes use"
