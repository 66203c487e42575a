// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <string_view>

#include <shearline/secret/secret_text.hpp>

std::size_t length_of_dangling_view() {
#ifdef MUST_FAIL
    const std::string_view view = shearline::secret_text::copy_of("text").reveal(shearline::unsafe_reveal);
    return view.size();
#else
    const auto text = shearline::secret_text::copy_of("text");
    return text.reveal(shearline::unsafe_reveal).size();
#endif
}
