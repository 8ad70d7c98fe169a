# ga_embed(target function FILES ...): links text files into a library as
# std::span<const ga::Embedded> ga::function(), each under its name without ending.
function(ga_embed target function)
  cmake_parse_arguments(A "" "" "FILES" ${ARGN})
  set(unit ${CMAKE_CURRENT_BINARY_DIR}/${function}.cpp)
  add_custom_command(OUTPUT ${unit}
    COMMAND ${CMAKE_COMMAND} "-DFUNCTION=${function}" "-DOUTPUT=${unit}" "-DFILES=${A_FILES}"
            -P ${PROJECT_SOURCE_DIR}/scripts/cmake/embed.cmake
    DEPENDS ${A_FILES} ${PROJECT_SOURCE_DIR}/scripts/cmake/embed.cmake
    COMMENT "Embedding ${function}" VERBATIM)
  target_sources(${target} PRIVATE ${unit})
endfunction()
