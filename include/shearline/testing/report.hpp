// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The result of a suite: the number of checks, the failures, and whether the negative controls were caught.
// Depends on std; never on a test framework.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1::testing {

/// The result of every suite of the harness. It is true in a condition if at least one check was made, all checks held,
/// and every negative control was caught. Not thread-safe.
///
/// Example:
///     shearline::testing::report seen;
///     seen.check(2 + 2 == 4, "sums add up", "2 + 2");
///     seen.control(2 + 2 != 5, "a sum that is wrong");
///     const std::string words = seen.message();  // "1 checks, 1 negative controls, 0 failed"
class report {
public:
    report() = default;

    /// For a suite whose cases can be run alone. `suite` is the call up to the name of a case; `only` is a name, or the
    /// beginning of several; empty for all.
    report(std::string suite, std::string_view only) : m_suite{std::move(suite)}, m_only{only} {}

    /// Whether a case should run.
    [[nodiscard]] bool wants(std::string_view name) const noexcept {
        return name.starts_with(m_only) || std::string_view{m_only}.starts_with(name);
    }

    /// Counts one check and returns `held`. `claim` says what should hold; `detail` says where. In a suite whose cases
    /// can be run alone, `detail` begins with the name of the case.
    bool check(bool held, std::string_view claim, std::string_view detail = {}) {
        ++m_checks;
        if (!held && !detail.empty() && !m_suite.empty())
            fail(claim, std::string{detail} + "; to run it alone: " + m_suite + '"' + std::string{detail} + "\")");
        else if (!held)
            fail(claim, detail);
        return held;
    }

    /// Counts one negative control: a planted fault that the suite must catch.
    void control(bool caught, std::string_view what) {
        ++m_controls;
        if (!caught) fail("a planted fault was not caught", what);
    }

    /// Adds the counts and failures of another report.
    void add(const report& other, std::string_view where = {}) {
        m_checks += other.m_checks;
        m_controls += other.m_controls;
        for (const std::string& failure : other.m_failures) fail(failure, where);
        m_failed += other.m_failed - other.m_failures.size();
    }

    [[nodiscard]] explicit operator bool() const noexcept { return m_checks > 0 && m_failed == 0; }
    [[nodiscard]] std::uint64_t checks() const noexcept { return m_checks; }
    [[nodiscard]] std::uint64_t controls() const noexcept { return m_controls; }
    [[nodiscard]] std::uint64_t failed() const noexcept { return m_failed; }

    /// The first 20 failures, in words.
    [[nodiscard]] const std::vector<std::string>& failures() const noexcept { return m_failures; }

    /// Everything in words: a line for each failure, and one for the totals.
    [[nodiscard]] std::string message() const {
        std::string text;
        for (const std::string& failure : m_failures) text.append(failure).append("\n");
        text.append(std::to_string(m_checks)).append(" checks, ").append(std::to_string(m_controls));
        return text.append(" negative controls, ").append(std::to_string(m_failed)).append(" failed");
    }

private:
    static constexpr std::size_t most_failures = 20;

    void fail(std::string_view claim, std::string_view detail) {
        ++m_failed;
        if (m_failures.size() == most_failures) return;
        std::string words{claim};
        if (!detail.empty()) words.append(": ").append(detail);
        m_failures.push_back(std::move(words));
    }

    std::string m_suite;
    std::string m_only;
    std::uint64_t m_checks = 0;
    std::uint64_t m_controls = 0;
    std::uint64_t m_failed = 0;
    std::vector<std::string> m_failures;
};

}  // namespace shearline::inline v0_1::testing
