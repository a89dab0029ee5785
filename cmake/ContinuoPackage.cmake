# The installed package: find_package(continuo), then continuo::engine and what it stands on, the other modules that need
# neither libtorch nor sound or drawing libraries, and continuo::c, the shared library for C.
include(CMakePackageConfigHelpers)

set(packaged base music midi weights representation engine loaded generation steering evaluation)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/continuo)
list(TRANSFORM packaged PREPEND continuo_ OUTPUT_VARIABLE packaged_targets)
install(TARGETS ${packaged_targets} EXPORT continuoTargets COMPONENT development ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS continuo_c EXPORT continuoTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(FILES include/continuo.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
foreach(module IN LISTS packaged)
  install(DIRECTORY include/continuo/${module} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/continuo COMPONENT development)
endforeach()
install(EXPORT continuoTargets NAMESPACE continuo:: DESTINATION ${package_folder} COMPONENT development)
configure_package_config_file(cmake/continuoConfig.cmake.in ${PROJECT_BINARY_DIR}/package/continuoConfig.cmake
  INSTALL_DESTINATION ${package_folder} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/continuoConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/continuoConfig.cmake ${PROJECT_BINARY_DIR}/package/continuoConfigVersion.cmake
  DESTINATION ${package_folder} COMPONENT development)
