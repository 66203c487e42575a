// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A verifier gives the same answers as the authority, from memory, and sees the authority's changes at once.
#include <boost/mp11.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "../support/in_child.hpp"
#include "../support/world.hpp"
#include "both_ways.hpp"

using namespace shearline;
using namespace support;

namespace {

using stores = boost::mp11::mp_list<memory_store, sqlite_store>;
using without_memo = policies<instance_format, no_memo>;

template <typename Policies, typename World>
auto open_verifier(World& w) {
    return must(verifier<Policies, decltype(w.opened.store)>::open(w.opened.store, w.ring));
}

template <typename Reader>
void check_that_no_other_character_opens(Reader& reader, const std::string& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const reason why = why_denied(reader.verify(with_another_letter(text, i), noon));
        BOOST_TEST((why == reason::malformed || why == reason::wrong_checksum), "character " << i << ": " << why);
        const std::string repaired = with_right_checksum(with_another_letter(text, i));
        if (repaired == text) continue;
        const reason deeper = why_denied(reader.verify(repaired, noon));
        const bool expected = deeper == reason::malformed || deeper == reason::unknown_handle ||
                              deeper == reason::wrong_secret || deeper == reason::wrong_checksum;
        BOOST_TEST(expected, "character " << i << ", repaired: " << deeper);
        std::vector<std::string> any(256, text);
        for (std::size_t byte = 0; byte < any.size(); ++byte) any[byte][i] = static_cast<char>(byte);
        const auto answers = reader.verify_all({any.begin(), any.end()}, noon);
        for (std::size_t byte = 0; byte < any.size(); ++byte) BOOST_REQUIRE(bool{answers[byte]} == (any[byte] == text));
    }
    const std::string no_handle = text.substr(0, instance_format::handle_part.offset) +
                                  std::string(instance_format::handle_part.chars, '0') +
                                  text.substr(instance_format::secret_part.offset);
    BOOST_TEST(why_denied(reader.verify(no_handle, noon)) == reason::malformed);
    BOOST_TEST(why_denied(reader.verify(with_right_checksum(no_handle), noon)) == reason::malformed);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(the_verifier)

BOOST_AUTO_TEST_CASE_TEMPLATE(knows_what_was_done_before_it_was_opened, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const auto issued = [&] { return must(keys.issue(legacy_sync(), w.admin)); };
    const issued_key good = issued();
    const issued_key suspended = issued();
    const issued_key resumed = issued();
    const issued_key rotated = issued();
    const issued_key revoked = issued();
    new_credential later = legacy_sync();
    later.not_before = noon + 1h;
    const issued_key waiting = must(keys.issue(later, w.admin));
    must(keys.suspend(suspended.credential, w.admin));
    must(keys.suspend(resumed.credential, w.admin));
    must(keys.resume(resumed.credential, w.admin));
    (void)must(keys.rotate(rotated.credential, w.admin));
    must(keys.revoke(revoked.credential, w.admin));

    auto fast = open_verifier<shown_once>(w);
    both_ways reader{fast};
    BOOST_TEST(static_cast<bool>(reader.verify(text_of(good), noon)));
    BOOST_TEST(static_cast<bool>(reader.verify(text_of(resumed), noon)));
    BOOST_TEST(why_denied(reader.verify(text_of(suspended), noon)) == reason::suspended);
    BOOST_TEST(why_denied(reader.verify(text_of(waiting), noon)) == reason::not_yet_valid);
    for (const issued_key* dead : {&rotated, &revoked}) BOOST_TEST(!reader.verify(text_of(*dead), noon));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(grants_what_the_authority_grants, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    auto fast = open_verifier<shown_once>(w);
    both_ways reader{fast};
    for (int i = 0; i < 3; ++i) {  // by its digest, and then by its memo
        const verdict answer = reader.verify(text_of(key), noon, "contacts:write");
        BOOST_REQUIRE(answer);
        BOOST_TEST(answer.grant().credential() == key.credential);
        BOOST_TEST(answer.grant().tenant() == "acme");
        BOOST_TEST(answer.grant().scopes() == (std::vector<std::string>{"contacts:read", "contacts:write"}));
        BOOST_TEST(answer.grant().handle().value == key.handle.value);
        BOOST_TEST(!answer.grant().retiring_until().has_value());
        BOOST_TEST(!answer.grant().rehash_due());
        BOOST_TEST(bool{reader.verify(text_of(key), noon)});
        BOOST_TEST(why_denied(reader.verify(text_of(key), noon, "contacts:delete")) == reason::missing_scope);
        BOOST_TEST(why_denied(reader.verify(text_of(key), noon, "no scope")) == reason::missing_scope);
    }
    BOOST_TEST(fast.count_of(reason::revoked) == 0U);
    BOOST_TEST(fast.size().keys == 1U);
    BOOST_TEST(fast.probes_per_hit() == 1.0);
    auto counted = open_verifier<shown_once>(w);
    auto alone = counted.new_reader();
    for (int i = 0; i < 6; ++i) {
        BOOST_TEST(bool{alone.verify(text_of(key), noon)});
        BOOST_TEST(!alone.verify(text_of(key), noon, "contacts:delete"));
    }
    BOOST_TEST(counted.count_of(std::nullopt) == 6U);
    BOOST_TEST(counted.count_of(reason::missing_scope) == 6U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(covers_scopes_as_the_authority_does, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    auto fast = open_verifier<shown_once>(w);
    both_ways reader{fast};
    const std::vector<std::vector<std::string>> held{
        {"*:*"}, {"contacts:*"}, {"*:read"}, {}, {"a:b", "contacts:read"}, {"contacts:read", "a:b"}, {"ab:cdefghijk"}};
    for (const auto& scopes : held) {
        new_credential asked = legacy_sync();
        asked.scopes = scopes;
        const issued_key key = must(keys.issue(asked, w.admin));
        for (const std::string required :
             {"", "contacts:read", "contacts:write", "deals:read", "a:b", "a:c", "*:*", "contacts:*", "nonsense",
              "contacts:riad", "ab:cdefghijk", "ab:cdefgdefghijk" /* begins and ends as the one before */,
              "a-long-resource-name.of-many.parts:read", "a-long-resource-name.of-many.parts:write"})
            BOOST_TEST(bool{reader.verify(text_of(key), noon, required)} == bool{keys.verify(text_of(key), required)},
                       required);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(denies_a_key_in_which_any_one_character_is_another_cold_and_warm, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    const std::string text{text_of(key)};
    auto fast = open_verifier<shown_once>(w);
    both_ways reader{fast};
    check_that_no_other_character_opens(reader, text);
    BOOST_TEST(bool{reader.verify(text, noon)});  // now its memo is there
    check_that_no_other_character_opens(reader, text);
    std::string altered = text;
    altered.back() = altered.back() == '0' ? '1' : '0';
    BOOST_TEST(why_denied(reader.verify(altered, noon)) == reason::wrong_checksum);
    BOOST_TEST(bool{reader.verify(text, noon)});

    auto careful = open_verifier<without_memo>(w);
    both_ways other{careful};
    check_that_no_other_character_opens(other, text);
    BOOST_TEST(bool{other.verify(text, noon)});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(denies_junk_of_any_length_and_keys_of_other_formats, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const std::string text{text_of(must(keys.issue(legacy_sync(), w.admin)))};
    auto fast = open_verifier<shown_once>(w);
    both_ways reader{fast};
    for (const std::size_t size : {0U, 1U, 9U, 57U, 58U, 59U, 4'096U, 1'000'000U})
        BOOST_TEST(why_denied(reader.verify(std::string(size, 'x'), noon)) == reason::malformed);
    BOOST_TEST(why_denied(reader.verify({}, noon)) == reason::malformed);
    for (std::size_t size = 0; size < text.size(); ++size)
        BOOST_TEST(why_denied(reader.verify(text.substr(0, size), noon)) == reason::malformed);
    BOOST_TEST(why_denied(reader.verify(text + "0", noon)) == reason::malformed);
    const auto other = must(generate<test_key_format<"instance">>());
    BOOST_TEST(why_denied(reader.verify(other.text.reveal(unsafe_reveal), noon)) == reason::malformed);
    const auto stranger = must(generate<instance_format>());
    BOOST_TEST(why_denied(reader.verify(stranger.text.reveal(unsafe_reveal), noon)) == reason::unknown_handle);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(knows_each_change_in_the_next_verification, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    auto fast = open_verifier<shown_once>(w);
    both_ways reader{fast};
    const issued_key first = must(keys.issue(legacy_sync(), w.admin));
    BOOST_TEST(bool{reader.verify(text_of(first), noon)});
    must(keys.suspend(first.credential, w.admin));
    BOOST_TEST(why_denied(reader.verify(text_of(first), noon)) == reason::suspended);
    must(keys.resume(first.credential, w.admin));
    BOOST_TEST(bool{reader.verify(text_of(first), noon)});
    const issued_key second = must(keys.rotate(first.credential, w.admin));
    BOOST_TEST(why_denied(reader.verify(text_of(first), noon)) == reason::revoked);
    BOOST_TEST(bool{reader.verify(text_of(second), noon)});
    must(keys.revoke(second.handle, w.admin));
    BOOST_TEST(why_denied(reader.verify(text_of(second), noon)) == reason::revoked);
    const issued_key third = must(keys.rotate(first.credential, w.admin));
    BOOST_TEST(bool{reader.verify(text_of(third), noon)});
    must(keys.revoke(first.credential, w.admin));
    BOOST_TEST(why_denied(reader.verify(text_of(third), noon)) == reason::revoked);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(ends_a_grace_and_a_validity_when_they_end, Store, stores) {
    world<Store> w;
    auto keys = w.template open<graceful>();
    auto fast = open_verifier<graceful>(w);
    both_ways reader{fast};
    const issued_key old = must(keys.issue(legacy_sync(), w.admin));
    must(keys.rotate(old.credential, w.admin));
    const verdict retiring = reader.verify(text_of(old), noon);
    BOOST_REQUIRE(retiring);
    BOOST_TEST(retiring.grant().retiring_until() == noon + 24h);
    BOOST_TEST(bool{reader.verify(text_of(old), noon + 24h - 1ms)});
    BOOST_TEST(why_denied(reader.verify(text_of(old), noon + 24h)) == reason::grace_over);
    // No key becomes valid again when time goes back.
    BOOST_TEST(why_denied(reader.verify(text_of(old), noon)) == reason::grace_over);
    both_ways another{fast};
    BOOST_TEST(why_denied(another.verify(text_of(old), noon - 100h)) == reason::grace_over);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(keeps_to_the_first_and_the_last_moment_of_a_credential, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    new_credential asked = legacy_sync();
    asked.not_before = noon + 1500ms;
    asked.expires_at = noon + 10s + 500ms;
    const issued_key key = must(keys.issue(asked, w.admin));
    auto fast = open_verifier<shown_once>(w);
    both_ways reader{fast};
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::not_yet_valid);
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon + 1499ms)) == reason::not_yet_valid);
    BOOST_TEST(bool{reader.verify(text_of(key), noon + 2s)});
    BOOST_TEST(bool{reader.verify(text_of(key), noon + 9999ms)});
    // Up to a second early, and never late.
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon + 10s + 500ms)) == reason::expired);
    BOOST_TEST(why_denied(reader.verify(text_of(key), timestamp::max())) == reason::expired);
    BOOST_TEST(why_denied(reader.verify(text_of(key), timestamp::min())) == reason::expired);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(answers_many_as_it_answers_one, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    std::vector<std::string> texts;
    for (int i = 0; i < 40; ++i) {
        const issued_key key = must(keys.issue(legacy_sync(), w.admin));
        const std::string text{text_of(key)};
        texts.push_back(text);
        texts.push_back(with_another_letter(text, text.size() - 1));
        texts.push_back(with_right_checksum(with_another_letter(text, 30)));
        texts.push_back(text.substr(0, static_cast<std::size_t>(i)));
        if (i % 3 == 0) must(keys.suspend(key.credential, w.admin));
    }
    auto fast = open_verifier<shown_once>(w);
    auto reader = fast.new_reader();
    const std::vector<std::string_view> views{texts.begin(), texts.end()};
    for (int round = 0; round < 2; ++round) {
        std::vector<verdict> answers(views.size());
        reader.verify_many(views, noon, "contacts:read", answers);
        for (std::size_t i = 0; i < views.size(); ++i) {
            const verdict one = reader.verify(views[i], noon, "contacts:read");
            BOOST_REQUIRE(bool{answers[i]} == bool{one});
            if (one)
                BOOST_TEST(answers[i].grant().handle().value == one.grant().handle().value);
            else
                BOOST_TEST(why_denied(answers[i]) == why_denied(one));
        }
    }
    BOOST_TEST(reader.verify_many({}, noon, any_scope, {}) == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(answers_as_many_as_there_are_answers_and_leaves_the_others_alone, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    auto fast = open_verifier<shown_once>(w);
    auto reader = fast.new_reader();
    const std::vector<std::string_view> texts(130, text_of(key));
    for (const std::size_t room : {0U, 1U, 63U, 64U, 65U, 128U, 129U}) {
        std::vector<verdict> answers(140);
        BOOST_TEST(reader.verify_many(texts, noon, "contacts:read", std::span{answers}.first(room)) == room);
        for (std::size_t i = 0; i < answers.size(); ++i) BOOST_REQUIRE(bool{answers[i]} == (i < room));
        BOOST_TEST(reader.verify_many(std::span{texts}.first(room), noon, "contacts:write", answers) == room);
        BOOST_TEST(!answers.back());
        const verdict before = reader.verify(text_of(key), noon);
        answers.assign(answers.size(), before);
        BOOST_TEST(reader.verify_many(std::span{texts}.first(room), noon, "deals:write", answers) == room);
        for (std::size_t i = 0; i < answers.size(); ++i) BOOST_REQUIRE(bool{answers[i]} == (i >= room));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(denies_an_empty_scope_to_every_key, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    auto fast = open_verifier<shown_once>(w);
    auto reader = fast.new_reader();
    for (const std::vector<std::string>& held : {std::vector<std::string>{}, {"contacts:read"}, {"*:*"}}) {
        new_credential asked = legacy_sync();
        asked.scopes = held;
        const issued_key key = must(keys.issue(asked, w.admin));
        BOOST_TEST(bool{reader.verify(text_of(key), noon)});
        BOOST_TEST(bool{reader.verify(text_of(key), noon, any_scope)});
        const std::vector<std::string_view> texts(3, text_of(key));
        for (const std::string_view empty :
             {std::string_view{}, std::string_view{""}, std::string_view{"x"}.substr(1)}) {
            BOOST_TEST(why_denied(reader.verify(text_of(key), noon, empty)) == reason::missing_scope);
            std::vector<verdict> answers(3);
            reader.verify_many(texts, noon, empty, answers);
            for (const verdict& answer : answers) BOOST_TEST(why_denied(answer) == reason::missing_scope);
        }
        std::vector<verdict> answers(3);
        reader.verify_many(texts, noon, any_scope, answers);
        for (const verdict& answer : answers) BOOST_TEST(bool{answer});
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(denies_a_key_whose_stored_digest_names_another_hash, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    auto running = open_verifier<shown_once>(w);
    auto reader = running.new_reader();
    for (int i = 0; i < 2; ++i) BOOST_TEST(bool{reader.verify(text_of(key), noon)});  // its memo is warm
    rename_hash(w.opened.store, w.ring, key);
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::wrong_hash);
    auto fresh = open_verifier<shown_once>(w);  // which reads it in a scan
    BOOST_TEST(why_denied(fresh.new_reader().verify(text_of(key), noon)) == reason::wrong_hash);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(is_not_opened_with_another_hash, Store, stores) {
    world<Store> w;
    (void)w.template open<shown_once>();
    BOOST_TEST(code_of(verifier<renamed, Store>::open(w.opened.store, w.ring)) == errc::wrong_hash);
    world<Store> other;
    auto keys = other.template open<renamed>();
    const issued_key key = must(keys.issue(legacy_sync(), other.admin));
    auto fast = open_verifier<renamed>(other);
    BOOST_TEST(bool{fast.new_reader().verify(text_of(key), noon)});
    BOOST_TEST(code_of(verifier<shown_once, Store>::open(other.opened.store, other.ring)) == errc::wrong_hash);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(remembers_nothing_of_a_text_that_is_no_key, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    auto fast = open_verifier<shown_once>(w);
    auto reader = fast.new_reader();
    const std::string forged = with_right_checksum(with_another_letter(std::string{text_of(key)}, 30));
    for (int i = 0; i < 3; ++i) {  // before the good one is remembered, and after
        for (int again = 0; again < 3; ++again)
            BOOST_TEST(why_denied(reader.verify(forged, noon)) == reason::wrong_secret);
        BOOST_TEST(bool{reader.verify(text_of(key), noon)});
    }
}

BOOST_AUTO_TEST_CASE(hashes_a_text_once_whether_it_is_asked_for_alone_or_among_others) {
    static int hashed;
    struct counting_hash : hmac_sha256 {
        static digest_bytes mac(const key_state& key, std::span<const std::byte> message) noexcept {
            ++hashed;
            return hmac_sha256::mac(key, message);
        }
    };
    using counted = policies<instance_format, counting_hash>;
    world<memory_store> w;
    auto keys = w.open<counted>();
    const issued_key one = must(keys.issue(legacy_sync(), w.admin));
    const issued_key other = must(keys.issue(legacy_sync(), w.admin));
    auto fast = open_verifier<counted>(w);
    auto reader = fast.new_reader();
    const auto ask = [&](const issued_key& key) { BOOST_TEST(bool{reader.verify(text_of(key), noon)}); };
    const auto ask_among_others = [&](const issued_key& key) {
        const std::string_view texts[] = {text_of(key), "no key", text_of(key)};
        verdict answers[3];
        reader.verify_many(texts, noon, any_scope, answers);
        BOOST_TEST((answers[0] && answers[2]));
    };
    hashed = 0;
    ask(one);
    ask_among_others(other);
    BOOST_TEST(hashed == 2);
    ask_among_others(one);
    ask(other);
    BOOST_TEST(hashed == 2);  // each way remembers what the other one has checked
}

BOOST_AUTO_TEST_CASE_TEMPLATE(forgets_what_it_remembered_with_a_new_keyring, Store, stores) {
    world<Store> w;
    issued_key key;
    {
        auto keys = w.template open<shown_once>();
        key = must(keys.issue(legacy_sync(), w.admin));
    }
    auto fast = open_verifier<shown_once>(w);
    both_ways reader{fast};
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
    const keyring second = must(w.ring.with_new_pepper());
    must(fast.use(second));
    const verdict outdated = reader.verify(text_of(key), noon);
    BOOST_REQUIRE(outdated);
    BOOST_TEST(outdated.grant().rehash_due());
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});  // its memo is warm again
    const keyring third = must(second.without_pepper(1));
    must(fast.use(third));
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::pepper_dropped);
    BOOST_TEST(code_of(fast.use(second)) == errc::wrong_keyring);  // an older copy: what was dropped stays dropped
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::pepper_dropped);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(is_not_opened_with_another_keyring, Store, stores) {
    world<Store> w;
    (void)w.template open<shown_once>();
    const keyring other = must(keyring::create(w.folder.file("other")));
    BOOST_TEST(code_of(verifier<shown_once, Store>::open(w.opened.store, other)) == errc::wrong_keyring);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(tells_the_store_of_every_use, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    auto fast = open_verifier<shown_once>(w);
    std::vector<issued_key> all;
    for (int i = 0; i < 300; ++i) all.push_back(must(keys.issue(legacy_sync(), w.admin)));
    {
        auto one = fast.new_reader();
        auto other = fast.new_reader();
        for (std::size_t i = 0; i < all.size(); ++i) {
            for (std::size_t use = 0; use <= i % 5; ++use) BOOST_REQUIRE(one.verify(text_of(all[i]), noon + 3s));
            const std::string_view text[] = {text_of(all[i])};
            verdict answer[1];
            other.verify_many(text, noon + 7s + 900ms, any_scope, answer);
            BOOST_REQUIRE(answer[0]);
            BOOST_REQUIRE(!other.verify(text_of(all[i]), noon + 8s, "deals:write"));
        }
    }
    BOOST_TEST(must(fast.flush_usage()) == all.size());
    BOOST_TEST(must(fast.flush_usage()) == 0U);
    auto again = fast.new_reader();
    BOOST_REQUIRE(again.verify(text_of(all[0]), noon + 9s));
    BOOST_TEST(must(fast.flush_usage()) == 1U);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const record stored = must(keys.find(all[i].handle)).keys.at(0);
        BOOST_TEST(stored.uses == i % 5 + 2 + (i == 0 ? 1U : 0U));
        BOOST_TEST(stored.last_used_at == noon + (i == 0 ? 9s : 8s));
    }
}

BOOST_AUTO_TEST_CASE(grants_nothing_in_a_forked_child_that_has_not_opened_its_own) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    auto fast = open_verifier<shown_once>(w);
    auto reader = fast.new_reader();
    BOOST_REQUIRE(reader.verify(text_of(key), noon));
    const int status = support::in_child([&] {
        const verdict inherited = reader.verify(text_of(key), noon);
        bool good = !inherited && inherited.denial().reason() == reason::stale && inherited.denial().status() == 503;
        good = good && !fast.poll() && !fast.flush_usage();
        auto own = verifier<shown_once, memory_store>::open(w.opened.store, w.ring);
        good = good && own && own->new_reader().verify(text_of(key), noon);
        return good ? 0 : 1;
    });
    BOOST_TEST(status == 0);
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
}

BOOST_AUTO_TEST_SUITE_END()
