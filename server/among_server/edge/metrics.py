"""GET /metrics, in the text format of Prometheus. All of it is read at the time of the scrape from counters that their
owners keep; docs/reference/metrics.md is made from this file.

Rule: a label's values are ours (codes, types of commands), never what a member wrote.
"""

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from among_protocol.wire import tag_of

from .. import __version__
from ..counts import Histogram

if TYPE_CHECKING:
    from .listener import Listener

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class Metrics(Collector):
    """What the server counts."""

    def __init__(self, listener: "Listener") -> None:
        self._listener = listener
        self.registry = CollectorRegistry()
        self.registry.register(self)
        ProcessCollector(registry=self.registry)

    def text(self) -> bytes:
        return generate_latest(self.registry)

    def describe(self) -> list[Metric]:
        return []  # nothing is known before it is read, and nothing else is in this registry

    def collect(self) -> Iterator[Metric]:
        info = InfoMetricFamily("among", "The server's version, and what an acknowledgement is worth")
        info.add_metric([], {"version": __version__, "durability": self._listener.services.store.durability})
        yield info
        yield from self._connections()
        yield from self._commands()
        yield from self._logs()
        yield from self._store()
        yield from self._search()
        yield from self._loop()

    def _connections(self) -> Iterator[Metric]:
        listener = self._listener
        services = listener.services
        sessions = [one.session for one in listener.connections if one.session is not None]
        yield _gauge("among_ready", "Whether newcomers are welcome, as /readyz says: 1 or 0", not listener.unready())
        yield _gauge("among_connections", "Sockets that are open, before the handshake too", len(listener.connections))
        yield _counter("among_connections_accepted", "Sockets that were opened", listener.accepted)
        yield _gauge(
            "among_sessions", "Connections that have signed in", sum(one.person is not None for one in sessions)
        )
        yield _gauge(
            "among_sessions_lagging",
            "Connections that don't keep up: nothing is written to them",
            sum(one.lagging for one in sessions),
        )
        yield _gauge("among_accounts_present", "Accounts with a connection", len(services.people))
        yield _by(
            "among_connections_closed",
            "Connections ended with a close code",
            "code",
            {str(code): count for code, count in listener.closed.items()},
        )
        yield _by("among_connections_aborted", "Connections dropped without a word", "reason", listener.aborted)
        sent_away = {**listener.turned_away, "address": listener.addresses.refused}
        yield _by("among_handshakes_refused", "Newcomers that were sent away", "reason", sent_away)
        yield _gauge("among_sessions_held_back", "Sessions not read from until less waits", len(services.admission))
        yield _counter("among_tries_refused", "Tries at a secret that had to wait", services.tries.refused)
        yield _counter(
            "among_notices_held_back",
            "Notices of typing and presence for which there was no time",
            services.notices.held_back,
        )
        yield _counter("among_passwords_hashed", "Passwords hashed or checked", services.passwords.hashed)
        yield _gauge("among_memory_limit_bytes", "What this process may use; 0: no limit known", listener.memory.limit)

    def _commands(self) -> Iterator[Metric]:
        dispatch = self._listener.dispatch
        yield _by(
            "among_commands",
            "Commands that came, refused ones too",
            "type",
            {tag_of(kind): count for kind, count in dispatch.commands.items()},
        )
        yield _gauge("among_commands_running", "Commands under way", dispatch.running)
        yield _by("among_refusals", "Commands that were refused", "code", dispatch.refusals)
        yield _counter("among_malformed_frames", "Frames that were no command", dispatch.malformed_frames)

    def _logs(self) -> Iterator[Metric]:
        logs = self._listener.services.logs
        yield _gauge("among_logs_live", "Logs with listeners", sum(1 for _ in logs))
        yield _counter("among_log_flushes", "Times that new entries of a log were written out", logs.flushes)
        yield _counter("among_log_flushed_entries", "Entries in all flushes", logs.entries)
        yield _counter("among_log_writes", "Writes to members, each with one or more entries", logs.writes)
        yield _counter("among_log_deliveries", "Entries times the members that they were written to", logs.deliveries)
        large = SummaryMetricFamily(
            "among_log_large_flush_seconds", "Flushes to more than 256 members: how long one took"
        )
        large.add_metric([], count_value=logs.large_flushes, sum_value=logs.large_flush_seconds)
        yield large

    def _store(self) -> Iterator[Metric]:
        store = self._listener.services.store
        counts = store.counts
        yield _gauge("among_store_up", "Whether writes are taken: 1 or 0", not store.trouble)
        yield _histogram("among_store_batch_commands", "Commands in one transaction", counts.batches)
        yield _histogram("among_store_commit_seconds", "One transaction, to its flush to disk", counts.commits)
        size = GaugeMetricFamily("among_store_file_bytes", "Size on disk, after a batch", labels=["file"])
        size.add_metric(["database"], counts.database_bytes)
        size.add_metric(["wal"], counts.wal_bytes)
        yield size

    def _search(self) -> Iterator[Metric]:
        counts = self._listener.services.store.search_counts
        waited = time.monotonic() - counts.waiting_since if counts.waiting_since else 0.0
        yield _gauge("among_search_up", "Whether the index of what was said is kept up: 1 or 0", counts.up)
        yield _gauge("among_search_lag_seconds", "How long the oldest of what is not indexed yet has waited", waited)
        yield _gauge("among_search_to_index", "Texts that are still to be indexed for the first time", counts.to_index)
        yield _counter("among_search_indexed", "Texts indexed since the start, edits among them", counts.indexed)

    def _loop(self) -> Iterator[Metric]:
        watchdog = self._listener.services.watchdog
        yield _histogram(
            "among_loop_lag_seconds", "How late the event loop came round, asked ten times a second", watchdog.lag
        )
        yield _counter("among_loop_stalls", "Times that it was more than 0.2 s late", watchdog.stalls)


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, value=value)


def _counter(name: str, what: str, value: float) -> Metric:
    return CounterMetricFamily(name, what, value=value)


def _by(name: str, what: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, what, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _histogram(name: str, what: str, values: Histogram) -> Metric:
    return HistogramMetricFamily(name, what, buckets=values.buckets(), sum_value=values.sum)
