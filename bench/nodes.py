"""Cloud, gateway and worker as processes, and what they take: for bench/soak and bench/overload."""

import math
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent


def sets(**pairs):
    """Settings below flotilla as --set takes them: http__port=0 is flotilla.http.port=0, max_backlog is max-backlog."""
    return [part for key, value in pairs.items() for part in ("--set", f"flotilla.{key.replace('__', '.').replace('_', '-')}={value}")]


def free_port(ephemeral=Path("/proc/sys/net/ipv4/ip_local_port_range")):
    """A port of loopback that nobody listens at, and that the system gives to no connection before it is bound."""
    first, last = map(int, ephemeral.read_text().split()) if ephemeral.exists() else (32768, 60999)
    outside = [*range(10_000, first), *range(last + 1, 65_536)]
    for port in random.sample(outside, len(outside)):
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    sys.exit("no port is free on loopback outside of the system's own range; end what listens there")


class Nodes:
    """Processes of ./flotilla with a folder of their own, which end with this. The folder goes too, if all was good."""

    def __init__(self, who):
        self.who = who
        self.folder = Path(tempfile.mkdtemp(prefix=f"flotilla-{who}-"))
        self.scratch = self.folder / "tmp"
        self.scratch.mkdir()
        self.environment = {**os.environ, "JAVA_TOOL_OPTIONS": f"-Djava.io.tmpdir={self.scratch}"}
        self.processes = {}
        self.others = []
        self.good = False

    def __enter__(self):
        # As when it is interrupted: its processes end with it.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        return self

    def __exit__(self, kind, failure, trace):
        everybody = [*self.others, *reversed(self.processes.values())]
        for process in everybody:
            process.send_signal(signal.SIGTERM)
        for process in everybody:
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
        if self.good:
            shutil.rmtree(self.folder)
        else:
            print(f"{self.who}: logs are in {self.folder}")

    def start(self, name, arguments, ready=None, java=None):
        """Starts ./flotilla with these arguments; returns the rest of the line on which it says that it is ready."""
        environment = {**self.environment, **({"FLOTILLA_JAVA_OPTS": java} if java else {})}
        with open(self.out(name), "wb") as out, open(self.folder / f"{name}.log", "wb") as log:
            self.processes[name] = subprocess.Popen([str(HOME / "flotilla"), *arguments], stdout=out, stderr=log, env=environment)
        while ready:
            for line in self.out(name).read_text(encoding="utf-8", errors="replace").splitlines(keepends=True):
                if line.startswith(ready) and line.endswith("\n"):
                    return line[len(ready) :].strip()
            self.check()
            time.sleep(0.1)
        return ""

    def ends_too(self, process):
        """A process that was started elsewhere, is not watched, and ends with these; returns it."""
        self.others.append(process)
        return process

    def out(self, name):
        return self.folder / f"{name}.out"

    def start_all(self, gateway=(), worker=(), gateway_java=None):
        """Cloud, a gateway and one worker; returns the gateway's URL."""
        data = self.folder / "cloud"
        self.start("cloud", ["cloud", "--data", str(data), *sets(classifier__kind="delay")], "cloud ready")
        common = sets(aws__endpoints_file=data / "endpoints.json", fleet__mode="static")
        cluster = free_port()
        url = self.start(
            "gateway", ["gateway", *common, *sets(http__port=0, cluster__port=cluster), *gateway], "ready ", java=gateway_java
        )
        self.start("worker", ["worker", *common, *sets(cluster__seed_nodes=f"127.0.0.1:{cluster}"), *worker])
        return url

    def check(self):
        """Ends everything when a process has ended by itself."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                sys.exit(f"{self.who}: {name} ended by itself with status {process.returncode}; see {self.folder / (name + '.log')}")

    def pid(self, name):
        return self.processes[name].pid


def tool(pid, name):
    """A program of the JDK that a process runs on, or of the path."""
    beside = Path(os.readlink(f"/proc/{pid}/exe")).with_name(name)
    return str(beside) if beside.exists() else name


def heap(pid, *columns):
    """The sum of columns of jstat -gc in MB; nan when jstat cannot tell."""
    try:
        out = subprocess.run([tool(pid, "jstat"), "-gc", str(pid)], capture_output=True, text=True, timeout=60, check=True).stdout
        names, values = (line.split() for line in out.strip().splitlines()[:2])
        row = dict(zip(names, values))
        return sum(float(row[column]) for column in columns) / 1024
    except (OSError, subprocess.SubprocessError, ValueError, KeyError):
        return math.nan


def heap_after_collection(pid):
    """Old generation in MB: what is left after collections, without what is young."""
    return heap(pid, "OU")


def live_heap(pid):
    """The heap in MB after a full collection that is asked for now; nan when there are no tools for that."""
    try:
        subprocess.run([tool(pid, "jcmd"), str(pid), "GC.run"], capture_output=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return math.nan
    # A full collection leaves what lives in the old generation; what is young when it is asked for is of the moment since.
    return heap(pid, "OU")


def sample(pid):
    """What a process takes now."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return {
        "resident MB": int(status["VmRSS"].split()[0]) / 1024,
        "old generation MB": heap_after_collection(pid),
        "threads": int(status["Threads"]),
        "open files": len(os.listdir(f"/proc/{pid}/fd")),
    }
