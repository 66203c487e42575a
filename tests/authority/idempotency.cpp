// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A change repeated with its idempotency token: what the audit records, and what an edited entry must not give access
// to.
#include <boost/mp11/list.hpp>
#include <optional>
#include <string>
#include <vector>

#include "../support/stores.hpp"
#include "../support/world.hpp"

using namespace shearline;
using namespace support;

namespace {

/// A memory store whose idempotency entries a test can edit, and which may refuse an audit event.
class edited_store : public memory_store {
public:
    class transaction {
    public:
        transaction(memory_store::transaction& of, const edited_store& edits) noexcept : m_of{of}, m_edits{edits} {}

        [[nodiscard]] auto find(const credential_id& id) const { return m_of.find(id); }
        [[nodiscard]] auto find(std::string_view format, const handle& name) const { return m_of.find(format, name); }
        [[nodiscard]] auto keys_of(const credential_id& id) const { return m_of.keys_of(id); }
        [[nodiscard]] auto live_keys_of(const credential_id& id) const { return m_of.live_keys_of(id); }
        [[nodiscard]] auto prune(const credential_id& id, std::uint32_t below) { return m_of.prune(id, below); }
        [[nodiscard]] auto head() const { return m_of.head(); }
        [[nodiscard]] auto identity() const { return m_of.identity(); }
        [[nodiscard]] auto put(const store_identity& identity) { return m_of.put(identity); }
        [[nodiscard]] auto is_proof_key_used(std::uint32_t number) const { return m_of.is_proof_key_used(number); }
        [[nodiscard]] auto prove(const credential_id& id, const digest_bytes& metadata, const row_proof& proof) {
            return m_of.prove(id, metadata, proof);
        }
        [[nodiscard]] auto bind_hash(std::string_view format, const hash_name& hash) {
            return m_of.bind_hash(format, hash);
        }
        template <typename T>
        [[nodiscard]] result<void> insert(const T& one) {
            return m_of.insert(one);
        }
        template <typename T>
        [[nodiscard]] result<void> update(const T& one) {
            return m_of.update(one);
        }
        [[nodiscard]] result<void> append(const change& what) { return m_of.append(what); }
        [[nodiscard]] result<void> append(const audit_event& event) {
            if (event.action == m_edits.refused_action) return error{errc::unavailable, "no room for the audit"};
            return m_of.append(event);
        }
        [[nodiscard]] auto find_idempotent(const digest_bytes& token, timestamp now) const {
            auto found = m_of.find_idempotent(token, now);
            if (found && *found && m_edits.credential) (**found).credential = *m_edits.credential;
            if (found && *found && m_edits.key) (**found).handle = m_edits.key;
            return found;
        }

    private:
        memory_store::transaction& m_of;
        const edited_store& m_edits;
    };

    template <typename Body>
    auto transact(Body body) -> decltype(body(std::declval<transaction&>())) {
        return memory_store::transact([&](memory_store::transaction& inner) {
            transaction tx{inner, *this};
            return body(tx);
        });
    }

    std::optional<credential_id> credential;
    std::optional<handle> key;
    std::string refused_action;
};

}  // namespace

template <>
struct support::opened_store<edited_store> {
    explicit opened_store(const std::string&) {}
    edited_store store;
};

namespace {

void edit_entry(world<edited_store>& w, const credential_id& credential, handle key) {
    w.opened.store.credential = credential;
    w.opened.store.key = key;
}

void edit_entry(world<sqlite_store>& w, const credential_id& credential, handle key) {
    support::raw_database{w.folder.file("keys.db")}.run(
        "UPDATE idempotency SET credential = '" + credential.to_string() +
        "', handle = " + std::to_string(static_cast<std::int64_t>(key.value)));
}

using stores = boost::mp11::mp_list<edited_store, sqlite_store>;

request_context with_token(request_context by) {
    by.idempotency_token = "AAAAAAAAAAAAAAAAAAAAAA";
    return by;
}

new_credential of_tenant(std::string tenant) {
    new_credential asked = legacy_sync();
    asked.tenant = std::move(tenant);
    return asked;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_repeated_change)

BOOST_AUTO_TEST_CASE_TEMPLATE(is_audited_as_a_reveal_when_it_gives_the_text_again, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    const issued_key first = must(keys.issue(legacy_sync(), with_token(w.admin)));
    request_context again = with_token(w.admin);
    again.reason = "the answer was lost";
    again.source_address = "192.0.2.7";
    BOOST_REQUIRE(text_of(must(keys.issue(legacy_sync(), again))) == text_of(first));
    auto events = must(keys.audit()).items;
    BOOST_REQUIRE(events.size() == 2U);
    BOOST_TEST(events[0].action == "reveal");
    BOOST_TEST(events[0].reason == "the answer was lost");
    BOOST_TEST(events[0].source_address == "192.0.2.7");
    BOOST_TEST(events[0].actor == "admin");
    BOOST_TEST(events[0].tenant == "acme");
    BOOST_TEST(events[0].credential == first.credential);
    BOOST_TEST(events[0].handle->value == first.handle.value);

    const issued_key second = must(keys.rotate(first.credential, again));
    BOOST_REQUIRE(text_of(must(keys.rotate(first.credential, again))) == text_of(second));
    events = must(keys.audit()).items;
    BOOST_REQUIRE(events.size() == 4U);
    BOOST_TEST(events[0].action == "reveal");
    BOOST_TEST(events[0].handle->value == second.handle.value);
    BOOST_TEST(events[1].action == "rotate");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(is_not_audited_when_it_gives_no_text, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key first = must(keys.issue(legacy_sync(), with_token(w.admin)));
    BOOST_TEST(must(keys.issue(legacy_sync(), with_token(w.admin))).text_lost);
    must(keys.suspend(first.credential, with_token(w.admin)));
    must(keys.suspend(first.credential, with_token(w.admin)));
    BOOST_TEST(must(keys.audit()).items.size() == 2U);
}

BOOST_AUTO_TEST_CASE(gives_no_text_if_that_cannot_be_audited) {
    world<edited_store> w;
    auto keys = w.open<kept>();
    (void)must(keys.issue(legacy_sync(), with_token(w.admin)));
    w.opened.store.refused_action = "reveal";
    BOOST_TEST(code_of(keys.issue(legacy_sync(), with_token(w.admin))) == errc::unavailable);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gives_nobody_the_key_of_another_tenant, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    const issued_key victim = must(keys.issue(of_tenant("globex"), w.admin));
    (void)must(keys.issue(legacy_sync(), with_token(w.admin)));
    edit_entry(w, victim.credential, victim.handle);
    BOOST_TEST(code_of(keys.issue(legacy_sync(), with_token(w.admin))) == errc::corrupt);
    BOOST_TEST(must(keys.audit()).items.front().action == "issue");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gives_a_rotation_no_key_of_another_credential, Store, stores) {
    for (const std::string tenant : {"globex", "acme"}) {
        world<Store> w;
        auto keys = w.template open<kept>();
        const issued_key victim = must(keys.issue(of_tenant(tenant), w.admin));
        const issued_key mine = must(keys.issue(legacy_sync(), w.admin));
        (void)must(keys.rotate(mine.credential, with_token(w.admin)));
        edit_entry(w, victim.credential, victim.handle);
        BOOST_TEST(code_of(keys.rotate(mine.credential, with_token(w.admin))) == errc::corrupt);
        BOOST_TEST(must(keys.audit()).items.front().action == "rotate");
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gives_no_key_that_is_not_of_its_entrys_credential, Store, stores) {
    for (const std::string tenant : {"globex", "acme"}) {
        world<Store> w;
        auto keys = w.template open<kept>();
        const issued_key other = must(keys.issue(of_tenant(tenant), w.admin));
        const issued_key mine = must(keys.issue(legacy_sync(), with_token(w.admin)));
        edit_entry(w, mine.credential, other.handle);
        BOOST_TEST(code_of(keys.issue(legacy_sync(), with_token(w.admin))) == errc::corrupt);
        BOOST_TEST(must(keys.audit()).items.front().action == "issue");
    }
    world<Store> w;  // nor its name, if no text is kept
    auto keys = w.template open<shown_once>();
    const issued_key other = must(keys.issue(legacy_sync(), w.admin));
    const issued_key mine = must(keys.issue(legacy_sync(), with_token(w.admin)));
    edit_entry(w, mine.credential, other.handle);
    BOOST_TEST(code_of(keys.issue(legacy_sync(), with_token(w.admin))) == errc::corrupt);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(is_refused_if_its_entry_names_a_credential_that_is_not_there, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    const issued_key mine = must(keys.issue(legacy_sync(), with_token(w.admin)));
    edit_entry(w, credential_id::from_random({1}), mine.handle);
    BOOST_TEST(code_of(keys.issue(legacy_sync(), with_token(w.admin))) == errc::corrupt);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(is_refused_if_its_entry_names_a_key_that_is_not_there, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    const issued_key mine = must(keys.issue(legacy_sync(), with_token(w.admin)));
    edit_entry(w, mine.credential, handle{7});
    BOOST_TEST(code_of(keys.issue(legacy_sync(), with_token(w.admin))) == errc::corrupt);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gives_no_key_of_a_credential_whose_row_was_edited, Store, stores) {
    for (const bool moved : {true, false}) {
        world<Store> w;
        auto keys = w.template open<kept>();
        const issued_key mine = must(keys.issue(legacy_sync(), with_token(w.admin)));
        must(w.opened.store.transact([&](auto& tx) -> result<void> {
            credential owner = **tx.find(mine.credential);
            ++owner.version;
            if (moved) owner.tenant = "globex";
            if (!moved) owner.scopes = {"*:*"};
            return tx.update(owner);
        }));
        BOOST_TEST(code_of(keys.issue(legacy_sync(), with_token(w.admin))) == errc::corrupt);
        prove_again(w.opened.store, w.ring, mine.credential);
        // A tenant that was moved is not the one of the request, whoever proved that.
        const auto again = keys.issue(legacy_sync(), with_token(w.admin));
        BOOST_TEST(bool{again} == !moved);
        if (moved) BOOST_TEST(code_of(again) == errc::corrupt);
    }
}

BOOST_AUTO_TEST_SUITE_END()
