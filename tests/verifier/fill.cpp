// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A verifier that several threads fill answers as one that is filled by one thread.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../support/edited_sqlite.hpp"
#include "../support/many_rows.hpp"

using namespace shearline;
using namespace support;

namespace {

using filled_verifier = verifier<shown_once, sqlite_store>;

/// Of each text, the reason of its denial, or the tenant of its grant.
std::vector<std::string> answers_of(filled_verifier& keys, const std::vector<std::string>& texts) {
    std::vector<std::string> all;
    auto reader = keys.new_reader();
    for (const std::string& text : texts) {
        const verdict answer = reader.verify(text, noon, "contacts:read");
        all.emplace_back(answer ? answer.grant().tenant() : to_string(answer.denial().reason()));
    }
    return all;
}

/// Notes how many sinks each scan in parts is given.
class noting_store : public memory_store {
public:
    template <typename Sink>
    [[nodiscard]] result<feed_head> scan_parts(std::string_view format, std::span<Sink> sinks) const {
        asked.push_back(sinks.size());
        return scan(format, sinks.front());
    }
    mutable std::vector<std::size_t> asked;
};

}  // namespace

template <>
struct support::opened_store<noting_store> {
    explicit opened_store(const std::string&) {}
    noting_store store;
};

BOOST_AUTO_TEST_SUITE(a_verifier_filled_by_several_threads)

BOOST_AUTO_TEST_CASE(asks_for_as_many_parts_as_it_was_told_and_for_none_by_itself) {
    world<noting_store> w;
    (void)w.open<shown_once>();  // gives the store its identity
    const noting_store& store = w.opened.store;
    const auto open = [&w](const verifier_options& options) {
        (void)must(verifier<shown_once, noting_store>::open(w.opened.store, w.ring, options));
    };
    for (const verifier_options& one : {verifier_options{}, {.fill_threads = 1}, {.fill_threads = 0}}) open(one);
    BOOST_TEST(store.asked.empty());
    for (const std::size_t threads : {2U, 64U, 1'000'000U}) open({.fill_threads = threads});
    BOOST_TEST(store.asked == (std::vector<std::size_t>{2, 64, 64}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(gives_the_same_answers) {
    world<sqlite_store> w;
    auto keys = w.open<shown_once>();
    std::vector<std::string> texts{"no key"};
    std::vector<issued_key> issued;
    for (int i = 0; i < 40; ++i) {
        new_credential asked = legacy_sync();
        asked.tenant = "tenant " + std::to_string(i % 3);
        if (i % 7 == 0) asked.scopes = {"contacts:write"};
        issued.push_back(must(keys.issue(asked, w.admin)));
        texts.emplace_back(text_of(issued.back()));
    }
    must(keys.revoke(issued[0].credential, w.admin));
    must(keys.revoke(issued[39].credential, w.admin));
    must(keys.suspend(issued[20].credential, w.admin));
    texts.emplace_back(text_of(must(keys.rotate(issued[30].credential, w.admin))));
    run_sql(w.opened, "UPDATE credential SET scopes = '*:*' WHERE id = '" + issued[38].credential.to_string() + "'");

    auto by_one = must(filled_verifier::open(w.opened.store, w.ring));
    const auto expected = answers_of(by_one, texts);
    for (const char* one : {"tenant 0", "unproved", "suspended", "missing_scope", "unknown_handle"})
        BOOST_TEST(std::count(expected.begin(), expected.end(), one) > 0, one);
    for (const std::size_t threads : {2U, 3U, 4U, 1'000'000U, 0U}) {
        auto keys_of = must(filled_verifier::open(w.opened.store, w.ring, {.fill_threads = threads}));
        BOOST_TEST(answers_of(keys_of, texts) == expected, boost::test_tools::per_element());
        BOOST_TEST(keys_of.size().keys == by_one.size().keys);
        BOOST_TEST(keys_of.size().profiles == by_one.size().profiles);
    }
}

BOOST_AUTO_TEST_CASE(tells_its_progress_forward_and_to_the_end) {
    constexpr std::uint32_t many = 140'000;
    world<sqlite_store> w;
    auto keys = w.open<shown_once>();
    const issued_key good = must(keys.issue(legacy_sync(), w.admin));
    add_credentials(w.opened.path, many);
    add_a_key_to_each(w.opened.path);
    for (const std::size_t threads : {1U, 2U, 4U}) {
        std::vector<std::uint64_t> told;
        std::atomic<int> at_once{0};
        const auto note = [&](std::uint64_t done, std::uint64_t of) {
            if (at_once.fetch_add(1) != 0) std::abort();
            BOOST_TEST(of == many + 1U);
            told.push_back(done);
            at_once.fetch_sub(1);
        };
        auto filled = must(filled_verifier::open(w.opened.store, w.ring, {.fill_threads = threads}, note));
        BOOST_TEST(told == (std::vector<std::uint64_t>{65'536, 131'072, many + 1U}), boost::test_tools::per_element());
        BOOST_TEST(filled.size().keys == many + 1U);
        BOOST_TEST(bool{filled.new_reader().verify(text_of(good), noon)});
    }
}

BOOST_AUTO_TEST_SUITE_END()
