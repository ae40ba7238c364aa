#pragma once

#include <chrono>
#include <span>
#include <string>

#include "tracing/span.h"

namespace firstcome::tracing {

/// The process that exports, as resource attributes of OpenTelemetry's semantic conventions.
struct Resource {
  std::string service_name = "firstcome";  ///< service.name
  std::string instance_id;                 ///< service.instance.id
  std::string version;                     ///< service.version
  std::string host;                        ///< host.name
};

/// With a random instance id, because two processes may share everything else.
Resource this_process(std::string service_name, std::string version);

/// An ExportTraceServiceRequest as JSON (OTLP 1.x, "JSON Protobuf Encoding": ids are hexadecimal digits, 64-bit numbers are
/// strings). `steady_epoch`: the time since 1970 at which the steady clock was 0.
std::string otlp_json(const Resource& resource, std::span<const Span> spans,
                      std::chrono::nanoseconds steady_epoch);

/// The spans that a collector has not accepted, from the body of its 200 (ExportTraceServiceResponse); 0 if the body says
/// nothing about it.
std::int64_t rejected_spans(std::string_view response);

}  // namespace firstcome::tracing
