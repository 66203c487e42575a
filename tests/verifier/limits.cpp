// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Input that the library's stores never give to a mirror, but other stores may: numbers that it cannot store, scans
// that break their contract, and changes to the fixed fields of a credential.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shearline/store/memory_store.hpp>
#include <shearline/verifier/mirror.hpp>

#include "../support/in_child.hpp"
#include "../support/world.hpp"
#include "both_ways.hpp"

using namespace shearline;
using namespace shearline::detail;
using namespace support;

namespace {

const auto no_progress = [](std::uint64_t, std::uint64_t) {};
/// The rows of these tests are what they say.
struct every_row {
    [[nodiscard]] static bool is_proved(const scanned_credential& /*owner*/, std::span<const scanned_key> /*keys*/) {
        return true;
    }
};
using fill_type = mirror_fill<every_row, const decltype(no_progress)>;
constexpr every_row rows;

fill_type fill_into(profile_table& profiles) {
    return {profiles, instance_format::name, hash_name{"hmac-sha256"}, rows, no_progress, 1};
}

/// A feed that reports what the test asks for, one credential after the other.
class scripted_feed {
public:
    template <typename Sink>
    result<feed_head> scan(std::string_view, Sink& sink) const {
        if (auto begun = sink.begin(0, 0); !begun) return std::move(begun).error();
        return feed_head{};
    }
    static result<std::optional<store_identity>> identity() { return std::optional<store_identity>{}; }
    result<std::optional<credential_view>> read_live(const credential_id& id) const {
        if (reads_fail) return error{errc::unavailable, "the disk failed"};
        for (const credential_view& one : m_now)
            if (one.about.id == id) return std::optional{one};
        return std::optional<credential_view>{};
    }
    result<std::vector<change>> changes_after(std::uint64_t sequence, std::size_t limit) const {
        std::vector<change> later(m_changes.begin() + static_cast<std::ptrdiff_t>(sequence), m_changes.end());
        if (later.size() > limit) later.resize(limit);
        return later;
    }
    result<void> record_usage(std::span<const usage>) { return {}; }
    [[nodiscard]] std::uint64_t change_count() const noexcept { return m_changes.size(); }
    [[nodiscard]] bool hears_changes() const noexcept { return true; }

    /// From now on a credential is read like this; a change in the feed names `version`.
    void becomes(const credential_view& view, std::uint64_t version) {
        std::erase_if(m_now, [&](const credential_view& one) { return one.about.id == view.about.id; });
        m_now.push_back(view);
        changed(view.about.id, version);
    }
    void becomes(const credential_view& view) { becomes(view, view.about.version); }
    bool reads_fail = false;
    void changed(const credential_id& id, std::uint64_t version) {
        m_changes.push_back({.sequence = m_changes.size() + 1, .credential = id, .version = version, .at = noon});
    }

private:
    std::vector<credential_view> m_now;
    std::vector<change> m_changes;
};
static_assert(key_feed<scripted_feed>);

using scripted_mirror = mirror<instance_format, scripted_feed, every_row, strict>;

std::unique_ptr<scripted_mirror> mirror_of(scripted_feed& feed) {
    return must(scripted_mirror::open(feed, {.lease = 10s}, hash_name{"hmac-sha256"}, rows, no_progress));
}

/// A credential with keys whose handles start at `first`.
credential_view view_of(std::uint8_t id, std::uint64_t first, std::size_t keys) {
    credential_view made;
    made.about.id = credential_id::from_random({id});
    made.about.tenant = "acme";
    made.about.scopes = {"a:b"};
    made.about.version = 1;
    for (std::uint64_t number = first; number < first + keys; ++number) {
        record key{};
        key.format = instance_format::name;
        key.handle = handle{number};
        key.digest.pepper = 1;
        made.keys.push_back(key);
    }
    return made;
}

scanned_key key_of(std::uint64_t number, std::uint32_t pepper = 1) {
    scanned_key made;
    made.format = instance_format::name;
    made.handle = handle{number};
    made.digest.pepper = pepper;
    return made;
}

scanned_credential credential_of(std::string_view scopes = "a:b") {
    scanned_credential made;
    made.tenant = "acme";
    made.scopes = scopes;
    return made;
}

/// A store whose scan announces so many keys, if any, and gives what `body` passes to its argument.
struct scripted_scan {
    using taker = std::function<result<void>(const scanned_credential& owner, std::span<const scanned_key> keys)>;

    template <typename Sink>
    result<feed_head> scan(std::string_view /*format*/, Sink& sink) const {
        result<void> done;
        if (announced) done = sink.begin(*announced, *announced);
        if (done) done = body([&sink](const auto& owner, const auto& keys) { return sink.take(owner, keys); });
        if (!done) return std::move(done).error();
        return feed_head{};
    }
    std::optional<std::uint64_t> announced;
    std::function<result<void>(const taker& take)> body;
};

/// Changes a stored credential as a later version of this library might.
template <typename Change>
void change_stored(world<memory_store>& w, const credential_id& id, Change change_it) {
    memory_store& store = w.opened.store;
    must(store.transact([&](memory_store::transaction& tx) -> result<void> {
        auto owner = tx.find(id);
        change_it(**owner);
        ++(**owner).version;
        auto done = tx.update(**owner);
        if (done)
            done = tx.append(
                change{.kind = change_kind::suspended, .credential = id, .version = (**owner).version, .at = noon});
        return done;
    }));
    prove_again(store, w.ring, id);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_mirror)

BOOST_AUTO_TEST_CASE(refuses_a_scan_that_does_not_keep_to_its_own_numbers) {
    profile_table profiles;
    fill_type fill = fill_into(profiles);
    const std::vector<scanned_key> two{key_of(1), key_of(2)};  // one more than it had promised
    const auto give = [&two](const auto& take) { return take(credential_of(), two); };
    BOOST_TEST(code_of(fill.read(scripted_scan{1, give})) == errc::corrupt);
    BOOST_TEST(fill.how_far() == " (the mirror had taken 0 of 1 keys)");
    fill_type other = fill_into(profiles);
    BOOST_TEST(code_of(other.read(scripted_scan{std::nullopt, give})) == errc::corrupt);
}

BOOST_AUTO_TEST_CASE(refuses_what_its_lines_cannot_hold) {
    profile_table profiles;
    fill_type fill = fill_into(profiles);
    const auto read = [&fill](const scanned_key& key) {
        return fill.read(scripted_scan{1, [&](const auto& take) { return take(credential_of(), {&key, 1}); }});
    };
    BOOST_TEST(code_of(read(key_of(1, line_status::max_pepper + 1))) == errc::invalid_argument);
    must(read(key_of(1, line_status::max_pepper)));
    BOOST_TEST(code_of(line_table::make(std::uint64_t{1} << 32U)) == errc::invalid_argument);
    stable_array<int, 2, 2> few;
    for (int i = 0; i < 4; ++i) must(few.append(i));
    BOOST_TEST(code_of(few.append(4)) == errc::unavailable);
    BOOST_TEST(few.size() == 4U);
    BOOST_TEST(few[3] == 3);
}

BOOST_AUTO_TEST_CASE(is_not_stopped_by_rows_that_are_not_proved) {
    struct no_row {
        [[nodiscard]] static bool is_proved(const scanned_credential& owner, std::span<const scanned_key>) {
            return owner.tenant == "acme";
        }
    };
    profile_table profiles;
    const no_row none;
    mirror_fill<no_row, const decltype(no_progress)> fill{profiles, instance_format::name, hash_name{"hmac-sha256"},
                                                          none,     no_progress,           1};
    constexpr std::uint64_t many = 1'000;
    must(fill.read(scripted_scan{many + 1, [](const auto& take) -> result<void> {
                                     for (std::uint64_t i = 0; i < many;
                                          ++i) {  // each would need a profile of its own, and a wider line
                                         const std::string tenant = "made up " + std::to_string(i);
                                         scanned_credential edited = credential_of();
                                         edited.tenant = tenant;
                                         const scanned_key key = key_of(i + 2, line_status::max_pepper + 1);
                                         if (auto done = take(edited, {&key, 1}); !done) return done;
                                     }
                                     const scanned_key good = key_of(1);
                                     return take(credential_of(), {&good, 1});
                                 }}));
    const auto table = fill.done();
    BOOST_TEST(profiles.size() == 2U);
    BOOST_TEST(!table->find(handle{1})->status().unproved);
    BOOST_TEST(table->find(handle{2})->status().unproved);
}

BOOST_AUTO_TEST_CASE(holds_no_line_for_what_was_dead_before_it_was_filled) {
    profile_table profiles;
    fill_type fill = fill_into(profiles);
    must(fill.read(scripted_scan{2, [](const auto& take) -> result<void> {
                                     scanned_key lost = key_of(1);
                                     lost.state =
                                         key_state::retiring;  // and does not say until when: its grace is over
                                     if (auto done = take(credential_of(), {&lost, 1}); !done) return done;
                                     scanned_credential revoked = credential_of();
                                     revoked.revoked_at = noon;
                                     const scanned_key dead = key_of(2);
                                     return take(revoked, {&dead, 1});
                                 }}));
    const auto table = fill.done();
    BOOST_TEST(table->find(handle{2}) == nullptr);
    BOOST_REQUIRE(table->find(handle{1}) != nullptr);
    BOOST_TEST(table->find(handle{1})->owner().ends == 0U);
}

BOOST_AUTO_TEST_CASE(is_not_true_where_its_feed_names_what_cannot_be_read) {
    scripted_feed feed;
    const auto mirrored = mirror_of(feed);
    BOOST_TEST(mirrored->is_true());
    feed.becomes(view_of(1, 1, 1));
    feed.reads_fail = true;
    BOOST_TEST(code_of(mirrored->poll()) == errc::unavailable);
    BOOST_TEST(!mirrored->is_true());
    feed.reads_fail = false;
    must(mirrored->poll());
    BOOST_TEST(mirrored->is_true());
    feed.changed(credential_id::from_random({9}), 1);
    BOOST_TEST(code_of(mirrored->poll()) == errc::unavailable);
    BOOST_TEST(!mirrored->is_true());
}

BOOST_AUTO_TEST_CASE(is_not_true_where_a_change_does_not_fit_into_a_line) {
    scripted_feed feed;
    const auto mirrored = mirror_of(feed);
    credential_view view = view_of(1, 1, 1);
    view.keys[0].digest.pepper = line_status::max_pepper + 1;
    feed.becomes(view);
    BOOST_TEST(code_of(mirrored->poll()) == errc::invalid_argument);
    BOOST_TEST(!mirrored->is_true());
}

BOOST_AUTO_TEST_CASE(grants_nothing_of_a_credential_that_goes_back_to_what_it_was) {
    scripted_feed feed;
    const auto mirrored = mirror_of(feed);
    credential_view view = view_of(1, 1, 1);
    view.about.version = 7;
    view.about.suspended = true;
    feed.becomes(view, 5);  // what was read is later than the change that told of it
    must(mirrored->poll());
    view.about.version = 6;
    view.about.suspended = false;
    feed.becomes(view);
    must(mirrored->poll());
    BOOST_TEST(mirrored->table().find(handle{1})->status().is_dead());  // no store shows that, unless it was edited
    view.about.version = 8;
    feed.becomes(view);
    must(mirrored->poll());
    BOOST_TEST(!mirrored->table().find(handle{1})->status().is_dead());
    BOOST_TEST(!mirrored->table().find(handle{1})->status().suspended);
}

BOOST_AUTO_TEST_CASE(names_the_credential_that_a_key_is_of_now) {
    scripted_feed feed;
    const auto mirrored = mirror_of(feed);
    const credential_view first = view_of(1, 1, 1);
    feed.becomes(first);
    must(mirrored->poll());
    const credential_view other = view_of(2, 1, 1);
    feed.becomes(other);
    must(mirrored->poll());
    const line* const known = mirrored->table().find(handle{1});
    BOOST_TEST(known->credential() == other.about.id);
}

BOOST_AUTO_TEST_CASE(rebuilds_a_great_table_by_and_by) {
    scripted_feed feed;
    const auto mirrored = mirror_of(feed);
    std::uint64_t known = 0;
    const auto grow_by = [&](std::size_t keys) {
        static std::uint8_t id = 0;
        feed.becomes(view_of(++id, known + 1, keys));
        known += keys;
        must(mirrored->poll());
    };
    const auto size = [&] { return mirrored->table().size(); };
    grow_by(60'000);  // a table, after some others, that a poll cannot rebuild at once
    while (size() <= 65'536) grow_by(20'000);
    const std::size_t before = size();
    grow_by(before * line_table::most_full / 100 - known + 2);  // full: another is begun, and not ended
    BOOST_TEST(size() == before);
    int polls = 0;
    for (; size() == before && polls < 10; ++polls) must(mirrored->poll());
    BOOST_TEST(polls > 0);
    BOOST_TEST(size() > before);
    bool all_there = true;
    for (std::uint64_t number = 1; number <= known; ++number)
        all_there = all_there && mirrored->table().find(handle{number}) != nullptr;
    BOOST_TEST(all_there);
}

BOOST_AUTO_TEST_CASE(answers_after_nearly_all_keys_died_and_many_more_were_issued_in_one_go) {
    // In a child with a time limit, in case a search never ends.
    const int status = support::in_child([] {
        support::set_limit(RLIMIT_CPU, 10);
        scripted_feed feed;
        const auto mirrored = mirror_of(feed);
        constexpr std::size_t burst = 3'000;
        std::uint64_t many = 60'000;
        credential_view great = view_of(1, 1, many);
        feed.becomes(great);
        for (int polls = 0; polls < 10; ++polls)  // until no table is rebuilt any more
            if (!mirrored->poll()) return 2;
        // Nearly enough to fill the table, so that it is rebuilt when hardly any key is alive.
        many = mirrored->table().size() / 100 * line_table::most_full - 100;
        great = view_of(1, 1, many);
        great.about.version = 2;
        feed.becomes(great);
        if (!mirrored->poll()) return 3;
        great.about.version = 3;
        great.about.revoked_at = noon;
        great.keys.clear();
        feed.becomes(great);
        if (!mirrored->poll()) return 4;
        for (std::size_t i = 0; i < burst; ++i) {
            credential_view one = view_of(0, many + 1 + i, 1);
            one.about.id =
                credential_id::from_random({2, static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8U)});
            feed.becomes(one);
        }
        if (!mirrored->poll()) return 5;
        for (std::uint64_t number = 1; number <= many + burst; ++number) {
            const line* const known = mirrored->table().find(handle{number});
            const bool alive = known != nullptr && !known->status().is_dead();
            if (alive != (number > many)) return 6;
        }
        return 0;
    });
    BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(knows_a_credential_by_what_it_has_become) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    auto fast = must(verifier<shown_once, memory_store>::open(w.opened.store, w.ring));
    both_ways reader{fast};
    BOOST_TEST(static_cast<bool>(reader.verify(text_of(key), noon, "contacts:read")));

    change_stored(w, key.credential, [](credential& owner) { owner.tenant = "umbrella"; });
    const verdict moved = reader.verify(text_of(key), noon);
    BOOST_REQUIRE(moved);
    BOOST_TEST(moved.grant().tenant() == "umbrella");

    change_stored(w, key.credential, [](credential& owner) { owner.not_before = noon + 1h; });
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::not_yet_valid);
    BOOST_TEST(static_cast<bool>(reader.verify(text_of(key), noon + 1h)));

    change_stored(w, key.credential, [](credential& owner) { owner.scopes = {"contacts:read", "*"}; });
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon + 1h, "contacts:write")) == reason::missing_scope);
    BOOST_TEST(static_cast<bool>(reader.verify(text_of(key), noon + 1h, "contacts:read")));
    const std::string longest(60, 'a');  // of the same length as another, and longer than what is compared at once
    change_stored(w, key.credential, [&](credential& owner) { owner.scopes = {longest + ":read"}; });
    BOOST_TEST(static_cast<bool>(reader.verify(text_of(key), noon + 1h, longest + ":read")));
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon + 1h, longest + ":make")) == reason::missing_scope);
    change_stored(w, key.credential, [](credential& owner) { owner.scopes.clear(); });
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon + 1h, "contacts:read")) == reason::missing_scope);
}

BOOST_AUTO_TEST_CASE(grants_nothing_to_a_key_that_was_not_activated_yet) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    must(w.opened.store.transact([&](memory_store::transaction& tx) -> result<void> {
        record first = (*tx.keys_of(key.credential)).at(0);
        first.state = key_state::pending;
        return tx.update(first);
    }));
    prove_again(w.opened.store, w.ring, key.credential);
    auto fast = must(verifier<shown_once, memory_store>::open(w.opened.store, w.ring));
    BOOST_TEST(why_denied(both_ways{fast}.verify(text_of(key), noon)) == reason::pending);
}

BOOST_AUTO_TEST_CASE(takes_no_notice_of_keys_of_other_formats) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    auto fast = must(verifier<shown_once, memory_store>::open(w.opened.store, w.ring));
    both_ways reader{fast};
    must(w.opened.store.transact([&](memory_store::transaction& tx) -> result<void> {
        record other = (*tx.keys_of(key.credential)).at(0);
        other.format = "another";
        other.handle = handle{77};
        return tx.insert(other);
    }));
    change_stored(w, key.credential, [](credential& owner) { owner.suspended = true; });
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::suspended);
    BOOST_TEST(fast.size().keys == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
