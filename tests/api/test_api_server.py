"""The real program, in a process of its own, on a real port."""

import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from gateway.centre import make_pepper
from tests.api.conftest import PASSWORD
from tests.broker_fixture import eventually, free_port

pytestmark = pytest.mark.processes

HEADERS_S = 2.0
START = textwrap.dedent("""
    import sys
    from pathlib import Path
    from api import server
    from api.app import create_app
    from gateway.centre import open_centre

    server.PatientProtocol.body_s = server.PatientProtocol.stall_s = float(sys.argv[2])
    centre = open_centre(Path(sys.argv[1]))
    listener = server.listen("127.0.0.1", centre.settings.http.port)
    ready = lambda: print("ready", flush=True)
    server.serve(create_app(centre), listener, when_ready=ready, headers_s=float(sys.argv[2]))
""")


@pytest.fixture
def centre_dir(tmp_path, sqlite_template):
    """A centre with a few members, on a port of its own; no broker."""
    directory = tmp_path / "centre"
    (directory / "data").mkdir(parents=True)
    shutil.copy(sqlite_template, directory / "data" / "hearth.db")
    (directory / "hearth.toml").write_text(
        f'site = "demo"\n[http]\nport = {free_port()}\n[broker]\nport = {free_port()}\n'
    )
    make_pepper(directory)
    return directory


def port_of(centre_dir):
    return int((centre_dir / "hearth.toml").read_text().split("port = ")[1].split()[0])


@contextmanager
def running(*argv):
    """A program that has said its first line."""
    process = subprocess.Popen([sys.executable, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        if not line:
            raise AssertionError(process.stderr.read())
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def program(centre_dir):
    """With little patience for half-sent headers."""
    with running("-c", START, str(centre_dir), str(HEADERS_S)) as process:
        yield process


def ask(port, verb, path, body=None, **headers):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        content = None if body is None else json.dumps(body)
        connection.request(verb, path, content, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()


def sign_in(port):
    status, headers, _ = ask(port, "POST", "/api/v1/session", {"member_no": "10001", "password": PASSWORD})
    assert status == 200
    return headers["set-cookie"].partition(";")[0]


def test_half_sent_requests_do_not_keep_anybody_out_and_are_let_go(program, centre_dir):
    port = port_of(centre_dir)
    held = []
    began = time.monotonic()
    for _ in range(1100):
        half = socket.create_connection(("127.0.0.1", port), timeout=10)
        half.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        held.append(half)

    status, _, _ = ask(port, "GET", "/api/v1/health/live")

    assert status == 200
    for half in held:
        half.settimeout(max(began + HEADERS_S + 10 - time.monotonic(), 0.01))
        assert is_gone(half)
        half.close()


def test_a_connection_that_says_nothing_is_let_go(program, centre_dir):
    with socket.create_connection(("127.0.0.1", port_of(centre_dir)), timeout=HEADERS_S + 5) as silent:
        assert is_gone(silent)


@pytest.mark.parametrize("dribble", [b"\r\n", b"G"])
def test_a_kept_connection_is_let_go_when_its_next_request_does_not_come_whole(program, centre_dir, dribble):
    with socket.create_connection(("127.0.0.1", port_of(centre_dir)), timeout=HEADERS_S + 5) as kept:
        kept.sendall(b"GET /api/v1/health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert kept.recv(65536).startswith(b"HTTP/1.1 200")
        time.sleep(0.1)  # until the program has written its answer's last byte
        kept.sendall(dribble)

        assert is_gone(kept)


def test_a_body_that_does_not_come_whole_is_let_go(program, centre_dir):
    with socket.create_connection(("127.0.0.1", port_of(centre_dir)), timeout=HEADERS_S + 5) as half:
        half.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")

        assert is_gone(half)


def test_somebody_who_takes_no_answers_is_let_go(program, centre_dir):
    def sockets():
        opened = Path(f"/proc/{program.pid}/fd").iterdir()
        return sum("socket:" in str(file.resolve()) for file in opened)  # one that closes meanwhile leads nowhere

    before = sockets()
    with socket.create_connection(("127.0.0.1", port_of(centre_dir))) as greedy:
        greedy.sendall(b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 500)
        eventually(lambda: sockets() > before)

        eventually(lambda: sockets() == before, patience_s=HEADERS_S + 10)


def test_a_request_in_two_parts_is_answered(program, centre_dir):
    with socket.create_connection(("127.0.0.1", port_of(centre_dir)), timeout=5) as slow:
        slow.sendall(b"GET /api/v1/health/live HTTP/1.1\r\n")
        time.sleep(HEADERS_S / 4)
        slow.sendall(b"Host: x\r\n\r\n")

        assert slow.recv(65536).startswith(b"HTTP/1.1 200")


def test_a_long_wait_for_an_answer_is_no_half_sent_request(program, centre_dir):
    """The time-out is for requests: a stream that lives longer stays open."""
    port = port_of(centre_dir)
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=HEADERS_S + 1)) as connection:
        connection.request("GET", "/api/v1/live", headers={"Cookie": sign_in(port)})
        stream = connection.getresponse()

        with pytest.raises(TimeoutError):
            stream.fp.readline()


def test_it_stops_within_three_seconds_with_streams_open(program, centre_dir):
    port = port_of(centre_dir)
    cookie = sign_in(port)
    streams = []
    for _ in range(5):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/api/v1/live", headers={"Cookie": cookie})
        assert connection.getresponse().status == 200
        streams.append(connection)

    began = time.monotonic()
    program.send_signal(signal.SIGTERM)
    _, complaints = program.communicate(timeout=10)

    assert time.monotonic() - began < 3
    assert program.returncode == 0
    assert "Cancel" not in complaints  # the streams were ended, not torn down after a time-out
    for connection in streams:
        connection.close()


def test_a_stop_leaves_nothing_to_complain_about_on_stderr(program, centre_dir):
    sign_in(port_of(centre_dir))
    program.send_signal(signal.SIGINT)

    _, complaints = program.communicate(timeout=10)

    assert program.returncode == 0
    assert "Traceback" not in complaints


def test_the_program_says_one_line_when_it_is_ready(centre_dir):
    with running("-m", "api", "--centre", str(centre_dir)) as process:
        assert ask(port_of(centre_dir), "GET", "/api/v1/health/live")[0] == 200
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=10)

    assert (process.returncode, rest) == (0, "")


def start(*arguments):
    program = [sys.executable, "-m", "api", *arguments]
    return subprocess.run(program, check=False, capture_output=True, text=True, timeout=30)


def test_a_bad_centre_is_one_sentence_and_code_1(tmp_path):
    done = start("--centre", str(tmp_path))

    assert done.returncode == 1
    assert "hearth init" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_taken_port_is_one_sentence_and_code_1(centre_dir):
    with socket.create_server(("127.0.0.1", port_of(centre_dir))):
        done = start("--centre", str(centre_dir))

    assert done.returncode == 1
    assert "http.port" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_without_a_centre_it_says_how_it_is_used():
    assert start().returncode == 2


def is_gone(connection):
    """Whether the other side closes it, in time."""
    try:
        return connection.recv(65536) == b"" or is_gone(connection)
    except ConnectionResetError:
        return True
