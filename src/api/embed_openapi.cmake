# Writes OUTPUT, a source file with the text of DOCUMENT.
file(READ ${DOCUMENT} text)
string(REPLACE "\\" "\\\\" text "${text}")
string(REPLACE "\"" "\\\"" text "${text}")
string(REPLACE "\n" "\\n\"\n    \"" text "${text}")
file(WRITE ${OUTPUT} "#include \"api/openapi.h\"\n\nnamespace firstcome::api {\n\nstd::string_view openapi_document() {\n"
  "  return\n    \"${text}\";\n}\n\n}  // namespace firstcome::api\n")
