// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Whether a text is a key that may do something, for any thread of the server.
// Depends on keys.hpp; never on a request.
#pragma once

#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/clock.hpp>

#include "keys.hpp"

namespace crm {

/// The readers of a verifier, handed to the threads of the server as they need one. The verifier must outlive it, and
/// the verdicts that it gave. Thread-safe.
class key_check {
public:
    explicit key_check(key_verifier& keys) noexcept : m_keys{keys} {}

    [[nodiscard]] shearline::verdict verify(std::string_view text, shearline::required_scope scope) {
        auto reader = take();
        auto answer = reader.verify(text, shearline::coarse_clock{}.now(), scope);
        const std::scoped_lock lock{m_mutex};
        m_idle.push_back(std::move(reader));
        return answer;
    }

private:
    key_verifier::reader take() {
        {
            const std::scoped_lock lock{m_mutex};
            if (!m_idle.empty()) {
                auto reader = std::move(m_idle.back());
                m_idle.pop_back();
                return reader;
            }
        }
        return m_keys.new_reader();
    }

    key_verifier& m_keys;
    std::mutex m_mutex;
    std::vector<key_verifier::reader> m_idle;  // as many as there were threads at once
};

}  // namespace crm
