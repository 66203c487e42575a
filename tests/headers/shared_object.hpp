// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What two shared objects of one program export; the first is built with its symbols hidden, the second is not.
#pragma once

#include <cstddef>
#include <string_view>

#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

namespace shared_objects {

using keys = shearline::policies<shearline::key_format<"instance">>;
using authority = shearline::authority<keys, shearline::memory_store, shearline::manual_clock>;
using verifier = shearline::verifier<keys, shearline::memory_store>;

#define SHARED_OBJECT_EXPORTS                                                                                          \
    [[gnu::visibility("default")]] shearline::result<authority> open(                                                  \
        shearline::memory_store& store, const shearline::keyring& ring, const shearline::manual_clock& clock);         \
    [[gnu::visibility("default")]] shearline::result<shearline::issued_key> issue(                                     \
        authority& of, const shearline::new_credential& asked);                                                        \
    [[gnu::visibility("default")]] std::string_view shown(const shearline::issued_key& of);                            \
    [[gnu::visibility("default")]] shearline::verdict verify(const authority& of, std::string_view text);              \
    [[gnu::visibility("default")]] shearline::result<verifier> open(shearline::memory_store& store,                    \
                                                                    const shearline::keyring& ring);                   \
    [[gnu::visibility("default")]] shearline::result<std::size_t> poll(verifier& of);                                  \
    [[gnu::visibility("default")]] bool verify(verifier::reader& of, std::string_view text, shearline::timestamp now); \
    [[gnu::visibility("default")]] const void* own_table();

namespace hidden {
SHARED_OBJECT_EXPORTS
}
namespace visible {
SHARED_OBJECT_EXPORTS
}

#undef SHARED_OBJECT_EXPORTS

}  // namespace shared_objects
