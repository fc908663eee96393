"""The port of the web server: whether it is free, the next free one, and whether the product answers there."""

import errno
import http.client
import socket
from contextlib import suppress
from ipaddress import ip_address

from suone.config import env
from suone.ground.console.trouble import Trouble

_OF_LOCALHOST = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
_BEYOND = 100  # how many ports are tried in a row


def refuse_taken(port: int) -> None:
    """Raise ``Trouble`` if another program has the port."""
    opened = _opened(port)
    if opened is None:
        raise Trouble(
            f"Port {port} is taken by another program: stop it, or choose another one, such as SUONE_PORT=8799."
        )
    opened.close()


def listening(port: int) -> socket.socket:
    """A socket listening on the first free port from this one on, so that no other program can take it."""
    for candidate in range(port, min(port + _BEYOND, 65535) + 1):
        opened = _opened(candidate)
        if opened:
            opened.listen()
            return opened
    raise Trouble(f"Port {port} and those after it are taken by other programs: choose another one with SUONE_PORT.")


def is_served(listener: socket.socket) -> bool:
    """Whether the product and its database answer there."""
    host, port = listener.getsockname()[:2]
    if ip_address(host).is_unspecified:  # every address of the machine
        host = "localhost"
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _opened(port: int) -> socket.socket | None:
    """A socket bound to the port, or None if it is taken, even if only on localhost's other address family."""
    if any(_answers(family, address, port) for family, address in _OF_LOCALHOST):
        return None
    host = env.text("SUONE_BIND").strip("[]")
    opened = None
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        opened = socket.socket(family, kind, protocol)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
    except OSError as error:
        if opened:
            opened.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise Trouble(
            f"Port {port} of {host} cannot be used ({error.strerror}): choose others with SUONE_PORT and SUONE_BIND."
        ) from error
    return opened


def _answers(family: socket.AddressFamily, address: str, port: int) -> bool:
    with suppress(OSError), socket.socket(family, socket.SOCK_STREAM) as probe:
        return probe.connect_ex((address, port)) == 0
    return False
