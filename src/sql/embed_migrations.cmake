# cmake -DOUTPUT=x.cpp -DFUNCTION=journal_migrations -DFOLDER=sql/sqlite/journal -P embed_migrations.cmake
# Writes the folder's V<number>__<name>.sql files, in the order of their numbers, into a C++ source.
file(GLOB paths ${FOLDER}/V*__*.sql)
list(SORT paths COMPARE NATURAL)
set(rows "")
foreach(path IN LISTS paths)
  get_filename_component(name ${path} NAME_WE)
  if(NOT name MATCHES "^V0*([1-9][0-9]*)__(.+)$")
    message(FATAL_ERROR "${path}: migrations are called V<number>__<name>.sql")
  endif()
  set(version ${CMAKE_MATCH_1})
  set(title ${CMAKE_MATCH_2})
  file(READ ${path} sql)
  string(APPEND rows "    {${version}, \"${title}\", R\"~sql~(${sql})~sql~\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Written by the build from ${FUNCTION}'s .sql files.
#include \"sql/migration.h\"

namespace firstcome::sql {
std::span<const Migration> ${FUNCTION}();
std::span<const Migration> ${FUNCTION}() {
  static constexpr Migration all[] = {
${rows}  };
  return all;
}
}  // namespace firstcome::sql
")
