// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Every call that sends to the server or reads from it fails once, one after the other, as if the connection were lost
// there. Each time, the store returns an answer or an error, what it has acknowledged holds, and it works again
// afterwards. Only calls of our own headers are replaced, by the linker (meson.build lists them).
#include <boost/test/unit_test.hpp>

#include <libpq-fe.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

#include <shearline/store/postgres_store.hpp>

#include "../../support/each_call_failing.hpp"
#include "../../support/postgres_place.hpp"
#include "../../support/world.hpp"

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names
/// The connection is broken for good then: what libpq has not sent yet never reaches the server.
static bool breaks_now(const PGconn* on) {
    if (!support::fails_now()) return false;
    ::shutdown(PQsocket(on), SHUT_RDWR);
    return true;
}
#define WRAPPED(name, failure, parameters, arguments)                                \
    extern "C" int __real_##name parameters;                                         \
    extern "C" int __wrap_##name parameters {                                        \
        return breaks_now(on) ? static_cast<int>(failure) : __real_##name arguments; \
    }
WRAPPED(PQsetnonblocking, -1, (PGconn * on, int how), (on, how))
WRAPPED(PQenterPipelineMode, 0, (PGconn * on), (on))
WRAPPED(PQexitPipelineMode, 0, (PGconn * on), (on))
WRAPPED(PQsendQuery, 0, (PGconn * on, const char* sql), (on, sql))
WRAPPED(PQsendQueryParams, 0,
        (PGconn * on, const char* sql, int count, const Oid* types, const char* const* values, const int* sizes,
         const int* formats, int format),
        (on, sql, count, types, values, sizes, formats, format))
WRAPPED(PQsendPrepare, 0, (PGconn * on, const char* name, const char* sql, int count, const Oid* types),
        (on, name, sql, count, types))
WRAPPED(PQsendQueryPrepared, 0,
        (PGconn * on, const char* name, int count, const char* const* values, const int* sizes, const int* formats,
         int format),
        (on, name, count, values, sizes, formats, format))
WRAPPED(PQpipelineSync, 0, (PGconn * on), (on))
WRAPPED(PQflush, -1, (PGconn * on), (on))
WRAPPED(PQconsumeInput, 0, (PGconn * on), (on))
WRAPPED(PQgetCopyData, -2, (PGconn * on, char** message, int asynchronous), (on, message, asynchronous))
// NOLINTEND(bugprone-reserved-identifier)

namespace {

using namespace shearline;
using namespace support;

using keys_type = authority<shown_once, postgres_store, manual_clock>;

/// A success, or a failure that a lost connection explains.
template <typename T>
bool is_explained(const result<T>& outcome) {
    return outcome || outcome.error().code() == errc::unavailable || outcome.error().code() == errc::in_doubt;
}

/// A store in a schema of its own, and its authority.
struct served {
    temporary_folder folder;
    keyring ring = must(keyring::create(folder.file("keyring")));
    std::string schema = new_schema();
    postgres_store store = open_postgres(schema);
    keys_type keys = must(keys_type::open(store, ring, manual_clock{noon}));
    request_context admin{.actor = "admin"};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(every_call_with_every_call_to_libpq_failing_once, *if_postgres)

BOOST_AUTO_TEST_CASE(a_store_opens_or_says_why_not_and_opens_later) {
    std::string schema;
    const int failures = with_each_call_failing(
        [&] {
            schema = new_schema();
            const auto opened = postgres_store::open(shared_server().conninfo(), {.schema = schema, .readers = 1});
            BOOST_TEST(is_explained(opened));
        },
        [&] {
            auto store = open_postgres(schema);
            BOOST_TEST(must(store.head()).sequence == 0U);
        });
    BOOST_TEST(failures > 20);
}

BOOST_FIXTURE_TEST_CASE(a_change_that_was_acknowledged_holds, served) {
    std::optional<result<issued_key>> issued, next;
    std::optional<result<void>> suspended;
    const int failures = with_each_call_failing(
        [&] {
            next.reset();
            suspended.reset();
            issued.emplace(keys.issue(legacy_sync(), admin));
            if (!*issued) return;
            next.emplace(keys.rotate((*issued)->credential, admin));
            if (*next) suspended.emplace(keys.suspend((*issued)->credential, admin));
        },
        [&] {
            (void)must(keys.issue(legacy_sync(), admin));
            BOOST_TEST(is_explained(*issued));
            if (!*issued) return;
            const std::string_view first = text_of(**issued);
            BOOST_TEST(is_explained(*next));
            if (!*next) {  // the first is replaced, perhaps
                const verdict answer = keys.verify(first);
                BOOST_TEST((answer || why_denied(answer) == reason::revoked));
                return;
            }
            BOOST_TEST(why_denied(keys.verify(first)) == reason::revoked);
            const verdict answer = keys.verify(text_of(**next));
            BOOST_TEST(is_explained(*suspended));
            BOOST_TEST((*suspended ? why_denied(answer) == reason::suspended
                                   : answer || why_denied(answer) == reason::suspended));
        });
    BOOST_TEST(failures > 20);
}

BOOST_FIXTURE_TEST_CASE(what_is_read_is_whole_or_said_to_be_missing, served) {
    const issued_key key = must(keys.issue(legacy_sync(), admin));
    for (int i = 0; i < 3; ++i) (void)must(keys.issue(legacy_sync(), admin));
    BOOST_REQUIRE(keys.verify(text_of(key)));
    const int failures = with_each_call_failing(
        [&] {
            const auto found = keys.find(key.credential);
            BOOST_TEST(is_explained(found));
            if (found) BOOST_TEST(found->keys.size() == 1U);
            const auto all = keys.list();
            BOOST_TEST(is_explained(all));
            if (all) BOOST_TEST(all->items.size() == 4U);
            const auto events = keys.audit();
            BOOST_TEST(is_explained(events));
            if (events) BOOST_TEST(events->items.size() == 4U);
            BOOST_TEST(is_explained(keys.flush_usage()));
            const verdict answer = keys.verify(text_of(key));
            BOOST_TEST((answer || why_denied(answer) == reason::store_unavailable));
        },
        [&] { BOOST_TEST(bool{keys.verify(text_of(key))}); });
    BOOST_TEST(failures > 20);
}

BOOST_FIXTURE_TEST_CASE(a_verifier_opens_and_follows_or_says_why_not, served) {
    const issued_key key = must(keys.issue(legacy_sync(), admin));
    const int failures = with_each_call_failing(
        [&] {
            auto fast = verifier<shown_once, postgres_store>::open(store, ring);
            BOOST_TEST(is_explained(fast));
            if (fast) BOOST_TEST((fast->verify(text_of(key)) || fast->count_of(reason::stale) == 1U));
        },
        [&] {
            auto fast = must(verifier<shown_once, postgres_store>::open(store, ring));
            BOOST_TEST(bool{fast.verify(text_of(key))});
        });
    BOOST_TEST(failures > 10);

    auto fast = must(verifier<shown_once, postgres_store>::open(store, ring));
    std::optional<issued_key> gone;
    const int not_followed = with_each_call_failing(
        [&] {
            uncounted([&] {
                gone.emplace(must(keys.issue(legacy_sync(), admin)));
                must(fast.poll());
                BOOST_REQUIRE(fast.verify(text_of(*gone)));
                must(keys.revoke(gone->credential, admin));
            });
            const auto polled = fast.poll();
            BOOST_TEST(is_explained(polled));
            if (polled) BOOST_TEST(!fast.verify(text_of(*gone)));  // if not, within its bound
        },
        [&] {
            must(fast.poll());
            BOOST_TEST(why_denied(fast.verify(text_of(*gone))) == reason::revoked);
            BOOST_TEST(bool{fast.verify(text_of(key))});
        });
    BOOST_TEST(not_followed > 3);
}

BOOST_AUTO_TEST_SUITE_END()
