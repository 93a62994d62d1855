"""`shoal ingest send`: send inference logs from files."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from shoal.command_line.client import URL, Client
from shoal.command_line.console import err
from shoal.command_line.offline import print_warning, show_progress
from shoal.command_line.printing import Format, FormatOption, print_rows
from shoal.files.errors import BadInput
from shoal_ingest.adapters.door import IngestDoor
from shoal_ingest.adapters.logs.opening import check_file, check_packing, file_size, is_regular
from shoal_ingest.adapters.logs.reading import probe_log, read_log
from shoal_ingest.cli.options import Url
from shoal_ingest.cli.sent_lines import SentLines
from shoal_ingest.usecases.sending.send_log import NotSent, SendLog

FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130


def send_files(
    *,
    files: Annotated[
        list[Path],
        typer.Argument(help="Files with one JSON object per line, also as .gz, or - for standard input."),
    ],
    ids: Annotated[
        bool,
        typer.Option("--ids", help="Print the sample id of every line, with file, line, source, source_id."),
    ] = False,
    batch: Annotated[int, typer.Option(min=1, max=10_000, help="Most inferences in a request.")] = 500,
    batch_bytes: Annotated[
        int, typer.Option(min=1024, help="Most bytes in a request; a longer line is sent alone.")
    ] = 4 * 1024 * 1024,
    retries: Annotated[int, typer.Option(min=0, help="Retries of a request while ingest is down.")] = 5,
    url: Url = URL,
    form: FormatOption = Format.TABLE,
) -> None:
    """Send an inference log; a line that is sent twice counts once.

    Prints how many lines were accepted, repeated and refused, and every refused line with its reason.

    Exit codes: 0 every line is accepted or repeated, 1 some are refused or ingest failed, 2 wrong usage or a
    file that cannot be read.
    """
    _check_files(files)
    lines = SentLines(keep_ids=ids, print_line=print_line, warn=print_warning)
    code = _send_all(files, lines, url=url, retries=retries, batch=batch, batch_bytes=batch_bytes)
    if code and not lines.total:
        raise typer.Exit(code)
    rows = lines.id_rows() if ids else lines.summary_rows()
    if ids:
        print_line(lines.summary())
    print_rows(form, rows, whole=None if ids else lines.summary_document())
    if not lines.total:
        print_line("the files hold no line to send")
        code = WRONG_USAGE
    if code := code or (FAILED if lines.count("refused") else 0):
        raise typer.Exit(code)


def _check_files(files: Sequence[Path]) -> None:
    """Exit with 2 and a line for every file that cannot be sent, before anything is sent."""
    is_bad = False
    for file in files:
        try:
            check_file(file)
            if is_regular(file):
                check_packing(file)
                probe_log(file)
        except BadInput as error:
            print_line(str(error))
            is_bad = True
    if is_bad:
        print_line("nothing was sent")
        raise typer.Exit(WRONG_USAGE)


def _send_all(
    files: Sequence[Path], lines: SentLines, *, url: str, retries: int, batch: int, batch_bytes: int
) -> int:
    """Send every file and return the exit code of failures; a file that is cut off does not stop the next."""
    code = 0
    with _report_positions(files) as report, Client("ingest", "SHOAL_INGEST_URL").connect(url) as http:
        send = SendLog(
            IngestDoor(http, retries=retries, notify=print_line), batch=batch, batch_bytes=batch_bytes
        )
        for index, file in enumerate(files):
            lines.start_file(file)
            try:
                for outcomes in send(read_log(file, report(index))):
                    lines.add(outcomes)
            except BadInput as error:
                lines.print_refusals()
                print_line(f"{error}. {lines.sent_before()}")
                code = WRONG_USAGE
            except NotSent as error:
                lines.print_refusals()
                print_line(f"{error}. {lines.sent_before()} {lines.where_to_go_on()}")
                code = FAILED
                break
            except KeyboardInterrupt:
                lines.print_refusals()
                print_line(f"stopped. {lines.sent_before()} {lines.where_to_go_on()}")
                code = INTERRUPTED
                break
    lines.finish()
    return code


@contextmanager
def _report_positions(files: Sequence[Path]) -> Iterator[Callable[[int], Callable[[int], None]]]:
    """Yield a function that returns the report of a file's position, of which a bar shows the progress."""
    sizes = [file_size(file) for file in files]
    starts = [sum(sizes[:index]) for index in range(len(sizes))]
    with show_progress("sending") as show:

        def report_of(index: int) -> Callable[[int], None]:
            return lambda position: show(starts[index] + position, sum(sizes))

        yield report_of


def print_line(message: str) -> None:
    """Print one line on stderr."""
    err.print(" ".join(message.split()), markup=False, highlight=False, soft_wrap=True)
