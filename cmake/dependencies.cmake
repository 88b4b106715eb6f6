# The libraries of the system: by pkg-config, and where a library came without its .pc file, by
# looking for its header and its library files.

find_package(PkgConfig QUIET)
set(RILL_MISSING "")

# rill_find_dependency(<name> <pkg-config module> <header> <library>...) makes the target
# rill::<name>, or notes the name for rill_require_dependencies.
function(rill_find_dependency name module header)
    add_library(rill::${name} INTERFACE IMPORTED)
    if(PkgConfig_FOUND)
        pkg_check_modules(RILL_${name} QUIET IMPORTED_TARGET ${module})
    endif()
    if(TARGET PkgConfig::RILL_${name})
        target_link_libraries(rill::${name} INTERFACE PkgConfig::RILL_${name})
        return()
    endif()

    find_path(RILL_${name}_HEADER ${header})
    set(files ${RILL_${name}_HEADER})
    foreach(library IN LISTS ARGN)
        find_library(RILL_${name}_LIBRARY_${library} ${library})
        list(APPEND files ${RILL_${name}_LIBRARY_${library}})
        target_link_libraries(rill::${name} INTERFACE ${RILL_${name}_LIBRARY_${library}})
    endforeach()
    target_include_directories(rill::${name} INTERFACE ${RILL_${name}_HEADER})
    if(files MATCHES "NOTFOUND")
        set(RILL_MISSING ${RILL_MISSING} ${name} PARENT_SCOPE)
    endif()
endfunction()

# rill_require_dependencies() stops with one message if any dependency was not found.
function(rill_require_dependencies)
    if(NOT RILL_MISSING)
        return()
    endif()
    list(JOIN RILL_MISSING ", " missing)
    message(FATAL_ERROR "Not found: ${missing}. script/setup.sh installs what is missing; by hand:\n"
        "  Debian, Ubuntu  apt-get install pkg-config libcjson-dev libgsl-dev libsqlite3-dev check\n"
        "  Fedora          dnf install pkgconf cjson-devel gsl-devel sqlite-devel check-devel\n"
        "  Arch            pacman -S pkgconf cjson gsl sqlite check\n"
        "  Homebrew        brew install pkgconf cjson gsl sqlite check\n"
        "Without them, -DRILL_LAB=OFF builds librill alone.")
endfunction()

# rill_find_sdl() makes the target rill::sdl where RILL_SDL wants it and SDL2, SDL2_ttf and libpng
# are there.
function(rill_find_sdl)
    if(RILL_SDL STREQUAL "OFF")
        return()
    endif()
    if(PkgConfig_FOUND)
        pkg_check_modules(RILL_sdl QUIET IMPORTED_TARGET sdl2>=2.0.18 SDL2_ttf libpng)
    endif()
    if(TARGET PkgConfig::RILL_sdl)
        add_library(rill::sdl INTERFACE IMPORTED)
        target_link_libraries(rill::sdl INTERFACE PkgConfig::RILL_sdl)
        target_compile_definitions(rill::sdl INTERFACE RILL_HAS_SDL)
    elseif(RILL_SDL STREQUAL "ON")
        message(FATAL_ERROR "SDL2, SDL2_ttf or libpng was not found, and RILL_SDL is ON. "
            "script/setup.sh sdl installs them.")
    endif()
endfunction()

# rill_find_mpi() makes the target rill::mpi where RILL_MPI wants it and it is there. MPI's own package
# knows its flags; of C++ bindings nothing is wanted.
function(rill_find_mpi)
    if(RILL_MPI STREQUAL "OFF")
        return()
    endif()
    find_package(MPI QUIET COMPONENTS C)
    if(MPI_C_FOUND)
        add_library(rill::mpi INTERFACE IMPORTED)
        target_link_libraries(rill::mpi INTERFACE MPI::MPI_C)
        target_compile_definitions(rill::mpi INTERFACE RILL_HAS_MPI OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)
    elseif(RILL_MPI STREQUAL "ON")
        message(FATAL_ERROR "No MPI was found, and RILL_MPI is ON. script/setup.sh mpi installs Open MPI.")
    endif()
endfunction()
