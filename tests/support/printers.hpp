// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How Boost.Test prints values of public types and of std, so that a failed comparison prints both sides. Secrets
// cannot be printed.
#pragma once

#include <array>
#include <boost/test/tools/detail/print_helper.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <shearline/clock.hpp>
#include <shearline/credential/credential_id.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/digest/hash_name.hpp>
#include <shearline/digest/key_kind.hpp>
#include <shearline/http/credential_source.hpp>
#include <shearline/keyring.hpp>
#include <shearline/store/change.hpp>
#include <shearline/verdict.hpp>

#include "key_text_printers.hpp"

namespace shearline::inline v0_1 {

inline std::ostream& operator<<(std::ostream& out, const hash_name& name) { return out << name.view(); }
inline std::ostream& operator<<(std::ostream& out, key_kind kind) { return out << to_string(kind); }
inline std::ostream& operator<<(std::ostream& out, key_status status) { return out << to_string(status); }
inline std::ostream& operator<<(std::ostream& out, const credential_id& id) { return out << id.to_string(); }
inline std::ostream& operator<<(std::ostream& out, key_state state) { return out << to_string(state); }
inline std::ostream& operator<<(std::ostream& out, key_standing standing) { return out << to_string(standing); }
inline std::ostream& operator<<(std::ostream& out, reason why) { return out << row_of(why).name; }
inline std::ostream& operator<<(std::ostream& out, face shown) { return out << "face " << static_cast<int>(shown); }
inline std::ostream& operator<<(std::ostream& out, change_kind kind) {
    return out << "change " << static_cast<int>(kind);
}
inline std::ostream& operator<<(std::ostream& out, const feed_head& head) {
    return out << head.sequence << " with tag " << head.tag;
}
inline std::ostream& operator<<(std::ostream& out, const keyring::entry_info& key) {
    return out << "key " << key.number << ", " << to_string(key.status);
}
inline std::ostream& operator<<(std::ostream& out, const denial& why) { return out << "denied: " << why.reason(); }
inline std::ostream& operator<<(std::ostream& out, const verdict& answer) {
    return answer ? out << "granted to " << answer.grant().credential() : out << answer.denial();
}
inline std::ostream& operator<<(std::ostream& out, credential_errc code) { return out << to_string(code); }
inline std::ostream& operator<<(std::ostream& out, other_schemes others) {
    return out << "other schemes " << static_cast<int>(others);
}

}  // namespace shearline::inline v0_1

namespace boost::test_tools::tt_detail {

template <>
struct print_log_value<std::byte> {
    void operator()(std::ostream& out, std::byte value) const { out << "0x" << std::to_integer<unsigned>(value); }
};

template <>
struct print_log_value<std::nullopt_t> {
    void operator()(std::ostream& out, std::nullopt_t) const { out << "nothing"; }
};

template <typename T>
struct print_log_value<std::optional<T>> {
    void operator()(std::ostream& out, const std::optional<T>& value) const {
        if (value) return print_log_value<T>{}(out, *value);
        out << "nothing";
    }
};

template <typename Clock, typename Duration>
struct print_log_value<std::chrono::time_point<Clock, Duration>> {
    void operator()(std::ostream& out, const std::chrono::time_point<Clock, Duration>& at) const {
        print_log_value<Duration>{}(out, at.time_since_epoch());
    }
};

template <typename Rep, typename Period>
struct print_log_value<std::chrono::duration<Rep, Period>> {
    void operator()(std::ostream& out, const std::chrono::duration<Rep, Period>& span) const {
        out << span.count() << " of " << Period::num << '/' << Period::den << " s";
    }
};

template <typename A, typename B>
struct print_log_value<std::pair<A, B>> {
    void operator()(std::ostream& out, const std::pair<A, B>& both) const {
        out << '(';
        print_log_value<A>{}(out, both.first);
        out << ", ";
        print_log_value<B>{}(out, both.second);
        out << ')';
    }
};

template <typename Range>
void print_each(std::ostream& out, const Range& all) {
    const char* between = "[";
    for (const auto& one : all) {
        out << between;
        print_log_value<std::decay_t<decltype(one)>>{}(out, one);
        between = ", ";
    }
    out << (std::string_view{between} == "[" ? "[]" : "]");
}
template <typename T>
struct print_log_value<std::vector<T>> {
    void operator()(std::ostream& out, const std::vector<T>& all) const { print_each(out, all); }
};
template <typename T, std::size_t Size>
struct print_log_value<std::array<T, Size>> {
    void operator()(std::ostream& out, const std::array<T, Size>& all) const { print_each(out, all); }
};

}  // namespace boost::test_tools::tt_detail
