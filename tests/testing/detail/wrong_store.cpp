// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The planted faults: a short sequence of calls finds each, and the report says what was wrong and how to repeat it.
#include <shearline/testing/detail/wrong_store.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include <shearline/store/memory_store.hpp>
#include <shearline/testing/store_conformance.hpp>

#include "../../support/sanitized.hpp"

namespace {

using namespace shearline;
using namespace shearline::testing;
using namespace shearline::testing::detail;

constexpr store_conformance_options some{.sequences = 3, .threads = 1};

auto place_of(const store_fault& fault) {
    return [&fault] { return wrong_place{fault}; };
}

const store_fault& fault_named(std::string_view name) {
    for (const store_fault& fault : store_faults)
        if (fault.name == name) return fault;
    throw std::runtime_error{"no such fault"};
}

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

BOOST_AUTO_TEST_SUITE(wrong_stores)

BOOST_AUTO_TEST_CASE(have_each_a_name_of_its_own) {
    std::set<std::string_view> names;
    for (const store_fault& fault : store_faults) BOOST_TEST(names.insert(fault.name).second, fault.name);
    BOOST_TEST(names.size() > 140U);
}

BOOST_AUTO_TEST_CASE(are_found_out_by_few_transactions_whatever_is_wrong) {
    for (const store_fault& fault : store_faults) {
        if (&fault == &store_faults[0]) continue;
        if (support::sanitized && (&fault - &store_faults[0]) % 4 != 0) continue;  // enough for what a sanitizer sees
        auto wrong = place_of(fault);
        const auto found = first_failure<store_writes>(wrong, some.seed, some.sequences, some.steps);
        if (!found) {
            BOOST_TEST_MESSAGE("found by calls of an authority alone: " << fault.name);
            BOOST_TEST(is_found_out(wrong, some), fault.name);
            continue;
        }
        const auto shortest = shrink<store_writes>(wrong, *found);
        BOOST_TEST(shortest.steps.size() <= 5U, fault.name << ": " << to_string(shortest.steps));
        // The short sequence still fails, with a readable reason.
        const auto failure = failure_of<store_writes>(wrong, shortest.steps);
        BOOST_REQUIRE(failure.has_value());
        BOOST_TEST(*failure == shortest.failure);
    }
}

BOOST_AUTO_TEST_CASE(are_reported_with_the_answer_that_is_wrong_and_how_to_repeat_it) {
    const report seen = store_conformance(place_of(fault_named("a store that loses names")), some);
    BOOST_TEST(!seen);
    const std::string words = seen.message();
    BOOST_TEST(words.find(".about.name is \"\", and must be \"name") != std::string::npos, words);
    BOOST_TEST(words.find("; after ") != std::string::npos, words);
    BOOST_TEST(words.find("{.seed = 1, .sequences = 1, .steps = 40}") != std::string::npos, words);
}

BOOST_AUTO_TEST_CASE(pass_when_nothing_is_wrong_with_them) {
    BOOST_TEST(!is_found_out(place_of(store_faults[0]), some));
}

BOOST_AUTO_TEST_CASE(are_found_out_by_a_scan_in_parts) {
    using fault = parted_store::fault;
    for (const fault planted : {fault::none, fault::loses_the_last, fault::gives_one_twice, fault::backwards,
                                fault::begins_each, fault::counts_less, fault::old_head, fault::no_keys}) {
        parted_store::planted = planted;
        const bool found = is_found_out([] { return parted_place{}; }, some);
        BOOST_TEST(found == (planted != fault::none), static_cast<int>(planted));
    }
    parted_store::planted = fault::none;
}

BOOST_AUTO_TEST_SUITE_END()
