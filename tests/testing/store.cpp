// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The library's stores under the harness; and the harness itself: the faults it finds, and how short it makes their
// sequences.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <shearline/store/memory_store.hpp>
#include <shearline/store/sqlite_store.hpp>
#include <shearline/testing/boost_test.hpp>
#include <shearline/testing/store_conformance.hpp>

#include "../support/sanitized.hpp"

namespace {

using namespace shearline;
using namespace shearline::testing;

struct memory_place {
    using store_type = memory_store;
    memory_store& store() { return *of; }
    std::unique_ptr<memory_store> of = std::make_unique<memory_store>();
};

struct sqlite_place {
    using store_type = sqlite_store;
    sqlite_place() { reopen(); }
    sqlite_store& store() { return *of; }
    void reopen() {
        of.reset();
        of = another();
    }
    [[nodiscard]] std::unique_ptr<sqlite_store> another() const { return open(address()); }
    [[nodiscard]] std::string address() const { return folder->file("keys.db"); }
    [[nodiscard]] static std::unique_ptr<sqlite_store> open(const std::string& address) {
        auto opened = sqlite_store::open(address);
        BOOST_REQUIRE(opened);
        return std::make_unique<sqlite_store>(*std::move(opened));
    }
    std::unique_ptr<temporary_folder> folder = std::make_unique<temporary_folder>();
    std::unique_ptr<sqlite_store> of{};
};

/// Scans in parts: one after the other, and wrongly if a fault is chosen.
class parted_store : public memory_store {
public:
    enum class fault : std::uint8_t {
        none,
        loses_the_last,
        gives_one_twice,
        backwards,
        begins_each,
        counts_less,
        old_head,
        no_keys
    };
    static inline fault planted = fault::none;

    template <typename Sink>
    [[nodiscard]] result<feed_head> scan_parts(std::string_view format, std::span<Sink> sinks) const {
        struct divider {
            result<void> begin(std::uint64_t credentials, std::uint64_t keys) {
                all = credentials;
                for (Sink& each : planted == fault::begins_each ? sinks : sinks.first(1))
                    if (auto begun = each.begin(credentials - (planted == fault::counts_less ? 1 : 0), keys); !begun)
                        return begun;
                return {};
            }
            result<void> take(const scanned_credential& one, std::span<const scanned_key> keys) {
                std::size_t part = all == 0 ? 0 : static_cast<std::size_t>(given * sinks.size() / all);
                if (planted == fault::backwards) part = sinks.size() - 1 - part;
                if (++given == all && planted == fault::loses_the_last) return {};
                if (planted == fault::no_keys) keys = {};
                if (planted == fault::gives_one_twice && given == 1) (void)sinks[part].take(one, keys);
                return sinks[part].take(one, keys);
            }
            std::span<Sink> sinks;
            std::uint64_t all = 0;
            std::uint64_t given = 0;
        } to{sinks};
        auto head = scan(format, to);
        if (head && planted == fault::old_head) --head->sequence;
        return head;
    }
};

struct parted_place {
    using store_type = parted_store;
    parted_store& store() { return *of; }
    std::unique_ptr<parted_store> of = std::make_unique<parted_store>();
};

}  // namespace

BOOST_AUTO_TEST_SUITE(stores)

BOOST_AUTO_TEST_CASE(in_memory_keep_the_contract) {
    const report seen = store_conformance([] { return memory_place{}; }, {.sequences = support::sanitized ? 3 : 25});
    hold(seen);
    BOOST_TEST(seen.controls() > 140U);
}

BOOST_AUTO_TEST_CASE(in_sqlite_keep_the_contract) {
    hold(store_conformance([] { return sqlite_place{}; }, {.sequences = support::sanitized ? 3 : 10}));
}

BOOST_AUTO_TEST_CASE(that_are_scanned_in_parts_give_the_same_as_in_one) {
    using fault = parted_store::fault;
    for (const fault planted : {fault::none, fault::loses_the_last, fault::gives_one_twice, fault::backwards,
                                fault::begins_each, fault::counts_less, fault::old_head, fault::no_keys}) {
        parted_store::planted = planted;
        const bool found = testing::detail::is_found_out([] { return parted_place{}; }, {.sequences = 3});
        BOOST_TEST(found == (planted != fault::none), static_cast<int>(planted));
    }
    parted_store::planted = fault::none;
}

BOOST_AUTO_TEST_CASE(get_the_steps_that_bytes_stand_for) {
    BOOST_TEST(to_string(steps_of(std::string_view{"\0\7\4\1\3", 5})) == "issue(7), revoke(1)");
    BOOST_TEST(steps_of("").empty());
}

BOOST_AUTO_TEST_SUITE_END()
