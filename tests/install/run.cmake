# Installs the build into a directory, moves that, and builds and runs a user's project on it, by find_package and by
# pkg-config: cmake -DBUILD=... -DSOURCE=... -DWORK=... -DCC=... -P run.cmake
cmake_minimum_required(VERSION 3.22)
function(run)
    execute_process(COMMAND ${ARGV} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
    if(NOT code EQUAL 0)
        message(FATAL_ERROR "${ARGV}: ${code}\n${out}")
    endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/first)
file(RENAME ${WORK}/first ${WORK}/moved)
set(ENV{CFLAGS} "${CFLAGS}")
run(${CMAKE_COMMAND} -S ${SOURCE}/tests/install -B ${WORK}/build -DCMAKE_PREFIX_PATH=${WORK}/moved
    -DCMAKE_C_COMPILER=${CC} -DLOOP=${SOURCE}/examples/loop.c)
run(${CMAKE_COMMAND} --build ${WORK}/build)
foreach(name IN ITEMS loop loop_static lab)
    run(${WORK}/build/${name})
endforeach()

find_program(pkg_config pkg-config)
if(pkg_config)
    file(GLOB_RECURSE package ${WORK}/moved/*/rill.pc)
    get_filename_component(directory ${package} DIRECTORY)
    set(ENV{PKG_CONFIG_PATH} ${directory})
    execute_process(COMMAND ${pkg_config} --cflags --libs rill OUTPUT_VARIABLE flags
        OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    separate_arguments(flags UNIX_COMMAND "${flags} ${CFLAGS}")
    run(${CC} -std=c17 ${SOURCE}/examples/loop.c ${flags} -o ${WORK}/by_pkg_config)
    get_filename_component(libraries ${directory} DIRECTORY)
    set(ENV{LD_LIBRARY_PATH} ${libraries})
    run(${WORK}/by_pkg_config)
endif()
