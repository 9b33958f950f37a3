# Flags of every target, and the two helpers that make rooms.
add_library(pertscale_flags INTERFACE)
target_include_directories(pertscale_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
# -ffp-contract=off: a product and a sum round the same way in every function they appear in.
target_compile_options(pertscale_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wno-psabi -Wno-error=stringop-overflow -fno-math-errno -ffp-contract=off)
if(PERTSCALE_ARCH)
  target_compile_options(pertscale_flags INTERFACE -march=${PERTSCALE_ARCH})
endif()
if(PERTSCALE_SANITIZE)
  target_compile_options(pertscale_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(pertscale_flags INTERFACE -fsanitize=address,undefined)
endif()

set(PERTSCALE_ROOMS "" CACHE INTERNAL "")

# pertscale_room(NAME [PUBLIC libs...] [PRIVATE libs...]): sources are globbed, so a new part is one new file.
function(pertscale_room name)
  cmake_parse_arguments(ROOM "" "" "PUBLIC;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.hpp)
  add_library(pertscale_${name} OBJECT ${sources})
  target_sources(pertscale_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${headers})
  set_target_properties(pertscale_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  target_link_libraries(pertscale_${name} PUBLIC pertscale_flags fmt::fmt pertscale_random123 ${ROOM_PUBLIC} PRIVATE ${ROOM_PRIVATE})
  # Most of a file's compile time is reading these.
  set(headers <algorithm> <functional> <map> <memory> <optional> <string> <vector> <fmt/format.h>)
  if("Eigen3::Eigen" IN_LIST ROOM_PUBLIC)
    list(APPEND headers <Eigen/Dense>)
  endif()
  target_precompile_headers(pertscale_${name} PRIVATE ${headers})
  set(PERTSCALE_ROOMS ${PERTSCALE_ROOMS} ${name} CACHE INTERNAL "")
  # What the room's objects need when they are linked.
  set(PERTSCALE_LINKS ${PERTSCALE_LINKS} ${ROOM_PUBLIC} ${ROOM_PRIVATE} PARENT_SCOPE)
endfunction()

# The executable: drivers/*.cpp, one file a sub-command, and every room's objects.
function(pertscale_executable)
  file(GLOB drivers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/drivers/*.cpp)
  add_executable(pertscale ${drivers})
  set_target_properties(pertscale PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  pertscale_link(pertscale)
  target_include_directories(pertscale PRIVATE ${PROJECT_SOURCE_DIR}/drivers)
  target_link_libraries(pertscale PRIVATE Boost::program_options nlohmann_json::nlohmann_json)
  target_precompile_headers(pertscale PRIVATE <algorithm> <functional> <map> <memory> <string> <vector>
    <fmt/format.h> <Eigen/Dense> <boost/program_options.hpp>)
  pertscale_version_header(pertscale)
endfunction()

function(pertscale_link target)
  foreach(room ${PERTSCALE_ROOMS})
    target_link_libraries(${target} PRIVATE pertscale_${room})
  endforeach()
  target_link_libraries(${target} PRIVATE ${PERTSCALE_LINKS} ${OPENBLAS_LIBRARY} Threads::Threads)
endfunction()

# The commit is asked for at every build, so that run.json never names an old one.
function(pertscale_version_header target)
  add_custom_target(pertscale_commit
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DOUT=${CMAKE_BINARY_DIR}/generated/version.hpp
            -DVERSION=${PROJECT_VERSION} -P ${PROJECT_SOURCE_DIR}/cmake/write_version.cmake
    BYPRODUCTS ${CMAKE_BINARY_DIR}/generated/version.hpp)
  add_dependencies(${target} pertscale_commit)
  target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/generated)
endfunction()
