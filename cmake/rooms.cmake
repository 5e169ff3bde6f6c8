# What a room and a program are, and how strictly they are compiled.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON) # __int128, accept4, statx
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Debug, Release, RelWithDebInfo" FORCE)
endif()
option(SLAD_TESTS "Build the tests" ON)
option(SLAD_WERROR "Treat warnings as errors" OFF)
set(SLAD_SANITIZE "" CACHE STRING "Sanitizers to build with, such as address,undefined")

add_compile_definitions(_GNU_SOURCE SLAD_VERSION="${PROJECT_VERSION}")
add_compile_options(-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion
  -Wno-missing-field-initializers)
if(SLAD_WERROR)
  add_compile_options(-Werror)
endif()
if(SLAD_SANITIZE)
  add_compile_options(-fsanitize=${SLAD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SLAD_SANITIZE})
endif()

# Calls between rooms are inlined: a fifth less time for a replay. Not where a test wants to build quickly.
if(CMAKE_BUILD_TYPE MATCHES "^Rel" AND NOT SLAD_SANITIZE)
  include(CheckIPOSupported)
  check_ipo_supported(RESULT ipo OUTPUT ipo_why LANGUAGES C)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ${ipo})
endif()

find_package(PkgConfig REQUIRED)
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(cjson REQUIRED IMPORTED_TARGET libcjson)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(libevent REQUIRED IMPORTED_TARGET libevent_core)

# A room is a static library of src/NAME/*.c; ROOMS are the rooms below it, LIBS what it alone may see of the outside.
function(slad_room name)
  cmake_parse_arguments(room "" "" "ROOMS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.c)
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE ${room_ROOMS} m)
  foreach(lib IN LISTS room_LIBS)
    target_link_libraries(${name} PRIVATE PkgConfig::${lib})
  endforeach()
endfunction()

# A program is src/app/NAME/*.c, with what both programs share, on top of the rooms.
function(slad_program name)
  cmake_parse_arguments(program "" "" "ROOMS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/app/${name}/*.c ${PROJECT_SOURCE_DIR}/src/app/both/*.c)
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE ${program_ROOMS})
endfunction()
