# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
#
# The targets, for a source tree and for an installed package alike: shearline::shearline, and one for each optional part
# whose library is there. shearline_include_dir says where the headers are.

if(TARGET shearline::shearline)
  return()
endif()

find_package(Threads REQUIRED)

# libsodium has no package of its own for CMake: a target that the program has already, or else pkg-config.
add_library(shearline::shearline INTERFACE IMPORTED GLOBAL)
foreach(target IN ITEMS libsodium::libsodium unofficial-sodium::sodium sodium)
  if(TARGET ${target} AND NOT shearline_sodium)
    set(shearline_sodium ${target})
  endif()
endforeach()
if(NOT shearline_sodium)
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(shearline_libsodium IMPORTED_TARGET GLOBAL QUIET libsodium>=1.0.18)
  endif()
  if(NOT shearline_libsodium_FOUND)
    message(FATAL_ERROR "shearline needs libsodium 1.0.18 or later: install it with its pkg-config file (on Debian: "
                        "libsodium-dev and pkgconf), or define the target libsodium::libsodium first")
  endif()
  set(shearline_sodium PkgConfig::shearline_libsodium)
endif()
target_include_directories(shearline::shearline INTERFACE "${shearline_include_dir}")
target_compile_features(shearline::shearline INTERFACE cxx_std_20)
target_link_libraries(shearline::shearline INTERFACE ${shearline_sodium} Threads::Threads)
unset(shearline_sodium)

# shearline_part(NAME PACKAGE VERSION TARGET): shearline::NAME, if the library is there.
function(shearline_part name package version target)
  find_package(${package} ${version} QUIET)
  if(TARGET ${target})
    add_library(shearline::${name} INTERFACE IMPORTED GLOBAL)
    target_link_libraries(shearline::${name} INTERFACE shearline::shearline ${target})
  endif()
endfunction()
shearline_part(sqlite SQLite3 3.37 SQLite::SQLite3)  # store/sqlite_store.hpp
shearline_part(postgres PostgreSQL 14 PostgreSQL::PostgreSQL)  # store/postgres_store.hpp; it is libpq alone
shearline_part(openssl OpenSSL 3.0 OpenSSL::Crypto)  # digest/hmac_sha256_openssl.hpp
