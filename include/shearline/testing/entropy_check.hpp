// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Whether keys are drawn without bias: every place of the secret uniform, the handle uniform as a number, no repeat.
// Depends on generate.hpp and testing/report.hpp; never on a test of randomness that passes what is merely
// random-looking.
#pragma once

#include <array>
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

/// Pearson's chi-square of counts that should be equal.
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

/// What chi-square exceeds, for that many equal classes, about once in 10^9 draws of a uniform source: six standard
/// deviations, by the approximation of Wilson and Hilferty (1931).
[[nodiscard]] inline double chi_square_limit(std::size_t classes) {
    const double freedom = static_cast<double>(classes) - 1;
    const double spread = 2 / (9 * freedom);
    const double root = 1 - spread + 6 * std::sqrt(spread);
    return freedom * root * root * root;
}

/// Holds what `make() -> result<generated_key<Format>>` makes to a uniform distribution: each place of the secret
/// over the alphabet, the upper and lower bytes of the handle, and no text twice. 64,000 keys, about 50 ms; a sound
/// source fails once in some 10^7 runs. It finds a bias of some percent (a remainder of a byte), and says nothing about
/// whether the source can be predicted.
template <typename Format, typename Make>
[[nodiscard]] report entropy_claims(Make make) {
    constexpr std::size_t keys = 64'000;
    report seen;
    std::vector<std::vector<std::size_t>> places(Format::secret_chars,
                                                 std::vector<std::size_t>(Format::alphabet::size));
    std::vector<std::size_t> high(64);
    std::vector<std::size_t> low(64);
    std::set<std::string> texts;
    for (std::size_t i = 0; i < keys; ++i) {
        const auto fresh = make();
        if (!seen.check(static_cast<bool>(fresh), "a key can be made")) return seen;
        const std::string text{fresh->text.reveal(unsafe_reveal)};
        const auto key = parse<Format>(text);
        if (!seen.check(key && key->handle == fresh->handle, "what is made is a key of its handle")) return seen;
        const std::string_view secret = Format::secret_part.of(text);
        for (std::size_t place = 0; place < secret.size(); ++place)
            ++places[place][Format::alphabet::decode(secret[place])];
        if constexpr (Format::has_handle) {
            const long double share = static_cast<long double>(key->handle.value - 1) / Format::greatest_handle;
            ++high[std::min<std::size_t>(63, static_cast<std::size_t>(share * 64))];
            ++low[key->handle.value % 64];
        }
        texts.insert(text);
    }
    for (std::size_t place = 0; place < places.size(); ++place)
        seen.check(chi_square(places[place]) < chi_square_limit(Format::alphabet::size),
                   "every digit is equally likely in every place of a secret", std::to_string(place));
    if constexpr (Format::has_handle) {
        seen.check(chi_square(high) < chi_square_limit(high.size()), "a handle is uniform as a number");
        seen.check(chi_square(low) < chi_square_limit(low.size()), "the last bits of a handle are uniform");
    }
    seen.check(texts.size() == keys, "no key is made twice");
    return seen;
}

/// Holds `generate<Format>()` with an entropy source to `entropy_claims`.
template <typename Format, typename Entropy = system_entropy>
[[nodiscard]] report entropy_check() {
    Entropy entropy;
    report seen = entropy_claims<Format>([&] { return generate<Format>(entropy); });
    detail::biased_entropy<Format::alphabet::size> biased;
    seen.control(!entropy_claims<Format>([&] { return generate<Format>(biased); }),
                 "digits that are remainders of a byte");
    detail::repeating_entropy repeating;
    seen.control(!entropy_claims<Format>([&] { return generate<Format>(repeating); }), "a source that begins again");
    return seen;
}

}  // namespace shearline::inline v0_1::testing
