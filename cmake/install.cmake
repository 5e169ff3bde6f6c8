# Where Debian expects things. For a system-wide installation configure with -DCMAKE_INSTALL_PREFIX=/usr: then the
# configuration is in /etc/slad.
include(GNUInstallDirs)

install(TARGETS slad slactl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

set(units ${PROJECT_BINARY_DIR}/systemd)
set(unit_sources ${PROJECT_SOURCE_DIR}/config/systemd)
configure_file(${unit_sources}/slad.service.in ${units}/slad.service @ONLY)
configure_file(${unit_sources}/slad.tmpfiles.in ${units}/slad.tmpfiles @ONLY)
install(FILES ${units}/slad.service ${unit_sources}/slad-events.socket DESTINATION lib/systemd/system)
install(FILES ${unit_sources}/slad.sysusers DESTINATION lib/sysusers.d RENAME slad.conf)
install(FILES ${units}/slad.tmpfiles DESTINATION lib/tmpfiles.d RENAME slad.conf)

install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL FILES_MATCHING PATTERN "*.md")
install(FILES config/slad.yaml config/systemd/network.conf DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(DIRECTORY config/standards.d config/tests DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)

# The sample becomes the configuration only at the first installation: what an administrator edited stays, and a
# standard that was deleted does not come back. (file(INSTALL) puts DESTDIR in front by itself.)
set(etc ${CMAKE_INSTALL_FULL_SYSCONFDIR}/slad)
install(CODE "
  file(GLOB there \"\$ENV{DESTDIR}${etc}/slad.yaml\" \"\$ENV{DESTDIR}${etc}/standards.d/*\")
  if(there)
    message(STATUS \"Kept: \$ENV{DESTDIR}${etc}\")
  else()
    file(INSTALL \"${PROJECT_SOURCE_DIR}/config/slad.yaml\" \"${PROJECT_SOURCE_DIR}/config/standards.d\"
      DESTINATION \"${etc}\")
  endif()")
