# What `cmake --install` puts into a prefix: the binary, and its manual pages and completions, which the binary itself prints.
#   cmake --install build/release --prefix /usr/local [--strip]
include(GNUInstallDirs)

set(generated ${PROJECT_BINARY_DIR}/generated)
install(TARGETS firstcome RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(CODE "
  set(program \"$<TARGET_FILE:firstcome>\")
  file(REMOVE_RECURSE \"${generated}\")
  foreach(shell bash zsh fish)
    file(MAKE_DIRECTORY \"${generated}/\${shell}\")
  endforeach()
  function(print output)
    execute_process(COMMAND \${program} \${ARGN} OUTPUT_FILE \"${generated}/\${output}\" COMMAND_ERROR_IS_FATAL ANY)
  endfunction()
  execute_process(COMMAND \${program} reference man --out \"${generated}/man\" COMMAND_ERROR_IS_FATAL ANY)
  print(bash/firstcome completion bash)
  print(zsh/_firstcome completion zsh)
  print(fish/firstcome.fish completion fish)")
install(DIRECTORY ${generated}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
install(DIRECTORY ${generated}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man5 FILES_MATCHING PATTERN "*.5")
install(DIRECTORY ${generated}/bash/ DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(DIRECTORY ${generated}/zsh/ DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(DIRECTORY ${generated}/fish/ DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
