// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/secret/guarded.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/mman.h>
#include <sys/resource.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <ostream>
#include <span>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>

#include "../support/printers.hpp"
#include "../support/secrets.hpp"

namespace {

using shearline::guarded;
using shearline::unsafe_reveal;
using support::become_ordinary_user;
using support::in_child;
using support::set_limit;
using key = std::array<std::byte, 32>;

template <typename Left, typename Right>
concept comparable = requires(const Left& left, const Right& right) { left == right; };
template <typename T>
concept streamable = requires(std::ostream& out, const T& value) { out << value; };
static_assert(!std::is_copy_constructible_v<guarded<key>> && !std::is_copy_assignable_v<guarded<key>>);
static_assert(!comparable<guarded<key>, guarded<key>> && !comparable<guarded<key>, key> && !streamable<guarded<key>>);

/// Whether mlock works: sanitizers replace it by a function that always succeeds, even for a page that does not exist.
boost::test_tools::assertion_result locking_is_real(boost::unit_test::test_unit_id) {
    return ::mlock(nullptr, 4096) != 0;
}
const boost::unit_test::precondition if_locking_is_real{locking_is_real};

key sample() {
    key made;
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<std::byte>(0xa0 + i);
    return made;
}

/// The line of /proc/self/smaps that starts with this text, for the mapping of `address`: "VmFlags" shows whether it is
/// locked (lo) and excluded from core dumps (dd), and the first line shows its permissions.
std::string mapping_line(const void* address, const std::string& beginning) {
    std::ifstream maps{"/proc/self/smaps"};
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    bool inside = false;
    for (std::string line; std::getline(maps, line);) {
        std::istringstream words{line};
        std::uintptr_t from = 0;
        std::uintptr_t to = 0;
        char dash = 0;
        if (words >> std::hex >> from >> dash >> to && dash == '-') {
            inside = from <= wanted && wanted < to;
            if (inside && beginning.empty()) return line;
        } else if (inside && !beginning.empty() && line.starts_with(beginning)) {
            return line;
        }
    }
    return {};
}

/// Writes to memory in a child process, and returns the signal that killed it, or 0.
int signal_of_write(const std::byte* address) {
    const int status = in_child([address] {
        *const_cast<volatile std::byte*>(address) = std::byte{1};  // NOLINT(*-const-cast): that is what is tried
        return 0;
    });
    return status >= 1000 ? status - 1000 : 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(guarded_)

BOOST_AUTO_TEST_CASE(holds_what_was_made) {
    const auto kept = guarded<key>::make(sample);
    BOOST_REQUIRE(kept);
    BOOST_TEST(kept->reveal(unsafe_reveal) == sample());
}

BOOST_AUTO_TEST_CASE(can_be_read_but_not_written) {
    const auto kept = guarded<key>::make(sample);
    BOOST_REQUIRE(kept);
    const std::byte* const place = kept->reveal(unsafe_reveal).data();
    BOOST_TEST(mapping_line(place, "").find(" r--p ") != std::string::npos);
    BOOST_TEST(signal_of_write(place) == SIGSEGV);
    const key ordinary = sample();
    BOOST_TEST(signal_of_write(ordinary.data()) == 0);  // the control
}

BOOST_AUTO_TEST_CASE(lies_against_a_page_that_cannot_be_touched) {
    const auto kept = guarded<key>::make(sample);
    BOOST_REQUIRE(kept);
    const std::byte* const end = kept->reveal(unsafe_reveal).data() + sizeof(key);
    BOOST_TEST(mapping_line(end, "").find(" ---p ") != std::string::npos);
    const auto read = [](const std::byte* at) {
        return in_child([at] { return std::to_integer<int>(*static_cast<const volatile std::byte*>(at)) & 0; });
    };
    BOOST_TEST(read(end) == 1000 + SIGSEGV);
    BOOST_TEST(read(end - 1) == 0);
}

BOOST_AUTO_TEST_CASE(stays_where_it_is_when_it_is_moved) {
    auto kept = guarded<key>::make(sample);
    BOOST_REQUIRE(kept);
    const key* const place = &kept->reveal(unsafe_reveal);
    const guarded<key> moved = *std::move(kept);
    BOOST_TEST(&moved.reveal(unsafe_reveal) == place);
}

BOOST_AUTO_TEST_CASE(is_aligned_for_its_type) {
    struct alignas(16) wide {
        std::array<std::uint8_t, 48> content;
    };
    const auto kept = guarded<wide>::make([] { return wide{}; });
    BOOST_REQUIRE(kept);
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(&kept->reveal(unsafe_reveal)) % 16 == 0U);
}

BOOST_AUTO_TEST_CASE(is_left_out_of_core_dumps) {
    const auto kept = guarded<key>::make(sample);
    BOOST_REQUIRE(kept);
    BOOST_TEST(mapping_line(&kept->reveal(unsafe_reveal), "VmFlags").find(" dd") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(says_truly_whether_it_is_locked, *if_locking_is_real) {
    const auto kept = guarded<key>::make(sample);
    BOOST_REQUIRE(kept);
    const bool locked = mapping_line(&kept->reveal(unsafe_reveal), "VmFlags").find(" lo") != std::string::npos;
    BOOST_TEST(kept->locked() == locked);
}

BOOST_AUTO_TEST_CASE(works_unlocked_and_says_so_where_locking_is_refused, *if_locking_is_real) {
    const auto under_limit = [](::rlim_t bytes) {
        return in_child([bytes] {
            if (!set_limit(RLIMIT_MEMLOCK, bytes) || !become_ordinary_user()) return 10;
            const auto kept = guarded<key>::make(sample);
            if (!kept) return 11;
            if (kept->reveal(unsafe_reveal) != sample()) return 12;
            const key* const place = &kept->reveal(unsafe_reveal);
            if (mapping_line(place, "").find(" r--p ") == std::string::npos) return 13;
            const bool locked = mapping_line(place, "VmFlags").find(" lo") != std::string::npos;
            if (locked != kept->locked()) return 14;
            return kept->locked() ? 1 : 0;
        });
    };
    BOOST_TEST(under_limit(0) == 0);
    ::rlimit now{};
    ::getrlimit(RLIMIT_MEMLOCK, &now);
    if (now.rlim_max >= 65536) BOOST_TEST(under_limit(65536) == 1);  // the control: with room it is locked
}

BOOST_AUTO_TEST_CASE(says_so_where_there_is_no_memory) {
    BOOST_TEST(in_child([] {
                   if (!shearline::sodium_ready()) return 10;
                   if (!set_limit(RLIMIT_AS, 1)) return 11;  // what is mapped stays; nothing more can be
                   const auto kept =
                       guarded<std::array<std::byte, 65536>>::make([] { return std::array<std::byte, 65536>{}; });
                   if (kept) return 12;
                   return kept.error().code() == shearline::errc::unavailable ? 0 : 13;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(leaves_no_copy_on_the_stack, *support::if_stack_is_as_compiled) {
    static const key secret = sample();
    const auto build = [] {
        const auto kept = guarded<key>::make([] {
            key made;
            for (std::size_t i = 0; i < made.size(); ++i) {
                made[i] = *static_cast<const volatile std::byte*>(&secret[i]);
            }
            return made;
        });
        if (!kept) std::abort();
    };
    BOOST_TEST(!support::leaves_on_stack(secret, build));
    BOOST_TEST(support::leaves_on_stack(secret, [] { support::copy_and_forget(secret); }));
}

BOOST_AUTO_TEST_SUITE_END()
