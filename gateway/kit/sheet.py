"""A spreadsheet as a program says it: CSV (RFC 4180), also with semicolons or tabs between the cells."""

import csv
import io
from collections.abc import Iterator


def rows(text: str) -> Iterator[tuple[int, list[str] | None]]:
    """Every line that is not empty, by the number of the line on which it begins; None: a quote in it never ends."""
    body = text.removeprefix("\ufeff")
    first = body.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader, begins = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True), 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield begins, None
            return
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = reader.line_num + 1
