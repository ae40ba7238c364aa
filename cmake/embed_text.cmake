# Writes OUTPUT, a source file in which FUNCTION of NAMESPACE, declared by HEADER, returns the text of DOCUMENT. In the
# text each {{NAME}} of the comma-separated INSERTED becomes the text of the file NAME beside it.
file(READ ${DOCUMENT} text)
cmake_path(GET DOCUMENT PARENT_PATH folder)
string(REPLACE "," ";" names "${INSERTED}")
foreach(name IN LISTS names)
  file(READ ${folder}/${name} inserted)
  string(STRIP "${inserted}" inserted)
  string(REPLACE "{{${name}}}" "${inserted}" text "${text}")
endforeach()
file(WRITE ${OUTPUT} "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n\nstd::string_view ${FUNCTION}() {\n"
  "  return R\"firstcome(${text})firstcome\";\n}\n\n}  // namespace ${NAMESPACE}\n")
