// expects: Store lacks `template <typename Sink> result<feed_head> scan(std::string_view format, Sink&)`
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

struct my_store : memory_store {
    template <typename Sink>
#ifdef MUST_FAIL
    result<feed_head> scan(std::string_view format, Sink sink) const {
#else
    result<feed_head> scan(std::string_view format, Sink& sink) const {
#endif
        return memory_store::scan(format, sink);
}
}
;
auto open(my_store& store, const keyring& ring) {
    return verifier<policies<key_format<"instance">>, my_store>::open(store, ring);
}
