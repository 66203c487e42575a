// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Files that are replaced, restored or deleted while a verifier and an authority use them: revoked keys stay revoked.
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "../support/shell.hpp"
#include "../support/world.hpp"

using namespace shearline;
using namespace support;

namespace {

/// In another process: closing a file that SQLite has open would drop its locks.
void command(const std::string& words) { BOOST_REQUIRE(std::system(words.c_str()) == 0); }

/// A store that runs a function between a read and its answer.
class interrupted_store : public memory_store {
public:
    result<std::optional<key_view>> look_up(std::string_view format, const handle& key) const {
        return interrupted(memory_store::look_up(format, key));
    }
    result<feed_head> head() const { return interrupted(memory_store::head()); }

    mutable std::function<void()> meanwhile{};

private:
    template <typename T>
    T interrupted(T answer) const {
        if (meanwhile) std::exchange(meanwhile, nullptr)();
        return answer;
    }
};

/// A store with an older copy in which a key, revoked since, is still valid.
struct rewound_world : world<sqlite_store> {
    using keys_type = authority<shown_once>;
    using verifier_type = shearline::verifier<shown_once, sqlite_store>;

    rewound_world() {
        shell{copy}.restore(path);
        must(keys.revoke(dead.credential, admin));
        later = must(keys.issue(legacy_sync(), admin));
        fast = must(verifier_type::open(opened.store, ring, {.lease = 1h}));
        BOOST_REQUIRE(asks(good));
        BOOST_REQUIRE(!asks(dead));
        BOOST_REQUIRE(keys.verify(text_of(good)));
        BOOST_REQUIRE(!keys.verify(text_of(dead)));
    }

    verdict asks(const issued_key& key) { return fast->new_reader().verify(text_of(key), noon); }

    /// In another process: opens the store as it is now, and revokes the good key; returns whether that succeeded.
    bool another_process_revokes() {
        auto other = sqlite_store::open(path);
        if (!other) return false;
        auto theirs = keys_type::open(*other, ring, clock);
        return theirs && theirs->revoke(good.credential, admin);
    }

    std::string path = folder.file("keys.db");
    std::string copy = folder.file("old.db");
    keys_type keys = open<shown_once>();
    issued_key good = must(keys.issue(legacy_sync(), admin));
    issued_key dead = must(keys.issue(legacy_sync(), admin));
    issued_key later;
    std::optional<verifier_type> fast;
};

struct replacement {
    const char* what;
    std::function<void(const rewound_world&)> make;
};

const replacement replacements[] = {
    {".restore", [](const rewound_world& w) { shell{w.path}.restore(w.copy); }},
    {"cp", [](const rewound_world& w) { command("cp " + w.copy + " " + w.path); }},
    {"cp after a checkpoint",
     [](const rewound_world& w) {
         shell{w.path}.run("PRAGMA wal_checkpoint(TRUNCATE)");
         command("cp " + w.copy + " " + w.path);
     }},
    {"mv", [](const rewound_world& w) { command("mv " + w.copy + " " + w.path); }},
    {"rm of all but the counter", [](const rewound_world& w) { command("rm " + w.path + " " + w.path + "-[ws]*"); }},
    {"rm of the log", [](const rewound_world& w) { command("rm " + w.path + "-wal"); }},
    {"rm of the log's index", [](const rewound_world& w) { command("rm " + w.path + "-shm"); }},
    {"rm of the log and its index", [](const rewound_world& w) { command("rm " + w.path + "-[ws]*"); }},
    {"rm of the counter", [](const rewound_world& w) { command("rm " + w.path + "-changes"); }},
    {"rm of everything", [](const rewound_world& w) { command("rm " + w.path + "*"); }},
    {"an older schema",
     [](const rewound_world& w) {
         const std::string older = w.folder.file("older.db");
         {
             const shell made{older};
             made.run(detail::sqlite::steps[0]);
             made.run("PRAGMA application_id = " + std::to_string(detail::sqlite::application_id) +
                      "; PRAGMA user_version = 1; ATTACH '" + w.copy + "' AS of");
             for (const std::string table : {"credential_metadata", "audit_event"})
                 made.run("INSERT INTO " + table + " SELECT * FROM of." + table);
             made.run(
                 "INSERT INTO credential SELECT ordinal, id, tenant, name, scopes, not_before, expires_at, "
                 "suspended, generation, version, created_at, revoked_at FROM of.credential; "
                 "INSERT INTO record SELECT format, handle, credential, generation, state, digest, created_at, "
                 "retires_at, revoked_at, last_used_at, uses, sealing_key, nonce, box FROM of.record");
             made.run("INSERT INTO change SELECT sequence, kind, credential, version, at FROM of.change");
         }
         shell{w.path}.restore(older);
     }},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(an_authority_of_a_store_that_moves_on)

BOOST_AUTO_TEST_CASE(does_not_take_a_reading_for_an_older_state_because_of_what_came_meanwhile) {
    world<memory_store> w;  // for its keyring and its clock
    interrupted_store store;
    auto keys = must(authority<shown_once, interrupted_store, manual_clock>::open(store, w.ring, w.clock));
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    std::string unknown{text_of(key)};
    unknown[15] = unknown[15] == '0' ? '1' : '0';  // in the handle
    const auto issue_another = [&] { (void)must(keys.issue(legacy_sync(), w.admin)); };
    store.meanwhile = issue_another;
    BOOST_TEST(bool{keys.verify(text_of(key))});
    store.meanwhile = issue_another;
    BOOST_TEST(why_denied(keys.verify(with_right_checksum(unknown))) == reason::unknown_handle);
    store.meanwhile = issue_another;
    BOOST_TEST(must(keys.list()).items.size() == 4U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_store_that_was_replaced_under_a_verifier_and_an_authority)

BOOST_AUTO_TEST_CASE(brings_no_revoked_key_back) {
    for (const replacement& one : replacements) {
        BOOST_TEST_CONTEXT(one.what) {
            rewound_world w;
            one.make(w);
            BOOST_TEST(!w.asks(w.dead));
            BOOST_TEST(!w.keys.verify(text_of(w.dead)));
            const bool revoked = w.another_process_revokes();
            for (int i = 0; i < 3; ++i) {
                BOOST_TEST(!w.asks(w.dead));
                BOOST_TEST(!w.keys.verify(text_of(w.dead)));
                if (i > 0 || !w.opened.store.hears_changes()) (void)w.fast->poll();
                if (revoked) BOOST_TEST(!w.asks(w.good));
                if (revoked) BOOST_TEST(!w.keys.verify(text_of(w.good)));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(is_noticed_by_both_and_nothing_is_changed_in_it) {
    rewound_world w;
    shell{w.path}.restore(w.copy);
    BOOST_TEST(why_denied(w.keys.verify(text_of(w.good))) == reason::stale);
    BOOST_TEST(why_denied(w.keys.verify(text_of(w.later))) == reason::stale);  // which the copy does not have
    BOOST_TEST(code_of(w.keys.issue(legacy_sync(), w.admin)) == errc::rolled_back);
    BOOST_TEST(code_of(w.keys.revoke(w.good.credential, w.admin)) == errc::rolled_back);
    BOOST_TEST(code_of(w.keys.find(w.good.credential)) == errc::rolled_back);
    BOOST_TEST(code_of(w.keys.find(w.good.handle)) == errc::rolled_back);
    BOOST_TEST(code_of(w.keys.find(w.later.handle)) == errc::rolled_back);
    BOOST_TEST(code_of(w.keys.list()) == errc::rolled_back);
    BOOST_TEST(code_of(w.keys.audit()) == errc::rolled_back);
    BOOST_TEST(code_of(w.fast->poll()) == errc::rolled_back);
    BOOST_TEST(why_denied(w.asks(w.good)) == reason::stale);
    BOOST_TEST(must(w.opened.store.head()).sequence == 2U);
}

BOOST_AUTO_TEST_CASE(is_noticed_by_an_authority_that_has_only_just_changed_something) {
    world<sqlite_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    shell{w.folder.file("old.db")}.restore(w.folder.file("keys.db"));
    must(keys.revoke(key.credential, w.admin));
    shell{w.folder.file("keys.db")}.restore(w.folder.file("old.db"));
    BOOST_TEST(why_denied(keys.verify(text_of(key))) == reason::stale);
}

BOOST_AUTO_TEST_CASE(is_used_again_once_it_has_caught_up) {
    rewound_world w;
    const std::string newest = w.folder.file("newest.db");
    shell{newest}.restore(w.path);
    shell{w.path}.restore(w.copy);
    BOOST_TEST(code_of(w.fast->poll()) == errc::rolled_back);
    shell{w.path}.restore(newest);  // the right copy
    must(w.fast->poll());
    BOOST_TEST(bool{w.asks(w.good)});
    BOOST_TEST(bool{w.keys.verify(text_of(w.good))});

    shell{w.path}.restore(w.copy);  // and one with which others go on
    auto other = must(sqlite_store::open(w.path));
    auto theirs = must(rewound_world::keys_type::open(other, w.ring, w.clock));
    must(theirs.revoke(w.good.credential, w.admin));
    BOOST_TEST(why_denied(w.asks(w.good)) == reason::stale);
    const issued_key fresh = must(theirs.issue(legacy_sync(), w.admin));
    (void)must(theirs.issue(legacy_sync(), w.admin));
    BOOST_TEST(why_denied(w.asks(fresh)) == reason::stale);
    must(w.fast->poll());
    BOOST_TEST(bool{w.asks(fresh)});
    BOOST_TEST(!w.asks(w.good));
    BOOST_TEST(!w.asks(w.later));
    BOOST_TEST(bool{w.keys.verify(text_of(fresh))});
}

BOOST_AUTO_TEST_CASE(is_the_same_after_a_vacuum) {
    rewound_world w;
    for (const char* sql : {"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)", "REINDEX"}) {
        shell{w.path}.run(sql);
        must(w.fast->poll());
        BOOST_TEST(bool{w.asks(w.good)}, sql);
        BOOST_TEST(bool{w.keys.verify(text_of(w.good))}, sql);
    }
    BOOST_TEST(w.another_process_revokes());
    BOOST_TEST(!w.asks(w.good));
    BOOST_TEST(!w.keys.verify(text_of(w.good)));
}

BOOST_AUTO_TEST_CASE(ends_all_trust_when_its_counter_is_another_one) {
    rewound_world w;
    std::filesystem::remove(w.path + "-changes");
    BOOST_TEST(w.another_process_revokes());
    BOOST_TEST(code_of(w.fast->poll()) == errc::unavailable);
    BOOST_TEST(why_denied(w.asks(w.good)) == reason::stale);
    BOOST_TEST(why_denied(w.keys.verify(text_of(w.good))) == reason::revoked);  // it asks the store itself
    BOOST_TEST(code_of(w.keys.issue(legacy_sync(), w.admin)) == errc::unavailable);
}

BOOST_AUTO_TEST_SUITE_END()
