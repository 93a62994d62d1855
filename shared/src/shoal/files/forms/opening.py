"""Open the form that a file's content has, or its name where the content leaves it open."""

from pathlib import Path

from shoal.files.forms.form import Format
from shoal.files.forms.lines import LinesOfText
from shoal.files.forms.recognition import FORMS, HEAD, recognize_form
from shoal.files.forms.records import Records
from shoal.files.options import ReadOptions
from shoal.files.signatures import COLUMNAR
from shoal.files.texts import first_bytes, read_content

COLUMNAR_NAMES = (".parquet", ".arrow", ".feather")


def open_format(file: Path, options: ReadOptions) -> Format:
    """Open a file in its form. Raises BadContent, BadInput and the errors of readers."""
    suffix = Path(file.name.removesuffix(".gz")).suffix.lower()
    columnar = suffix in COLUMNAR_NAMES or first_bytes(file).startswith(COLUMNAR)
    return _open_columnar(file) if columnar else _open_text(file, suffix, options)


def _open_columnar(file: Path) -> Format:
    from shoal.files.forms.parquet import Parquet  # loads pyarrow, which JSON lines do not need

    return Parquet(file)


def _open_text(file: Path, suffix: str, options: ReadOptions) -> Format:
    content = read_content(file, options)
    form = recognize_form(content.head(HEAD), suffix)
    if form != FORMS.get(suffix, "CSV"):
        content.notes.append(form)
    if form == "lines":
        return LinesOfText(content)
    if form in ("JSON", "JSON lines"):
        return Records(content, one_a_line=form == "JSON lines")
    from shoal.files.forms.delimited import Delimited

    return Delimited(content, "\t" if form == "TSV" else ",")
