"""Decodes requests of OTLP/HTTP with JSON by OpenTelemetry's own types, strictly. stdin: a JSON text on each line; stdout: a list
of their spans, each with its resource.

OTLP writes ids as hexadecimal digits, protobuf's mapping to JSON as base64 (OTLP specification, "JSON Protobuf Encoding").
"""

import base64
import json
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status


def with_base64(span):
    ids = {name: base64.b64encode(bytes.fromhex(span[name])).decode() for name in ("traceId", "spanId", "parentSpanId")}
    return {**span, **ids}


def value_of(value):
    return getattr(value, value.WhichOneof("value"))


def attributes(pairs):
    return {pair.key: value_of(pair.value) for pair in pairs}


def spans_of(line):
    document = json.loads(line)
    for resource in document["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            scope["spans"] = [with_base64(span) for span in scope["spans"]]
    request = json_format.ParseDict(document, ExportTraceServiceRequest(), ignore_unknown_fields=False)
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield {
                    "resource": attributes(resource.resource.attributes), "scope": scope.scope.name,
                    "trace": span.trace_id.hex(), "id": span.span_id.hex(), "parent": span.parent_span_id.hex(),
                    "state": span.trace_state, "flags": span.flags, "name": span.name, "kind": Span.SpanKind.Name(span.kind),
                    "begin": span.start_time_unix_nano, "end": span.end_time_unix_nano,
                    "attributes": attributes(span.attributes), "status": Status.StatusCode.Name(span.status.code),
                }


print(json.dumps([span for line in sys.stdin for span in spans_of(line)]))
