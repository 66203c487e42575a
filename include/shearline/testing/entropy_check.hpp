// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Tests that generated keys are unbiased: every place of the secret uniform and independent of others, the handle
// uniform, no repeat.
// Depends on generate.hpp and testing/report.hpp; never on one entropy source.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <shearline/format/parse.hpp>
#include <shearline/generate.hpp>
#include <shearline/testing/detail/biased_sources.hpp>
#include <shearline/testing/report.hpp>

namespace shearline::inline v0_1::testing {

/// Pearson's chi-square statistic of counts that should be equal.
[[nodiscard]] inline double chi_square(const std::vector<std::size_t>& seen) {
    double sum = 0;
    for (const std::size_t count : seen) sum += static_cast<double>(count);
    const double expected = sum / static_cast<double>(seen.size());
    double square = 0;
    for (const std::size_t count : seen) {
        const double off = static_cast<double>(count) - expected;
        square += off * off / expected;
    }
    return square;
}

/// The value that chi-square exceeds, for this many equally likely classes, about once in 10^9 draws of a uniform
/// source: six standard deviations, by the approximation of Wilson and Hilferty (1931).
[[nodiscard]] inline double chi_square_limit(std::size_t classes) {
    const double freedom = static_cast<double>(classes) - 1;
    const double spread = 2 / (9 * freedom);
    const double root = 1 - spread + 6 * std::sqrt(spread);
    return freedom * root * root * root;
}

namespace detail {

/// Counts over the keys drawn.
template <typename Format>
class drawn_keys {
    static constexpr std::size_t digits = Format::alphabet::size;
    static constexpr std::size_t chars = Format::secret_chars;
    using places = std::vector<std::vector<std::size_t>>;

public:
    void take(handle name, const std::string& text) {
        std::array<std::size_t, chars> secret{};
        const std::string_view spelled = Format::secret_part.of(text);
        std::transform(spelled.begin(), spelled.end(), secret.begin(), Format::alphabet::decode);
        for (std::size_t place = 0; place < chars; ++place) {
            ++m_single[place][secret[place]];
            if (place > 0) ++m_neighbours[place][secret[place - 1] * digits + secret[place]];
            if (m_keys > 0) ++m_successive[place][m_last[place] * digits + secret[place]];
            if constexpr (Format::has_handle)
                ++m_with_handle[place][static_cast<std::size_t>(name.value % digits) * digits + secret[place]];
        }
        if (m_keys < keys_of_pairs) take_pairs(name, secret);
        if constexpr (Format::has_handle) {
            if (m_keys > 0)
                for (std::size_t group = 0; group < groups; ++group)
                    ++m_steps[group][(name.value - m_last_handle.value) >> (6 * group) & 63U];
            m_last_handle = name;
            const long double share = static_cast<long double>(name.value - 1) / Format::greatest_handle;
            ++m_share[std::min<std::size_t>(63, static_cast<std::size_t>(share * 64))];
            for (std::size_t group = 0; group < groups; ++group) ++m_bits[group][name.value >> (6 * group) & 63U];
        }
        m_texts.insert(text);
        m_starts.insert(std::string{spelled.substr(0, 12)});
        m_last = secret;
        ++m_keys;
    }

    void tell(report& seen) const {
        const auto alike = [&seen](const places& counted, std::size_t first, std::string_view claim) {
            for (std::size_t at = first; at < counted.size(); ++at)
                seen.check(chi_square(counted[at]) < chi_square_limit(counted[at].size()), claim,
                           "place " + std::to_string(at));
        };
        alike(m_single, 0, "every digit is equally likely in every place of a secret");
        alike(m_neighbours, 1, "no digit depends on the previous digit");
        alike(m_successive, 0, "no digit depends on the previous key");
        const auto pairs_alike = [&](const pairs& counted, std::string_view claim) {
            for (std::size_t at = 0; at < counted.size() / digits; ++at) {
                const auto from = counted.begin() + static_cast<std::ptrdiff_t>(at * digits);
                const std::vector<std::size_t> one(from, from + static_cast<std::ptrdiff_t>(digits));
                seen.check(chi_square(one) < chi_square_limit(digits), claim, "pair " + std::to_string(at));
            }
        };
        pairs_alike(m_differences, "no two digits have a fixed difference");
        pairs_alike(m_sums, "no two digits have a fixed sum");
        pairs_alike(m_shifted, "no digit depends on any digit of the previous key");
        if constexpr (Format::has_handle) pairs_alike(m_of_handle, "no digit depends on a digit of the handle");
        if constexpr (Format::has_handle) {
            alike(m_with_handle, 0, "no digit of a secret depends on the handle");
            seen.check(chi_square(m_share) < chi_square_limit(m_share.size()), "a handle is uniform as a number");
            alike(m_bits, 0, "all bits of a handle are uniform, in groups of six");
            alike(m_steps, 0, "a handle does not depend on the previous one");
        }
        seen.check(m_texts.size() == m_keys, "no key is made twice");
        if constexpr (chars >= 12) seen.check(m_starts.size() == m_keys, "no two secrets have the same beginning");
    }

private:
    using pairs = std::vector<std::size_t>;  // the classes of each pair of places, one pair after the other

    /// Counts every pair of places, by the difference and the sum of their digits; and each place with each place of
    /// the previous key, and with each digit of the handle.
    void take_pairs(handle name, const std::array<std::size_t, chars>& secret) {
        std::size_t pair = 0;
        for (std::size_t one = 0; one < chars; ++one)
            for (std::size_t other = 0; other < one; ++other, ++pair) {
                ++m_differences[pair * digits + (secret[one] + digits - secret[other]) % digits];
                ++m_sums[pair * digits + (secret[one] + secret[other]) % digits];
            }
        if (m_keys > 0)
            for (std::size_t at = 0; at < chars * chars; ++at)
                ++m_shifted[at * digits + (secret[at / chars] + digits - m_last[at % chars]) % digits];
        std::uint64_t rest = name.value;
        for (std::size_t at = 0; at < handle_digits * chars; ++at) {
            const auto digit = static_cast<std::size_t>(rest % digits);
            ++m_of_handle[at * digits + (secret[at % chars] + digits - digit) % digits];
            if (at % chars == chars - 1) rest /= digits;
        }
    }

    static constexpr std::size_t keys_of_pairs = 8'000;
    // Without the highest bits, whose distribution depends on the greatest handle.
    static constexpr std::size_t groups = Format::has_handle ? (std::bit_width(Format::greatest_handle) - 12) / 6 : 0;

    /// The digits of a handle that are uniform; the distribution of the highest depends on the greatest handle.
    static constexpr std::size_t handle_digits = [] {
        std::size_t count = 0;
        if constexpr (Format::has_handle)
            for (std::uint64_t rest = Format::greatest_handle; rest >= 1'000'000; rest /= digits) ++count;
        return count;
    }();

    static places of(std::size_t classes) { return places(chars, std::vector<std::size_t>(classes)); }

    places m_single = of(digits), m_neighbours = of(digits * digits), m_successive = of(digits * digits),
           m_with_handle = of(digits * digits);
    pairs m_differences = pairs(chars * (chars - 1) / 2 * digits), m_sums = m_differences,
          m_shifted = pairs(chars * chars * digits), m_of_handle = pairs(handle_digits * chars * digits);
    std::vector<std::size_t> m_share = std::vector<std::size_t>(64);
    places m_bits = places(groups, std::vector<std::size_t>(64)), m_steps = m_bits;
    handle m_last_handle{};
    std::set<std::string> m_texts, m_starts;
    std::array<std::size_t, chars> m_last{};
    std::size_t m_keys = 0;
};

/// Sources must not start alike: `generate<Format>()` makes one for each key.
template <typename Format, typename MakeSource>
void begins_anew(report& seen, MakeSource make_source) {
    std::set<std::string> texts;
    constexpr std::size_t sources = 1'000;
    for (std::size_t i = 0; i < sources; ++i) {
        auto source = make_source();
        const auto fresh = generate<Format>(source);
        if (!seen.check(static_cast<bool>(fresh), "a key can be made")) return;
        texts.emplace(fresh->text.reveal(unsafe_reveal));
    }
    seen.check(texts.size() == sources, "no two sources of entropy start alike");
}

}  // namespace detail

/// Tests that the keys of `make() -> result<generated_key<Format>>` are uniform: each place of the secret over the
/// alphabet, together with every other place, with those of the previous key, and with the handle; all bits of the
/// handle, and of its difference from the previous one; no text and no beginning of a secret twice. A sound source
/// fails about once in 100,000 runs of 64,000 keys. Finds a bias of some percent (such as the remainder of a byte);
/// cannot tell whether a source is predictable.
template <typename Format, typename Make>
[[nodiscard]] report entropy_claims(Make make, std::size_t keys = 64'000) {
    report seen;
    detail::drawn_keys<Format> drawn;
    for (std::size_t i = 0; i < keys; ++i) {
        const auto fresh = make();
        if (!seen.check(static_cast<bool>(fresh), "a key can be made")) return seen;
        const std::string text{fresh->text.reveal(unsafe_reveal)};
        const auto key = parse<Format>(text);
        if (!seen.check(key && key->handle == fresh->handle, "a generated key has its handle")) return seen;
        drawn.take(fresh->handle, text);
    }
    drawn.tell(seen);
    return seen;
}

/// Tests `generate<Format>()` with an entropy source by `entropy_claims`. Negative controls: biased sources. Takes
/// seconds.
///
/// Example:
///     using tokens = shearline::basic_format<"acme", shearline::environment::live, shearline::base62,
///                                            shearline::literal<"acme_">, shearline::secret_field<32>>;
///     const auto seen = shearline::testing::entropy_check<tokens>();
///     const std::string words = seen.message();
template <typename Format, typename Entropy = system_entropy>
[[nodiscard]] report entropy_check() {
    Entropy entropy;
    report seen = entropy_claims<Format>([&] { return generate<Format>(entropy); });
    detail::begins_anew<Format>(seen, [] { return Entropy{}; });
    report alike;
    detail::begins_anew<Format>(alike, [] { return detail::alike_entropy{}; });
    seen.control(!alike, "a source that always starts alike");
    constexpr std::size_t keys_of_controls = 16'000;  // enough for each of them
    for (const detail::source_fault& fault : detail::source_faults) {
        if (fault.is_of_handles && !Format::has_handle) continue;
        detail::biased_entropy biased{fault, Format::alphabet::size};
        seen.control(!entropy_claims<Format>([&] { return generate<Format>(biased); }, keys_of_controls), fault.name);
    }
    return seen;
}

}  // namespace shearline::inline v0_1::testing
