"""Imports on Apache Spark: the function that the command uses, around which Spark distributes, retries and commits.

Needs ``pip install 'imaging-trials[spark]'`` and Java 17 or newer. Nothing here starts or configures Spark.
Source: Apache Spark 4, RDD programming guide.
"""

import tempfile
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Literal

from imaging_trials.bibliography import Unusable
from imaging_trials.imports.convert import convert
from imaging_trials.imports.files import find
from imaging_trials.imports.parts import Options
from imaging_trials.imports.run import import_file

if TYPE_CHECKING:
    from pyspark import RDD

Of = Literal["clinicaltrials", "pubmed"]


def quads(records: "RDD[bytes]", of: Of, *, abstracts: bool = False) -> "RDD[str]":
    """Return the N-Quads of records, one a line without its end, as the command writes them for each record.

    ``records`` are the bytes of one record each, as `convert` takes them. What describes the import (its day and its
    files) is not among the quads. A record that cannot be imported has none: `refused` lists these. Records that
    are there twice are twice in the result; ``distinct`` removes repeated lines.
    """
    return records.mapPartitions(partial(_quads, of=of, abstracts=abstracts))


def refused(records: "RDD[bytes]", of: Of) -> "RDD[tuple[str, str]]":
    """Return what each record that cannot be imported is called by, and the reason."""
    return records.mapPartitions(partial(_refused, of=of))


def of_files(paths: "RDD[str]", options: Options) -> "RDD[str]":
    """Return the N-Quads of whole files, of which every worker can read those of its partitions, one a line.

    These are the bytes that the command writes for the file. A record that is refused is not among them, and an error
    that ends the job with ``strict``. Raises UserError, in the worker, for a file that cannot be read.
    """
    return paths.mapPartitions(partial(_of_files, options=options))


def _of_files(paths: Iterable[str], *, options: Options) -> Iterator[str]:
    for path in paths:
        with tempfile.TemporaryFile() as out:
            import_file(find(path), options, out)
            out.seek(0)
            for line in out:
                yield line.decode().removesuffix("\n")


def _quads(records: Iterable[bytes], *, of: Of, abstracts: bool) -> Iterator[str]:
    for record in records:
        made = convert(bytes(record), of, "record", abstracts=abstracts)
        if not isinstance(made, Unusable):
            yield from made.data.decode().removesuffix("\n").split("\n")


def _refused(records: Iterable[bytes], *, of: Of) -> Iterator[tuple[str, str]]:
    for record in records:
        made = convert(bytes(record), of, "record")
        if isinstance(made, Unusable):
            yield made.name, made.reason
