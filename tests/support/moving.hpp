// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A store with keys in all states that is moved, whole, cut off and repeated, and what is to be found of it then.
#pragma once

#include <shearline/move_store.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "in_child.hpp"
#include "many_rows.hpp"
#include "shell.hpp"
#include "world.hpp"

namespace support::moves {

using namespace shearline;

using bundle = policies<instance_format, recoverable, overlap<std::chrono::hours{24}>>;

template <typename Store>
using keys_of = authority<bundle, Store, manual_clock>;

/// Counts of a page, beyond which no store of these tests goes.
inline const page_request everything{.limit = 1'000};

/// A store with keys in all states, and what is to be found of them after a move.
struct moving : world<sqlite_store> {
    moving() : path{folder.file("keys.db")} {
        auto keys = open<bundle>();
        const auto issue = [&](std::string name) {
            new_credential asked = legacy_sync();
            asked.name = std::move(name);
            return must(keys.issue(asked, admin));
        };
        plain = issue("plain");
        rotated = issue("rotated");
        fresh = must(keys.rotate(rotated.credential, admin));
        revoked = issue("revoked");
        must(keys.revoke(revoked.credential, admin));
        suspended = issue("suspended");
        must(keys.suspend(suspended.credential, admin));
        edited = issue("edited");
        by_token = admin;
        by_token.idempotency_token = "0123456789abcdefghijkl";
        once = must(keys.issue(legacy_sync(), by_token));
        BOOST_REQUIRE(keys.verify(text_of(plain)));
        must(keys.flush_usage());
        shell{path}.run("UPDATE credential SET scopes = 'contacts:* audit:read' WHERE name = 'edited'");
        BOOST_REQUIRE(why_denied(keys.verify(text_of(edited))) == reason::unproved);
    }

    /// That a store has all of this, under the same keyring.
    template <typename Store>
    void is_in(Store& store) const {
        auto keys = must(keys_of<Store>::open(store, ring, clock));
        for (const issued_key* good : {&plain, &rotated, &fresh, &once}) {
            BOOST_TEST(bool(keys.verify(text_of(*good), "contacts:write")));
            BOOST_TEST(!keys.verify(text_of(*good), "audit:read"));
        }
        BOOST_TEST(why_denied(keys.verify(text_of(revoked))) == reason::revoked);
        BOOST_TEST(why_denied(keys.verify(text_of(suspended))) == reason::suspended);
        BOOST_TEST(why_denied(keys.verify(text_of(edited))) == reason::unproved);
        BOOST_TEST(must(keys.find(plain.credential)).about.metadata == legacy_sync().metadata);
        BOOST_TEST(must(keys.find(plain.credential)).keys.at(0).uses >= 1U);
        const secret_text shown = must(keys.reveal(fresh.credential, admin));
        BOOST_TEST(shown.reveal(unsafe_reveal) == text_of(fresh));
    }
    /// The same, and that it can be used further.
    template <typename Store>
    void lives_in(Store& store) {
        is_in(store);
        auto keys = must(keys_of<Store>::open(store, ring, clock));
        const auto again = must(keys.issue(legacy_sync(), by_token));
        BOOST_TEST(text_of(again) == text_of(once));
        const timestamp before = clock.now();
        clock.set(before + std::chrono::hours{25});
        BOOST_TEST(!keys.verify(text_of(rotated)));  // its grace is over, at the time that was set before the move
        clock.set(before);
        must(keys.revoke(plain.credential, admin));
        BOOST_TEST(why_denied(keys.verify(text_of(plain))) == reason::revoked);
    }

    std::string path;
    issued_key plain, rotated, fresh, revoked, suspended, edited, once;
    request_context by_token;
};

/// Every row that is moved, as text.
template <typename Store>
std::vector<std::string> audit_of(Store& store) {
    std::vector<std::string> lines;
    for (const audit_event& one : must(store.audit(everything, "")).items)
        lines.push_back(std::to_string(one.sequence) + one.action + one.actor + one.tenant + one.reason +
                        one.credential.to_string());
    return lines;
}

/// That nobody gets an answer from a store that was moved, whoever opens it.
template <typename Store>
void is_dead(Store& store, const moving& of) {
    const auto opened = keys_of<Store>::open(store, of.ring, of.clock);
    BOOST_TEST(code_of(opened) == errc::illegal_state);
    BOOST_TEST(opened.error().context().find("moved") != std::string::npos);
    BOOST_TEST(code_of(verifier<bundle, Store>::open(store, of.ring)) == errc::illegal_state);
    BOOST_TEST(must(store.head()).closed);
}

/// A store whose process is killed at the end of a transaction.
template <typename Store>
class killed : public Store {
public:
    enum class when { never, before_commit, after_commit };
    killed(Store store, when at) : Store{std::move(store)}, m_at{at} {}

    template <typename Body>
    auto transact(Body&& body) -> decltype(body(std::declval<typename Store::transaction&>())) {
        auto done = Store::transact([&](typename Store::transaction& tx) {
            auto made = body(tx);
            if (made && m_at == when::before_commit) ::raise(SIGKILL);
            return made;
        });
        if (done && m_at == when::after_commit) ::raise(SIGKILL);
        return done;
    }

private:
    when m_at;
};

/// Kills a move at one step after the other, and repeats it. `open_target` opens the target, which `make_new` makes
/// anew.
template <typename OpenTarget, typename MakeNew>
void is_killed_anywhere(moving& w, OpenTarget open_target, MakeNew make_new) {
    using target_store = decltype(open_target());
    using of_source = typename killed<sqlite_store>::when;
    using of_target = typename killed<target_store>::when;
    struct step {
        std::string name;
        std::uint64_t told = 1'000'000;  ///< calls of `progress` before the end
        of_source source = of_source::never;
        of_target target = of_target::never;
    };
    std::vector<step> steps{{.name = "before the source is closed", .source = of_source::before_commit},
                            {.name = "once the source is closed", .source = of_source::after_commit},
                            {.name = "before the target is committed", .target = of_target::before_commit},
                            {.name = "once the target is committed", .target = of_target::after_commit}};
    for (std::uint64_t told = 0; told < 8; ++told) steps.push_back({"page " + std::to_string(told), told});
    std::size_t closed = 0;
    for (const step& one : steps) {
        BOOST_TEST_CONTEXT(one.name) {
            const std::string path = w.folder.file("killed.db");
            for (const char* beside : {"", "-wal", "-shm", "-changes"}) std::filesystem::remove(path + beside);
            make_new();
            shell{path}.restore(w.path);
            const int end = in_child([&] {
                killed<sqlite_store> from{must(sqlite_store::open(path)), one.source};
                killed<target_store> to{open_target(), one.target};
                std::uint64_t told = 0;
                (void)move_store(from, to, w.admin, [&](std::uint64_t, std::uint64_t) {
                    if (told++ == one.told) ::raise(SIGKILL);
                });
                return 0;
            });
            BOOST_TEST(end == 1000 + SIGKILL);
            auto from = must(sqlite_store::open(path));
            auto to = open_target();
            const bool is_closed = must(from.head()).closed;
            const bool is_new = !must(to.identity());
            if (is_closed) {
                is_dead(from, w);
                ++closed;
            } else {
                BOOST_TEST(is_new);
                w.is_in(from);
            }
            BOOST_TEST(is_new == (one.target != of_target::after_commit));
            if (is_new) BOOST_TEST(must(to.audit(everything, "")).items.empty());
            const auto repeated = must(move_store(from, to, w.admin));
            BOOST_TEST(repeated.was_moved == !is_new);
            is_dead(from, w);
            w.lives_in(to);
        }
    }
    BOOST_TEST(closed == 3U);
}

/// How much a child needed at most while it moved a store, in MiB beyond what it had.
template <typename OpenTarget>
int memory_of_move(const std::string& path, OpenTarget open_target) {
    const auto peak = [] {
        ::rusage used{};
        ::getrusage(RUSAGE_SELF, &used);
        return used.ru_maxrss / 1'024;
    };
    return in_child([&] {
        auto from = must(sqlite_store::open(path, {.check_file = false}));
        auto to = open_target();
        const auto before = peak();
        const auto moved = move_store(from, to, {.actor = "test"});
        if (!moved || moved->rows < 200'000) return 255;
        return static_cast<int>(std::min<long>(peak() - before, 254));
    });
}

}  // namespace support::moves
