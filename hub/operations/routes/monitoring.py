"""Pages for monitors: /healthz and /metrics."""

import hmac
import time
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from flask import Flask, Response, g, jsonify, request, request_finished
from flask.sansio.blueprints import BlueprintSetupState
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily

from hub.core import metrics, web
from hub.core.errors import NotFound
from hub.core.web import db
from hub.operations.queries import health as health_queries
from hub.operations.routes.blueprint import bp
from hub.operations.rules import health as health_rules
from hub.operations.rules.health import Check, Level

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")
METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})


@bp.before_app_request
def _begin() -> None:
    g.request_began = time.monotonic()


def _count(_app: Flask, response: Response, **_others: object) -> None:
    """Count the request by its route's pattern, which has no ids and no tokens, and an attempt to sign in.

    The answer is final: its transaction has been committed. A failure of the hub itself is no attempt.
    """
    route = str(request.url_rule) if request.url_rule else "none"
    method = request.method if request.method in METHODS else "other"  # anyone can invent methods
    metrics.add(metrics.REQUESTS, route, method, str(response.status_code))
    took = time.monotonic() - g.get("request_began", time.monotonic())
    metrics.observe(metrics.REQUEST_SECONDS, route, seconds=took)
    if "sign_in_attempt" in g and response.status_code < 500:  # noqa: PLR2004 - the first status of such failures
        metrics.add(metrics.SIGN_INS, *g.sign_in_attempt)


@bp.record_once
def _count_all(state: BlueprintSetupState) -> None:
    request_finished.connect(_count, state.app, weak=False)


@bp.get("/healthz")
@web.public
def healthz() -> tuple[Response, int]:
    """Return the hub's state as JSON: ok, degraded, or with status 503 down.

    Everyone sees the state of each part. Counts, times and sentences need the token, or this machine.
    """
    checks = health_queries.checks(db, web.config())
    level = health_rules.level_of(checks)
    state: dict[str, Any] = {check.name: {"state": check.word} for check in checks}
    for name in ("index", "worker"):
        state.setdefault(name, {"state": "unknown"})
    state["status"] = level.value
    state["reasons"] = [check.name for check in checks if check.level is not Level.OK]
    if _may_see_details():
        for check in checks:
            state[check.name] |= dict(check.figures) | ({"sentence": check.sentence} if check.sentence else {})
        state["worker"] |= {"files_waiting": state.get("files", {}).get("files_waiting", 0)}
    return jsonify(state), 503 if level is Level.DOWN else 200


@bp.get("/metrics")
@web.public
def figures() -> Response:
    """Return the figures in Prometheus's text format, for the token or this machine; raises NotFound for others."""
    if not _may_see_details():
        raise NotFound
    text = generate_latest(metrics.collected())
    checks = health_queries.checks(db, web.config())
    text += generate_latest(_Gauges(checks))
    return Response(text, content_type=CONTENT_TYPE_LATEST)


class _Gauges:
    """The figures of the health check, computed when they are asked for."""

    def __init__(self, checks: Any) -> None:
        self.checks: tuple[Check, ...] = tuple(checks)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the metrics. Prometheus's library calls this."""
        is_down = health_rules.level_of(self.checks) is Level.DOWN
        yield GaugeMetricFamily("hub_up", "1 if pages can be served", value=0 if is_down else 1)
        levels = GaugeMetricFamily("hub_check", "1 if a part of the hub is all right", labels=["part"])
        for check in self.checks:
            levels.add_metric([check.name], 1 if check.level is Level.OK else 0)
        yield levels
        lines = GaugeMetricFamily(
            "hub_worker_line_seconds", "Seconds since a line of the worker moved", labels=["line"]
        )
        for check in self.checks:
            for name, value in check.figures.items():
                if isinstance(value, str):
                    continue
                if name.startswith("seconds_since_"):
                    lines.add_metric([name.removeprefix("seconds_since_").removesuffix("_moved")], value)
                else:
                    yield GaugeMetricFamily(
                        f"hub_{name.lower()}", f"{name.replace('_', ' ')} ({check.name})", value=value
                    )
        yield lines


def _may_see_details() -> bool:
    """Return True for a request with the token, or from this machine itself."""
    token, given = web.config().HEALTH_TOKEN, request.headers.get("Authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    return _is_local()


def _is_local() -> bool:
    """Return True if the client itself is this machine, not only a proxy that runs on it.

    Behind trusted proxies, the address is the one that they name. A proxy that isn't trusted gives itself away by a
    header: then the request may come from anywhere.
    """
    if not web.config().TRUSTED_PROXIES and any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
