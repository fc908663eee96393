"""What the blind register costs, and what it costs to open one: each part is a question, named on the command line.

- ``tokens``: how much of libsodium's bare speed is left in each step of the protocol, on one core and on two.
- ``parties``: what a canton pays in all, institution and token service together.
- ``thief``: how long a stolen table keeps its secret, as plain hashes, with a shared key, and as tokens.
- ``psi``: the same comparison by private set intersection, in an environment of its own under ``var/``.
- ``sync``: an institution's whole snapshot, of which little has changed, beside a plain COPY of it.
- ``matching``: who is followed by whom, over all and for a day's changes, beside DuckDB and polars in that environment.
- ``lookup``: how long a worker's question takes the database.

Both sides of a ratio are measured in turn, in one run. What was not run to its end is marked as extrapolated.
"""

import argparse
import ctypes
import json
import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from hmac import digest
from pathlib import Path
from statistics import median

import embedded_server

from suone.register import oprf
from suone.register.oprf import sodium
from suone.register.oprf.tokenizers import HmacTokenizer, VoprfTokenizer

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")
_FOLDER = Path(__file__).parent / "registers"
_CANTON, _COUNTRY, _NIGHT = 46_000, 1_500_000, 230
_ALL_NUMBERS = 10**9  # 756, nine digits, and a check digit that follows from them
_BATCH = 1000


def main() -> None:
    """Print the tables of the parts asked for."""
    parts = {
        "tokens": _tokens,
        "parties": _parties,
        "thief": _thief,
        "psi": _intersection,
        "sync": _sync,
        "matching": _matching,
        "lookup": _lookup,
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*parts, []], help="all of them if none is named")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--rows", type=int, nargs="+", default=[_CANTON, _COUNTRY], help="of the register's table")
    parser.add_argument("--quick", action="store_true", help="a hundredth of everything, to see that it runs")
    options = parser.parse_args()
    for name in options.parts or parts:
        print(f"\n## {name}, load {os.getloadavg()[0]:.1f}\n")
        parts[name](options)


# ---- tokens: the protocol beside the bare multiplication


@dataclass(frozen=True)
class Step:
    """A step of the protocol for a batch, and the calls of libsodium that the RFC asks of it for each number."""

    name: str
    act: Callable[[], object]
    multiplications: int
    additions: int = 0
    maps: int = 0


def _tokens(options: argparse.Namespace) -> None:
    """CPU time of each step, beside that of the multiplications, and of all calls, that it cannot do without."""
    secret = oprf.new_secret_key()
    public = oprf.public_key(secret)
    inputs = [b"%013d" % number for number in range(_scaled(_BATCH, options))]
    blinded, plain = oprf.blind(inputs), oprf.blind(inputs, oprf.Mode.OPRF)
    proven, unproven = oprf.evaluate(secret, blinded.elements), oprf.evaluate(secret, plain.elements, oprf.Mode.OPRF)
    steps = [
        Step("institution: blind", lambda: oprf.blind(inputs), 1, maps=1),
        Step("service: evaluate and prove", lambda: oprf.evaluate(secret, blinded.elements), 2, additions=1),
        Step(
            "institution: check the proof and unblind",
            lambda: oprf.finalize(inputs, blinded, proven, public),
            3,
            additions=2,
        ),
        Step("service without proof", lambda: oprf.evaluate(secret, plain.elements, oprf.Mode.OPRF), 1),
        Step(
            "institution without proof: unblind",
            lambda: oprf.finalize(inputs, plain, unproven, public, oprf.Mode.OPRF),
            1,
        ),
        Step("one party with key and numbers", lambda: oprf.direct(secret, inputs), 1, maps=1),
    ]
    bare: dict[str, list[float]] = {"multiplications": [], "additions": [], "maps": []}
    taken: dict[str, list[float]] = {step.name: [] for step in steps}
    for _ in range(options.rounds):
        for call, times in bare.items():
            times.append(_cpu(partial(_bare, call, secret, blinded.elements)) / len(inputs))
        for step in steps:
            taken[step.name].append(_cpu(step.act) / len(inputs))
    print(
        f"libsodium alone, medians of {options.rounds} rounds of {len(inputs)}: "
        + ", ".join(f"{call} {median(times) * 1e6:.1f} µs" for call, times in bare.items())
    )
    print("\n| step | multiplications | µs a number | numbers/s and core | multiplying | all of libsodium |")
    print("|---|--:|--:|--:|--:|--:|")
    for step in steps:
        each, whole = median(taken[step.name]), taken[step.name]
        multiplying = [step.multiplications * one for one in bare["multiplications"]]
        inside = [sum(getattr(step, call) * times[turn] for call, times in bare.items()) for turn in range(len(whole))]
        shares = [
            median(own / all_of_it for own, all_of_it in zip(part, whole, strict=True))
            for part in (multiplying, inside)
        ]
        print(
            f"| {step.name} | {step.multiplications} | {each * 1e6:.1f} | {1 / each:,.0f} "
            f"| {shares[0]:.2f} | {shares[1]:.2f} |"
        )
    _two_cores(secret, blinded.elements, options.rounds)


def _bare(call: str, scalar: bytes, elements: bytes) -> None:
    """libsodium alone: into one buffer, with nothing made or kept."""
    library, result = sodium.load(), ctypes.create_string_buffer(sodium.ELEMENT)
    parts = [elements[start : start + sodium.ELEMENT] for start in range(0, len(elements), sodium.ELEMENT)]
    if call == "multiplications":
        for part in parts:
            library.crypto_scalarmult_ristretto255(result, scalar, part)
    elif call == "additions":
        for part in parts:
            library.crypto_core_ristretto255_add(result, parts[0], part)
    else:
        for part in parts:
            library.crypto_core_ristretto255_from_hash(result, part + part)


def _two_cores(secret: bytes, elements: bytes, rounds: int) -> None:
    """Two batches one after the other, in two threads of one process, and in two processes: what the machine gives."""
    batches = [elements, elements]
    evaluate = partial(oprf.evaluate, secret)
    gains: dict[str, list[float]] = {"threads": [], "processes": []}

    def on(pool: Executor) -> None:
        list(pool.map(evaluate, batches))

    with ThreadPoolExecutor(2) as threads, ProcessPoolExecutor(2) as processes:
        pools: dict[str, Executor] = {"threads": threads, "processes": processes}
        list(processes.map(evaluate, batches))  # they start
        for _ in range(rounds):
            alone = _wall(lambda: list(map(evaluate, batches)))
            for name, pool in pools.items():
                gains[name].append(alone / _wall(partial(on, pool)))
    results = (f"two {name} {median(own):.2f} × ({min(own):.2f}–{max(own):.2f})" for name, own in gains.items())
    beside = median(one / other for one, other in zip(gains["threads"], gains["processes"], strict=True))
    print(f"\ntwo batches, wall time: {', '.join(results)}; threads beside processes {beside:.2f}")


# ---- parties: what a canton pays


def _parties(options: argparse.Namespace) -> None:
    """A canton from the first number to the token the register keeps; the country as a multiple of it."""
    secret, pepper = oprf.new_secret_key(), os.urandom(32)
    service: list[float] = []

    def evaluate(elements: bytes) -> oprf.Evaluation:
        began = time.process_time()
        answer = oprf.evaluate(secret, elements)
        service.append(time.process_time() - began)
        return answer

    print("| persons | institution CPU s | token service CPU s | register CPU s | together | |")
    print("|--:|--:|--:|--:|--:|---|")
    tokenizer = VoprfTokenizer(evaluate, oprf.public_key(secret), batch=_BATCH)
    for persons in (_NIGHT, _scaled(_CANTON, options)):
        service.clear()
        numbers = [_number(place) for place in range(persons)]
        began = time.process_time()
        tokens = tokenizer.tokens(numbers)
        ended = time.process_time()
        kept = {digest(pepper, token, "sha256")[:16] for token in tokens}
        stored = time.process_time() - ended
        assert len(kept) == persons
        figures = [ended - began - sum(service), sum(service), stored]
        print(f"| {persons:,} | {' | '.join(f'{figure:.2f}' for figure in (*figures, sum(figures)))} | measured |")
    figures = [figure * _COUNTRY / persons for figure in figures]
    print(f"| {_COUNTRY:,} | {' | '.join(f'{figure:.0f}' for figure in (*figures, sum(figures)))} | extrapolated |")
    shared = HmacTokenizer(pepper)
    print(f"\nwith a key shared by all instead: {_cpu(lambda: shared.tokens(numbers)):.2f} CPU s for {persons:,}")


# ---- thief: what a stolen table is worth


def _thief(options: argparse.Namespace) -> None:
    """Somebody has the table of a canton, tries every number in a slice of all, and has what the row says besides."""
    chance = random.Random(17)
    persons = chance.sample(range(_ALL_NUMBERS), _scaled(_CANTON, options))
    secret, pepper, shared = oprf.new_secret_key(), os.urandom(32), os.urandom(32)
    print(
        "| the table keeps | the thief also has | numbers tried | opened | of those there | µs each | to try all 10^9 |"
    )
    print("|---|---|--:|--:|--:|--:|--:|")

    def rob(kept: str, has: str, seal: Callable[[bytes], bytes], attempt: Callable[[bytes], bytes], tried: int) -> None:
        tried = _scaled(tried, options)
        inside = [number for number in persons if number < tried]
        inside += chance.sample(range(tried), 50 - len(inside)) if len(inside) < 50 else []  # a small slice needs some
        table = {seal(_number(place).encode()) for place in inside}
        began = time.process_time()
        opened = sum(attempt(number) in table for number in _guesses(tried))
        each = (time.process_time() - began) / tried
        print(
            f"| {kept} | {has} | {tried:,} | {opened} | {len(table)} | {each * 1e6:.2f} "
            f"| {_ALL_NUMBERS * each / 3600:,.1f} CPU h, extrapolated |"
        )

    def token(number: bytes) -> bytes:
        return digest(pepper, oprf.direct(secret, [number])[0], "sha256")[:16]

    stranger_key, stranger_pepper = oprf.new_secret_key(), os.urandom(32)
    rob("plain SHA-256", "nothing", _plain, _plain, 20_000_000)
    rob(
        "the shared key's HMAC",
        "both keys",
        lambda number: digest(pepper, digest(shared, number, "sha256"), "sha256")[:16],
        lambda number: digest(pepper, digest(shared, number, "sha256"), "sha256")[:16],
        5_000_000,
    )
    rob("tokens", "nothing", token, lambda number: _plain(number)[:16], 2_000_000)
    rob(
        "tokens",
        "the register's key",
        token,
        lambda number: digest(pepper, oprf.direct(stranger_key, [number])[0], "sha256")[:16],
        100_000,
    )
    rob(
        "tokens",
        "the token service's key",
        token,
        lambda number: digest(stranger_pepper, oprf.direct(secret, [number])[0], "sha256")[:16],
        100_000,
    )
    rob("tokens", "both keys", token, token, 100_000)


def _plain(number: bytes) -> bytes:
    return sha256(number).digest()


def _number(place: int) -> str:
    """The AHV number with these nine digits."""
    digits = f"756{place:09}"
    weighted = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def _guesses(tried: int) -> Iterator[bytes]:
    """The first numbers, cheaply: ten thousand share a beginning, and the check digit is looked up."""
    tails = [
        (b"%04d" % tail, sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(f"{tail:04}")))
        for tail in range(10_000)
    ]
    for head in range(-(-tried // 10_000)):
        start = f"756{head:05}"
        weighted = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(start))
        ends = [str(-(weighted + own) % 10).encode() for own in range(10)]
        begun = start.encode()
        for tail, own in tails[: tried - head * 10_000]:
            yield begun + tail + ends[own % 10]


# ---- psi: the same without a register


def _intersection(options: argparse.Namespace) -> None:
    """What two institutions pay each time they compare their persons, beside tokens that are made once."""
    import engine
    from django.conf import settings

    python = engine.environment(settings.VAR, _FOLDER)
    print("| one institution | the other | in common | preparing CPU s | comparing CPU s | together | MB sent |")
    print("|--:|--:|--:|--:|--:|--:|--:|")
    for client, server in ((_CANTON, _CANTON), (_CANTON, _COUNTRY)):
        client, server = _scaled(client, options), _scaled(server, options)
        sizes = {"client": client, "server": server, "common": client // 10}
        command = [str(python), str(_FOLDER / "intersection.py"), *(f"--{name}={size}" for name, size in sizes.items())]
        answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(
            f"| {client:,} | {server:,} | {client // 10:,} | {answer['setup']:.1f} | {answer['rest']:.1f} "
            f"| {answer['setup'] + answer['rest']:.1f} | {answer['bytes'] / 1e6:.1f} |",
            flush=True,
        )


# ---- the register's tables


def _sync(options: argparse.Namespace) -> None:
    from registers import rows

    _start()
    rows.sync([_scaled(size, options) for size in options.rows])


def _matching(options: argparse.Namespace) -> None:
    from registers import rows

    rows.matching(_start(), [_scaled(size, options) for size in options.rows], min(options.rounds, 7))


def _lookup(options: argparse.Namespace) -> None:
    from registers import rows

    _start()
    rows.look_up([_scaled(size, options) for size in options.rows])


def _start() -> Path:
    """The embedded server, and the Python of the environment beside."""
    import engine
    from django.conf import settings

    embedded_server.start()
    embedded_server.connect_as_owner()
    return engine.environment(settings.VAR, _FOLDER)


# ---- measuring


def _scaled(size: int, options: argparse.Namespace) -> int:
    return max(size // 100, 10) if options.quick else size


def _cpu(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


def _wall(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
