"""A program that imports one record a line on Spark, and kills a worker in the middle; `test_spark` runs it."""

import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pyspark import SparkConf, SparkContext, TaskContext

from imaging_trials.imports import Options, spark

_LOOPBACK = ("0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000")
_LISTENS = "0A"


def dies_once(records: Iterable[bytes]) -> Iterator[bytes]:
    """Yield records; the first attempt at one partition kills its own process in the middle."""
    context = TaskContext.get()
    assert context
    for number, record in enumerate(records):
        if context.partitionId() == 3 and context.attemptNumber() == 0 and number == 5:
            os.kill(os.getpid(), signal.SIGKILL)
        yield record


def listening(process: int) -> list[str]:
    """Return the addresses at which a process and those that it started listen, as Linux writes them."""
    inodes = set()
    for path in Path(f"/proc/{process}/fd").iterdir():
        try:
            inodes.add(str(path.readlink()).removeprefix("socket:[").removesuffix("]"))
        except OSError:
            continue
    found = []
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{name}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENS and fields[9] in inodes:
                found.append(fields[1].partition(":")[0])
    return found


def main(source: str, citations: str, target: str) -> None:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    conf = SparkConf().setMaster("local[2,4]").setAppName("imports")
    conf.set("spark.driver.bindAddress", "127.0.0.1").set("spark.driver.host", "127.0.0.1")
    conf.set("spark.ui.enabled", "false")
    with SparkContext(conf=conf) as context:
        lines = context.textFile(source, minPartitions=8, use_unicode=False)
        spark.quads(lines.mapPartitions(dies_once), "clinicaltrials").saveAsTextFile(f"{target}/quads")
        options = Options("2026-11-30", of="pubmed")
        spark.of_files(context.parallelize([citations], 1), options).saveAsTextFile(f"{target}/files")
        gateway = context._gateway
        java = gateway.jvm.java.lang.ProcessHandle.current().pid()
        print(
            json.dumps(
                {
                    "partitions": lines.getNumPartitions(),
                    "refused": spark.refused(lines, "clinicaltrials").collect(),
                    "elsewhere": [one for one in listening(java) if one not in _LOOPBACK],
                    "listening": len(listening(java)),
                }
            )
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
