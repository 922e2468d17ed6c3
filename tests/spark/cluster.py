"""A Spark cluster of the tests' own: master, two workers and Thrift server from the `pyspark` wheel.

Everything listens on the loopback, on ports that were free, and keeps its files in one folder. Sized for tiny
tables on two cores: a statement costs what planning and scheduling cost, so there are few tasks and no UI.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyspark
from pyhive import hive

HOST = "127.0.0.1"
WORKERS = 2
_DAEMON_MEMORY, _THRIFT_MEMORY = "256m", "3g"
JAVA_PACKAGE = "openjdk-17-jre-headless"
START_SECONDS = 180.0
_JAVA_VERSION = re.compile(r'version "(\d+)')

_JVM = "-XX:+UseSerialGC"  # small heaps on few cores
# What makes a statement on a few rows fast; and a time zone far from UTC, which nothing of ours may depend on.
_SETTINGS = {
    "spark.sql.session.timeZone": "Pacific/Auckland",
    "spark.ui.enabled": "false",
    "spark.driver.host": HOST,
    "spark.driver.bindAddress": HOST,
    "spark.executor.memory": "512m",
    "spark.executor.cores": "2",
    "spark.default.parallelism": "2",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.autoBroadcastJoinThreshold": "20m",
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "1000",
    "spark.sql.hive.manageFilesourcePartitions": "true",
    # Compiling a plan costs more than interpreting it on a few rows.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    # On wide tables it takes as long as all other rules together, and there is nothing to prune.
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.executor.extraJavaOptions": _JVM,
    "spark.log.level": "WARN",
    "spark.shuffle.compress": "false",
    "spark.eventLog.enabled": "false",
}


class NoJavaError(RuntimeError):
    """No full Java of version 17 or newer is on this machine."""


@dataclass(frozen=True, slots=True)
class SparkCluster:
    """A running cluster. Every test takes schemas of its own."""

    folder: Path
    port: int

    @property
    def variables(self) -> dict[str, str]:
        """What connects the product to it."""
        return {"AI_USAGE_SPARK_HOST": HOST, "AI_USAGE_SPARK_PORT": str(self.port)}

    @contextmanager
    def cursor(self) -> Iterator[hive.Cursor]:
        """A connection of its own, as any client of the cluster opens it."""
        connection = hive.connect(host=HOST, port=self.port, username="reader")
        try:
            yield connection.cursor()
        finally:
            connection.close()


def java_home() -> Path:
    """A Java that Spark runs on: `JAVA_HOME`, the one in the path, or what Debian installs.

    Raises:
        NoJavaError: there is none.
    """
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    if found := shutil.which("java"):
        homes.append(Path(found).resolve().parents[1])
    homes += sorted(Path("/usr/lib/jvm").glob("java-*-openjdk-*"))
    for home in homes:
        if (home / "bin/java").exists() and _is_full(home / "bin/java"):
            return home
    raise NoJavaError(
        f"Spark needs a full Java of version 17 or newer; on Debian: apt-get install {JAVA_PACKAGE}"
    )


def _is_full(java: Path) -> bool:
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = _JAVA_VERSION.search(told)
    modules = subprocess.run([java, "--list-modules"], capture_output=True, text=True, check=False).stdout
    return version is not None and int(version.group(1)) >= 17 and "jdk.unsupported" in modules


@contextmanager
def spark_cluster(folder: Path) -> Iterator[SparkCluster]:
    """Start a cluster in `folder`; it is stopped whatever happens inside.

    Raises:
        NoJavaError: there is no Java to start it with.
        RuntimeError: it does not come up; the last lines of the log that says why.
    """
    home = Path(pyspark.__file__).parent
    settings = os.environ | {
        "JAVA_HOME": str(java_home()),
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_NO_DAEMONIZE": "1",
    }
    master, web, thrift = _free_ports(3)
    with ExitStack() as running:

        def start(name: str, *command: str) -> Callable[[], None]:
            memory = {"SPARK_DAEMON_MEMORY": _THRIFT_MEMORY if name == "thrift" else _DAEMON_MEMORY}
            run = [str(home / "bin" / command[0]), *command[1:]]
            return running.enter_context(_process(folder, name, run, settings | memory))

        deploy = "org.apache.spark.deploy"
        alive = start(
            "master",
            *("spark-class", f"{deploy}.master.Master", "--host", HOST),
            *("--port", str(master), "--webui-port", str(web)),
        )
        _wait_until(lambda: _workers(web) is not None, alive)
        for number in range(WORKERS):
            alive = start(
                f"worker-{number}",
                *("spark-class", f"{deploy}.worker.Worker", f"spark://{HOST}:{master}", "--host", HOST),
                *("--cores", "2", "--memory", "768m", "--webui-port", "0"),
                *("--work-dir", str(folder / f"work-{number}")),
            )
        # A Thrift server without workers starts, and then waits for ever with its first statement.
        _wait_until(lambda: _workers(web) == WORKERS, alive)
        alive = start("thrift", *_thrift_server(folder, f"spark://{HOST}:{master}", thrift))
        _wait_until(lambda: _answers(thrift), alive)
        yield SparkCluster(folder, thrift)


def _thrift_server(folder: Path, master: str, port: int) -> list[str]:
    warehouse, metastore = folder / "warehouse", folder / "metastore"
    configuration = _SETTINGS | {
        "spark.sql.warehouse.dir": str(warehouse),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={metastore};create=true",
        "spark.local.dir": str(folder / "local"),
        "spark.driver.extraJavaOptions": f"{_JVM} -Dderby.system.home={folder} -Djava.io.tmpdir={folder}",
    }
    return [
        *("spark-submit", "--master", master),
        *("--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"),
        *(part for name, value in configuration.items() for part in ("--conf", f"{name}={value}")),
        "spark-internal",
        *("--hiveconf", f"hive.server2.thrift.bind.host={HOST}"),
        *("--hiveconf", f"hive.server2.thrift.port={port}"),
        # Acting as the client's user gives each session a user of its own, and closing a session then sometimes
        # makes Hive set itself up again, with classes that Spark does not ship (LlapSigner).
        *("--hiveconf", "hive.server2.enable.doAs=false"),
    ]


@contextmanager
def _process(
    folder: Path, name: str, command: list[str], settings: Mapping[str, str]
) -> Iterator[Callable[[], None]]:
    """A process with a log of its own; gives what raises when it has ended."""
    log = folder / f"{name}.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=settings, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )

    def alive() -> None:
        if process.poll() is not None:
            raise RuntimeError(f"Spark's {name} has ended:\n{log.read_text(encoding='utf-8')[-3000:]}")

    try:
        yield alive
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until(is_ready: Callable[[], bool], alive: Callable[[], None]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        alive()
        if time.monotonic() > deadline:
            raise RuntimeError(f"The Spark cluster is not up after {START_SECONDS:.0f} seconds.")
        time.sleep(0.3)


def _workers(web: int) -> int | None:
    """How many workers have registered; None while the master does not answer."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{web}/json/", timeout=5) as answer:
            return int(json.load(answer)["aliveworkers"])
    except OSError:
        return None


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _free_ports(count: int) -> list[int]:
    """Ports that are free now; all are held until all are known, so that no two are the same."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for probe in sockets:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in sockets]
    finally:
        for probe in sockets:
            probe.close()
