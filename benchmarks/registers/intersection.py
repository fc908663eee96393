"""Private set intersection of two parties (openmined-psi), for benchmarks/register.py: prints its figures as JSON."""

import argparse
import json
import time

import private_set_intersection.python as psi

_FALSE_POSITIVES = 1e-9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--client", type=int, required=True)
    parser.add_argument("--server", type=int, required=True)
    parser.add_argument("--common", type=int, required=True)
    options = parser.parse_args()
    ours = [f"756{place:010}" for place in range(options.client)]
    first = options.client - options.common
    theirs = [f"756{place:010}" for place in range(first, first + options.server)]
    client, server = psi.client.CreateWithNewKey(True), psi.server.CreateWithNewKey(True)

    began = time.process_time()
    setup = server.CreateSetupMessage(_FALSE_POSITIVES, len(ours), theirs, psi.DataStructure.GCS)
    prepared = time.process_time()
    request = client.CreateRequest(ours)
    response = server.ProcessRequest(request)
    found = client.GetIntersection(setup, response)
    ended = time.process_time()

    assert sorted(found) == list(range(first, options.client))
    sizes = [len(message.SerializeToString()) for message in (setup, request, response)]
    print(json.dumps({"setup": prepared - began, "rest": ended - prepared, "bytes": sum(sizes)}))


if __name__ == "__main__":
    main()
