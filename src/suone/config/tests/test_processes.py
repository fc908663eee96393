"""The demo's port and processes: a free port, kept from the beginning; ready once the web server answers; one at a time."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from suone.config import ports, processes
from suone.ground.console.trouble import Trouble

_ANSWERS = """
import http.server, socket, sys, time
time.sleep(0.3)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response({status})
        self.end_headers()
server = http.server.HTTPServer(("", 0), Handler, bind_and_activate=False)
server.socket = socket.socket(fileno=int(sys.argv[1]))
server.serve_forever()
"""
Start = Callable[[str], subprocess.Popen[bytes]]


@pytest.fixture
def bind() -> str:
    return "127.0.0.1"


@pytest.fixture
def listener(bind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    monkeypatch.setenv("SUONE_BIND", bind)
    with ports.listening(20000) as opened:
        yield opened


@pytest.fixture
def start(listener: socket.socket) -> Iterator[Start]:
    children = []

    def started(program: str) -> subprocess.Popen[bytes]:
        number = listener.fileno()
        child = subprocess.Popen(
            [sys.executable, "-c", program, str(number)], pass_fds=[number], stderr=subprocess.DEVNULL
        )
        children.append(child)
        return child

    yield started
    for child in children:
        child.kill()
        child.wait()


def test_a_port_that_is_taken_is_passed_over_and_a_free_one_is_kept(taken: int) -> None:
    with pytest.raises(Trouble, match=f"Port {taken} is taken"):
        ports.refuse_taken(taken)

    with ports.listening(taken) as first:
        port = first.getsockname()[1]
        assert port > taken
        with ports.listening(port) as second:
            assert second.getsockname()[1] > port


def test_a_port_is_taken_too_where_localhost_leads_to_another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser may ask localhost at another address than the one we listen on."""
    monkeypatch.setenv("SUONE_BIND", "127.0.0.2")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(Trouble, match="is taken"):
            ports.refuse_taken(other.getsockname()[1])


def test_an_address_of_another_machine_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUONE_BIND", "192.0.2.1")

    with pytest.raises(Trouble, match=r"Port \d+ of 192\.0\.2\.1 cannot be used"):
        ports.listening(20000)


@pytest.mark.parametrize("bind", ["127.0.0.1", "0.0.0.0"])
def test_the_demo_is_ready_once_the_web_server_answers(listener: socket.socket, start: Start) -> None:
    child = start(_ANSWERS.format(status=200))

    processes.wait_until_served(listener, [child])

    assert ports.is_served(listener)
    assert child.poll() is None


def test_the_demo_is_not_ready_where_the_web_server_reports_an_error(listener: socket.socket, start: Start) -> None:
    child = start(_ANSWERS.format(status=500))

    with pytest.raises(Trouble, match="does not answer"):
        processes.wait_until_served(listener, [child], patience=1)


def test_the_demo_is_not_ready_where_a_part_has_ended(listener: socket.socket, start: Start) -> None:
    server, worker = start(_ANSWERS.format(status=500)), start("raise SystemExit(1)")

    with pytest.raises(Trouble, match="has ended by itself"):
        processes.wait_until_served(listener, [server, worker])


def test_one_demo_runs_at_a_time_in_a_folder(tmp_path: Path) -> None:
    with processes.only_demo(tmp_path), pytest.raises(Trouble, match="runs already"), processes.only_demo(tmp_path):
        pass
    with processes.only_demo(tmp_path):
        pass


def test_what_the_demo_started_ends_with_it_when_it_is_killed() -> None:
    demo = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from suone.config import processes; import time\n"
            "print(processes._started(['-c', 'import time; time.sleep(600)']).pid, flush=True)\n"
            "time.sleep(600)",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout is not None
    child = int(demo.stdout.readline())
    # Neither still the demo's own program, nor the one that ties it to the demo.
    runs = b"-c\0import time; time.sleep(600)\0"
    _wait(lambda: Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0", 1)[1] == runs, "the child does not start")

    demo.kill()
    demo.communicate(timeout=60)

    _wait(lambda: _state(child) == "Z", "the child outlives the demo")


def _wait(condition: Callable[[], bool], otherwise: str) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, otherwise
        time.sleep(0.05)


def _state(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return "Z"
