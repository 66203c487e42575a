// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What a suite found: how much was checked, what did not hold, and whether its negative controls were caught.
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

/// What every suite of the harness returns. It is good if something was checked, all of it held, and every negative
/// control was caught: a suite that checks nothing, or that lets a planted fault pass, has failed.
class report {
public:
    report() = default;

    /// Of a suite whose cases can be run alone: `suite` is how it is called, up to the name of a case. `only`: such a
    /// name, or the beginning of several; empty for all.
    report(std::string suite, std::string_view only) : m_suite{std::move(suite)}, m_only{only} {}

    /// Whether a case is to be run.
    [[nodiscard]] bool wants(std::string_view name) const noexcept {
        return name.starts_with(m_only) || std::string_view{m_only}.starts_with(name);
    }

    /// What held and what did not. The words say what was claimed; `detail` says where: in a suite whose cases can be
    /// run alone, it begins with the name of the case.
    bool check(bool held, std::string_view claim, std::string_view detail = {}) {
        ++m_checks;
        if (!held && !detail.empty() && !m_suite.empty())
            fail(claim, std::string{detail} + "; to run it alone: " + m_suite + '"' + std::string{detail} + "\")");
        else if (!held)
            fail(claim, detail);
        return held;
    }

    /// One negative control: something wrong on purpose, which the suite must have caught.
    void control(bool caught, std::string_view what) {
        ++m_controls;
        if (!caught) fail("a planted fault was not caught", what);
    }

    /// Takes up what another report holds.
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

    /// The first failures, in words: 20 at most, however many there were.
    [[nodiscard]] const std::vector<std::string>& failures() const noexcept { return m_failures; }

    /// Everything in words, a line for each failure and one for the sum.
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
