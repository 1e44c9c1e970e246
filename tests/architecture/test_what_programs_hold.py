"""What the two programs hold in memory when they begin to work, each in a process of its own."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.founding import found

ROOT = Path(__file__).parents[2]
SAY = "lambda *a, **k: print(gc.get_freeze_count(), *sys.modules, sep='\\n')"
PROGRAMS = {  # each with all that it does before it would answer, and then says what it holds instead
    "api": f"""
import gc, sys
from api import __main__ as program, server
server.serve = {SAY}
sys.exit(program.main(["--centre", sys.argv[1]]))
""",
    "gateway": f"""
import gc, sys
from pathlib import Path
from gateway import program
program.GatewayProgram.run = {SAY}
sys.exit(program.run_gateway(Path(sys.argv[1])))
""",
}
# Imported once something asks for it, or by the other program alone.
NOT_YET = {"alembic", "apprise", "cbor2", "icalendar", "jinja2", "OpenSSL", "pytest", "segno", "webauthn", "xlsxwriter"}
NEVER = {
    "api": {"apscheduler", "jwt"},
    "gateway": {"argon2", "fastapi", "PIL", "prometheus_client", "starlette", "uvicorn"},
}


@pytest.fixture(params=PROGRAMS)
def held(request, tmp_path, free_port):
    """Which program, how many objects it no longer looks through, and the modules it has imported."""
    centre = tmp_path / "centre"
    found(centre, site="demo", zone="Asia/Shanghai", now=datetime(2026, 3, 2, 4, tzinfo=UTC), environ={})
    (centre / "hearth.toml").write_text(f'site = "demo"\n[http]\nport = {free_port}\n[broker]\nkind = "external"\n')
    (centre / "broker" / "secrets").mkdir(parents=True, exist_ok=True)
    (centre / "broker" / "secrets" / "gateway").write_text("anything")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAMS[request.param], str(centre)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    count, *modules = done.stdout.split()
    return request.param, int(count), {module.partition(".")[0] for module in modules}


def test_a_program_holds_only_what_it_needs_from_the_start_and_does_not_look_through_it_again(held):
    program, kept, modules = held
    assert modules & (NOT_YET | NEVER[program]) == set()
    assert kept > 50_000
