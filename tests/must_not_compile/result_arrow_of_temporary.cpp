// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <string_view>

#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using authority = shearline::authority<shearline::policies<shearline::key_format<"instance">>, shearline::memory_store>;

std::size_t issue(authority& keys, const shearline::new_credential& asked, const shearline::request_context& by) {
#ifdef MUST_FAIL
    const std::string_view text = keys.issue(asked, by)->text.reveal(shearline::unsafe_reveal);
    return text.size();
#else
    const auto issued = keys.issue(asked, by);
    return issued ? issued->text.reveal(shearline::unsafe_reveal).size() : 0;
#endif
}
