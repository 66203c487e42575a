// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Reads the credentials again that changes name: one by one, or from a remote feed together.
// Depends on concepts.hpp and store/change.hpp; never on one store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/credential/credential_id.hpp>
#include <shearline/error.hpp>
#include <shearline/result.hpp>
#include <shearline/store/change.hpp>

namespace shearline::inline v0_1::detail {

/// The credentials that changes name, each once, with the highest version that the changes give it. (A template, so
/// that only verifiers of remote feeds pay for its compilation.)
template <typename Change>
class changed_credentials {
public:
    /// O(n).
    explicit changed_credentials(std::span<const Change> changes) {
        for (const Change& one : changes) {
            std::uint64_t& version = m_versions[one.credential];
            if (version < one.version) version = one.version;
        }
        m_ids.reserve(m_versions.size());
        for (const auto& [id, version] : m_versions) m_ids.push_back(id);
    }

    [[nodiscard]] std::span<const credential_id> ids() const noexcept { return {m_ids.data(), m_ids.size()}; }

    /// Whether each of them is among the views, and none in an earlier version. O(n).
    [[nodiscard]] bool are_all_in(std::span<const credential_view> views) const {
        auto missing = m_versions;
        for (const credential_view& view : views) {
            const auto changed = m_versions.find(view.about.id);
            if (changed == m_versions.end()) continue;
            if (view.about.version < changed->second) return false;
            missing.erase(view.about.id);
        }
        return missing.empty();
    }

private:
    struct hash {
        std::size_t operator()(const credential_id& id) const noexcept {
            std::size_t first = 0;  // ids are random
            std::memcpy(&first, id.bytes().data(), sizeof(first));
            return first;
        }
    };

    std::unordered_map<credential_id, std::uint64_t, hash> m_versions;
    std::vector<credential_id> m_ids;
};

/// Reads each credential that changes name, and passes it to `apply(const credential_view&) -> result<void>`.
/// `unavailable` if a credential is missing, or older than its change. From a remote feed all are read at once, and
/// none is applied if one of them is, or if `check() -> result<void>`, which is called between, fails.
template <typename Store, typename Change, typename Check, typename Apply>
[[nodiscard]] result<void> read_changed(Store& store, std::span<const Change> changes, [[maybe_unused]] Check check,
                                        Apply apply) {
    const auto behind = [] {
        return error{errc::unavailable, "the store shows a credential older than its feed says: try again"};
    };
    if constexpr (remote_feed<Store>) {
        if (changes.empty()) return {};
        const changed_credentials<Change> changed{changes};
        auto views = store.read_many(changed.ids());
        if (!views) return std::move(views).error();
        if (auto checked = check(); !checked) return checked;
        if (!changed.are_all_in(*views)) return behind();
        for (const credential_view& view : *views)
            if (auto done = apply(view); !done) return done;
    } else {
        for (std::size_t i = 0; i < changes.size(); ++i) {
            const Change& what = changes[i];
            // A credential that changes again later in the list is read there, once.
            bool again = false;
            for (std::size_t later = i + 1; !again && later < changes.size(); ++later)
                again = changes[later].credential == what.credential;
            if (again) continue;
            auto view = store.read_live(what.credential);
            if (!view) return std::move(view).error();
            if (!*view || (*view)->about.version < what.version) return behind();
            if (auto done = apply(**view); !done) return done;
        }
    }
    return {};
}

}  // namespace shearline::inline v0_1::detail
