"""Of the pages' files none needs another that needs it: what both need has a file of its own."""

import re
from graphlib import TopologicalSorter
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "web" / "src"
NAMED = re.compile(r"(?:from|import) '(\.[^']+)'")  # not `import('…')`, which fetches it when it is gone to


def needed_by(file):
    for name in NAMED.findall(file.read_text(encoding="utf-8")):
        bare = (file.parent / name).resolve()
        yield from (one for ending in (".ts", ".tsx") if (one := Path(f"{bare}{ending}")).exists())


def test_no_circle_of_files_needs_itself():
    needs = {file: set(needed_by(file)) for file in SOURCE.rglob("*.ts*")}

    assert sum(map(len, needs.values())) > 1_000  # they were found
    TopologicalSorter(needs).prepare()  # raises CycleError, which names the files
