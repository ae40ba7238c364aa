# Adds a source file to `target`: see embed_text.cmake. INSERTED: names of files beside the document.
function(firstcome_embed_text target)
  cmake_parse_arguments(ARG "" "DOCUMENT;HEADER;NAMESPACE;FUNCTION" "INSERTED" ${ARGN})
  cmake_path(GET ARG_DOCUMENT PARENT_PATH folder)
  list(TRANSFORM ARG_INSERTED PREPEND ${folder}/ OUTPUT_VARIABLE inserted_files)
  list(JOIN ARG_INSERTED "," inserted)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${ARG_FUNCTION}.cpp)
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DDOCUMENT=${ARG_DOCUMENT} -DINSERTED=${inserted} -DHEADER=${ARG_HEADER}
      -DNAMESPACE=${ARG_NAMESPACE} -DFUNCTION=${ARG_FUNCTION} -P ${script}
    DEPENDS ${ARG_DOCUMENT} ${inserted_files} ${script}
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
  # C++ asks compilers for 64 KiB only; both of ours take more.
  set_source_files_properties(${output} PROPERTIES COMPILE_OPTIONS -Wno-overlength-strings)
endfunction()
