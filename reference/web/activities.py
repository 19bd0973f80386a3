"""What each request is about: the trace that it was sent with, and a span of its own where somebody wants them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from flask import Flask, Response, g, request

from reference.application.ports import Clock
from reference.tracing import (
    Activity,
    TraceContext,
    Tracer,
    TraceSpan,
    active,
    current_activity,
    first_step,
    read_trace,
)


def register_activities(app: Flask, tracer: Tracer | None, clock: Clock, new_span_id: Callable[[], str]) -> Flask:
    """Return the app with each request an activity, and a span where there is a tracer."""

    def begin() -> None:
        g.activity = ExitStack()
        activity = g.activity.enter_context(active(Activity(span_id=new_span_id() if tracer else "")))
        _enter(activity, read_trace(request.headers.get("traceparent"), request.headers.get("tracestate")))
        if tracer:
            g.began = clock.now()

    def record(answer: Response) -> Response:
        if tracer and "began" in g:
            tracer.record(_span(answer, clock, current_activity(), new_span_id))
        return answer

    def end(_: BaseException | None) -> None:
        if activity := g.pop("activity", None):
            activity.close()

    app.before_request(begin)
    app.after_request(record)
    app.teardown_request(end)
    return app


def follow(trace: TraceContext | None) -> None:
    """Let the request belong to the trace of the message that it brings, which may have come a long way."""
    activity = current_activity()
    if trace and activity.trace is None:
        _enter(activity, trace)
    elif trace and activity.trace and activity.trace.trace_id != trace.trace_id:
        activity.trace = trace


def _enter(activity: Activity, trace: TraceContext | None) -> None:
    g.sent_by = trace
    activity.trace = replace(trace, span_id=activity.span_id) if trace and activity.span_id else trace


def _span(answer: Response, clock: Clock, activity: Activity, new_span_id: Callable[[], str]) -> TraceSpan:
    """Return the request's span, in the trace that it was sent with, or else of the saga that it has moved."""
    rule = request.url_rule.rule if request.url_rule else ""
    facts: dict[str, str | int] = {"http.request.method": request.method, "http.route": rule}
    facts |= {"http.response.status_code": answer.status_code}
    facts |= {"saga.id": activity.saga_id} if activity.saga_id else {}
    context, parent_id = _place(activity, new_span_id)
    failure = answer.status if answer.status_code >= 500 else ""  # noqa: PLR2004 - a fault of ours
    return TraceSpan(
        f"{request.method} {rule}", "SERVER", context, parent_id, g.began, clock.now(), facts, failure=failure
    )


def _place(activity: Activity, new_span_id: Callable[[], str]) -> tuple[TraceContext, str]:
    sent_by: TraceContext | None = g.sent_by
    if sent_by:
        return replace(sent_by, span_id=activity.span_id), sent_by.span_id
    if activity.step:
        first = first_step(activity.saga_id).span_id
        parent_id = "" if activity.step.span_id == first else first
        return replace(activity.step, span_id=activity.span_id), parent_id
    return TraceContext(new_span_id() + new_span_id(), activity.span_id), ""
