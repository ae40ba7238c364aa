# Makes an exploited memory error harder to use: docs/decisions/0046. test/process/test_hardening.py checks the binary.
# Not with sanitizers, which find such errors themselves and do not go with _FORTIFY_SOURCE.
if(FIRSTCOME_SANITIZE)
  return()
endif()

# -fPIE and not -fPIC: the compiler may still inline functions of static libraries.
set(is_module $<STREQUAL:$<TARGET_PROPERTY:TYPE>,MODULE_LIBRARY>)
set(is_executable $<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>)
add_compile_options($<$<NOT:${is_module}>:-fPIE> -fstack-protector-strong)
add_link_options($<${is_executable}:-pie> -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_compile_options(-fcf-protection=full)
endif()
# glibc checks only optimized code, and warns otherwise: what is compiled with -O0 has -U_FORTIFY_SOURCE.
# SHELL: because CMake would remove that later one as a duplicate.
add_compile_options("$<$<NOT:$<CONFIG:Debug>>:SHELL:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3>")
