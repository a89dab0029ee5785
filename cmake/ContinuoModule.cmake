# What every module, test, benchmark and fuzzer of Continuo has in common: language, warnings, sanitizers.
include_guard(GLOBAL)
include(GNUInstallDirs)
find_package(Threads REQUIRED)

add_library(continuo_settings INTERFACE)
target_compile_features(continuo_settings INTERFACE cxx_std_20)
# Designated initialisers name only what differs from the default, so -Wextra's missing-field warning is off.
# -Wno-restrict: g++ 12 reports string concatenations that are none (GCC bug 105651).
target_compile_options(continuo_settings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers -ffp-contract=off
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<BOOL:${CONTINUO_WERROR}>:-Werror>)
if(CONTINUO_SANITIZE)
  # g++ itself says that its warnings of uninitialised values are often wrong with sanitizers.
  target_compile_options(continuo_settings INTERFACE -fsanitize=${CONTINUO_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(continuo_settings INTERFACE -fsanitize=${CONTINUO_SANITIZE})
endif()

# continuo_module(NAME SOURCES file... [PUBLIC target...] [PRIVATE target...])
# One library continuo_NAME, alias continuo::NAME, whose public headers are include/continuo/NAME/*.h.
function(continuo_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(continuo_${name} STATIC ${ARG_SOURCES})
  add_library(continuo::${name} ALIAS continuo_${name})
  set_target_properties(continuo_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF)
  target_compile_features(continuo_${name} PUBLIC cxx_std_20)
  target_include_directories(continuo_${name}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(continuo_${name} PUBLIC ${ARG_PUBLIC} PRIVATE $<BUILD_INTERFACE:continuo_settings> ${ARG_PRIVATE})
endfunction()

# continuo_quick_to_build(TARGET): for code whose own speed nobody waits for: reading options, checking results.
function(continuo_quick_to_build target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release,RelWithDebInfo>:-O1>)
endfunction()

# continuo_compile_together(TARGET COUNT): its files COUNT at a time, where reading headers takes longer than compiling. Every file
# compiles alone, too (CONTINUO_UNITY=OFF); so what has no name outside its file must still have one of its own in its target.
function(continuo_compile_together target count)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${CONTINUO_UNITY} UNITY_BUILD_BATCH_SIZE ${count})
endfunction()

# continuo_system_library(TARGET PKGCONFIG_MODULE): an imported target for a library that only pkg-config knows.
function(continuo_system_library target module)
  if(NOT TARGET PkgConfig::${target})
    find_package(PkgConfig REQUIRED)
    pkg_check_modules(${target} REQUIRED IMPORTED_TARGET GLOBAL ${module})
  endif()
endfunction()
