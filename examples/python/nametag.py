"""Runs a Nametag server for a test. Standard library only."""

import json
import os
import signal
import subprocess
import urllib.request


class Nametag:
    """A server on a free port, with the demo team in memory. It runs until it is stopped."""

    def __init__(self):
        command = ["npx", "nametag", "dev", "--port", "0", "--memory", "--json"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if line == "":
            raise RuntimeError(f"nametag ended with {self.process.wait()}.")
        ready = json.loads(line)
        self.url, self.api, self.pid = ready["url"], ready["api"], ready["pid"]

    def stop(self):
        # The server itself: npx is only its parent.
        os.kill(self.pid, signal.SIGTERM)
        self.process.wait(timeout=20)
        self.process.stdout.close()

    def move_clock(self, **move):
        """`advance="2h"`, `now=…` in Unix seconds, `frozen=True`; nothing only tells. The time afterwards."""
        return self._control("POST", "clock", move)["now"]

    def add_fault(self, **fault):
        self._control("POST", "faults", fault)

    def reset(self):
        self._control("POST", "reset", {})

    def calls(self):
        return self._control("GET", "calls")["calls"]

    def _control(self, verb, name, body=None):
        request = urllib.request.Request(
            f"{self.url}/_nametag/{name}",
            method=verb,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)
