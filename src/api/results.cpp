#include "api/results.h"

namespace firstcome::api {

Problem problem_of(admission::ReplyKind kind) {
  switch (kind) {
    case admission::ReplyKind::Overloaded: return Problem::Overloaded;
    case admission::ReplyKind::OutcomeUnknown: return Problem::OutcomeUnknown;
    default: return Problem::Unavailable;
  }
}

Problem problem_of(net::RequestError error) {
  switch (error) {
    case net::RequestError::BadRequest: return Problem::BadRequest;
    case net::RequestError::RequestTimeout: return Problem::RequestTimeout;
    case net::RequestError::PayloadTooLarge: return Problem::PayloadTooLarge;
    case net::RequestError::ExpectationFailed: return Problem::ExpectationFailed;
    case net::RequestError::HeaderTooLarge: return Problem::HeaderTooLarge;
    case net::RequestError::NotImplemented: return Problem::NotImplemented;
    case net::RequestError::VersionNotSupported: return Problem::VersionNotSupported;
  }
  return Problem::BadRequest;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "";
  }
}

}  // namespace firstcome::api
