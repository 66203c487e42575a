// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Either shared object: SHARED_OBJECT is `hidden` or `visible`.

#include "shared_object.hpp"

namespace shared_objects::SHARED_OBJECT {

using namespace shearline;

result<authority> open(memory_store& store, const keyring& ring, const manual_clock& clock) {
    return authority::open(store, ring, clock);
}
result<issued_key> issue(authority& of, const new_credential& asked) { return of.issue(asked, {.actor = "test"}); }
std::string_view shown(const issued_key& of) { return of.text.reveal(unsafe_reveal); }
verdict verify(const authority& of, std::string_view text) { return of.verify(text); }

result<verifier> open(memory_store& store, const keyring& ring) { return verifier::open(store, ring); }
result<std::size_t> poll(verifier& of) { return of.poll(); }
bool verify(verifier::reader& of, std::string_view text, timestamp now) { return bool{of.verify(text, now)}; }

const void* own_table() { return &reason_table; }

}  // namespace shared_objects::SHARED_OBJECT
