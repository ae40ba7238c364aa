# Writes OUTPUT, the source file with the commit that is built, if it has changed. Three sources, in this order: COMMIT (given
# by whoever builds without git), the file that `git archive` fills in, and git itself. A tree with changes is `…-changed`.
#   cmake -DSOURCE=. -DOUTPUT=commit.cpp [-DCOMMIT=…] -P cmake/write_commit.cmake
set(commit "${COMMIT}")
if(commit STREQUAL "")
  file(STRINGS ${SOURCE}/cmake/archived-commit.txt archived LIMIT_COUNT 1)
  if(archived MATCHES "^([0-9a-f]+)$")
    set(commit ${archived})
  endif()
endif()
if(commit STREQUAL "" AND EXISTS ${SOURCE}/.git)
  find_program(GIT git)
  if(GIT)
    execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse HEAD
      OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
    if(failed)
      set(commit "")
    else()
      execute_process(COMMAND ${GIT} -C ${SOURCE} diff-index --quiet HEAD -- src sql cmake CMakeLists.txt RESULT_VARIABLE changed
        ERROR_QUIET)
      string(SUBSTRING ${commit} 0 12 commit)
      if(changed)
        set(commit "${commit}-changed")
      endif()
    endif()
  endif()
endif()
if(commit STREQUAL "")
  set(commit unknown)
endif()
string(REGEX REPLACE "^([0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f])[0-9a-f]+$" "\\1" commit "${commit}")
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT [[#include "cli/commit.h"

namespace firstcome::cli {

std::string_view commit() { return "@commit@"; }

}  // namespace firstcome::cli
]] @ONLY)
