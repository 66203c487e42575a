// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The keys in one kind of store.
// Depends on keys.hpp and bulkhead.hpp; never on a request.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <shearline/authority.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/verifier.hpp>

#include "bulkhead.hpp"
#include "keys.hpp"

namespace crm {

/// How keys are verified.
enum class verification : std::uint8_t {
    from_memory,  ///< by a verifier, which follows the store's feed
    strict,       ///< by the authority, which asks the store on every call
};

/// The keys in a store of this type, with an authority and, unless the verification is strict, a verifier.
template <typename Store>
class keys_in : public key_service {
    using authority = shearline::authority<crm_keys, Store>;
    using verifier = shearline::verifier<crm_keys, Store>;

    template <typename T>
    static shearline::result<void> whether_done(shearline::result<T> from) {
        if (!from) return std::move(from).error();
        return {};
    }

    static shearline::result<void> is_open(const shearline::result<shearline::feed_head>& head) {
        if (!head) return head.error();
        if (!head->closed) return {};
        return shearline::error{shearline::errc::illegal_state, "the keys were moved to another store"};
    }

public:
    [[nodiscard]] static shearline::result<keys_in> open(Store store, const shearline::keyring& ring,
                                                         verification how = verification::from_memory) {
        auto kept = std::make_unique<Store>(std::move(store));
        auto keys = authority::open(*kept, ring);
        if (!keys) return std::move(keys).error();
        std::optional<verifier> fast;
        if (how == verification::from_memory) {
            auto opened = verifier::open(*kept, ring);
            if (!opened) return std::move(opened).error();
            fast.emplace(*std::move(opened));
        }
        return keys_in{std::move(kept), *std::move(keys), std::move(fast)};
    }

    shearline::verdict verify(std::string_view text, shearline::required_scope scope) override {
        if (m_verifier) return m_verifier->verify(text, scope);
        if (!shearline::parse<format>(text)) return m_authority.verify(text, scope);  // the store is not asked
        const auto place = m_verifying->enter();
        return place ? m_authority.verify(text, scope) : shearline::verdict{shearline::reason::store_unavailable};
    }

    shearline::result<shearline::issued_key> issue(const shearline::new_credential& asked,
                                                   const shearline::request_context& by) override {
        return m_authority.issue(asked, by);
    }
    shearline::result<shearline::issued_key> rotate(const shearline::credential_id& id,
                                                    const shearline::request_context& by) override {
        return m_authority.rotate(id, by);
    }
    shearline::result<void> revoke(const shearline::credential_id& id, const shearline::request_context& by) override {
        return m_authority.revoke(id, by);
    }
    shearline::result<void> suspend(const shearline::credential_id& id, const shearline::request_context& by) override {
        return m_authority.suspend(id, by);
    }
    shearline::result<void> resume(const shearline::credential_id& id, const shearline::request_context& by) override {
        return m_authority.resume(id, by);
    }
    shearline::result<shearline::secret_text> reveal(const shearline::credential_id& id,
                                                     const shearline::request_context& by) override {
        return m_authority.reveal(id, by);
    }
    shearline::result<shearline::page<shearline::credential_view>> list(
        const shearline::page_request& which = {}) const override {
        return m_authority.list(which);
    }
    shearline::result<shearline::page<shearline::audit_event>> audit(
        const shearline::page_request& which = {}) const override {
        return m_authority.audit(which);
    }

    shearline::result<void> note(const shearline::audit_event& event) override {
        return m_store->transact([&](auto& tx) -> shearline::result<void> {
            const auto head = tx.head();
            if (auto open = is_open(head); !open) return open;  // the event would stay behind
            return tx.append(event);
        });
    }

    shearline::result<void> poll() override {
        return m_verifier ? whether_done(m_verifier->poll()) : is_open(m_store->head());
    }
    shearline::result<void> flush_usage() override {
        return m_verifier ? whether_done(m_verifier->flush_usage()) : whether_done(m_authority.flush_usage());
    }

    /// How often a verification from memory was denied for a reason.
    [[nodiscard]] std::uint64_t count_of(shearline::reason why) const {
        return m_verifier ? m_verifier->count_of(why) : 0;
    }

private:
    keys_in(std::unique_ptr<Store> store, authority keys, std::optional<verifier> fast)
        : m_store{std::move(store)}, m_authority{std::move(keys)}, m_verifier{std::move(fast)} {}

    std::unique_ptr<Store> m_store;
    authority m_authority;
    std::optional<verifier> m_verifier;
    // So that a store that does not answer does not occupy every thread.
    std::unique_ptr<bulkhead> m_verifying = std::make_unique<bulkhead>(8, std::chrono::milliseconds{250});
};

}  // namespace crm
