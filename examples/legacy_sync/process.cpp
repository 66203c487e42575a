// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "process.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <string_view>

namespace legacy_sync {

namespace {
volatile std::sig_atomic_t asked = 0;
extern "C" void ask(int) { asked = 1; }
}  // namespace

void listen_for_stop() {
    std::signal(SIGINT, &ask);
    std::signal(SIGTERM, &ask);
    std::signal(SIGPIPE, SIG_IGN);
}

bool stop_asked() noexcept { return asked != 0; }

void wait_for(std::chrono::milliseconds time) {
    using clock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds slice{50};
    const auto end = clock::now() + time;
    for (;;) {
        if (stop_asked()) throw stopped{};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - clock::now());
        if (left <= left.zero()) return;
        std::this_thread::sleep_for(std::min(left, slice));
    }
}

namespace {

constexpr std::size_t bar_cells = 30;
constexpr std::chrono::milliseconds bar_interval{50};
constexpr std::chrono::seconds line_interval{5};

bool is_terminal() {
    const char* const kind = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) == 1 && kind != nullptr && std::string_view{kind} != "dumb";
}

void write_line(std::FILE* to, std::string line) {
    line += '\n';
    std::fputs(line.c_str(), to);
    std::fflush(to);
}

}  // namespace

teller::teller() : m_terminal{is_terminal()} {}

void teller::clear() {
    if (m_bar_shown) std::fputs("\r\x1b[K", stderr);
    m_bar_shown = false;
}

void teller::result(const std::string& line) {
    clear();
    write_line(stdout, line);
}

void teller::note(const std::string& line) {
    clear();
    write_line(stderr, "sync: " + line);
}

void teller::progress(std::size_t done, std::size_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (now - m_last < (m_terminal ? bar_interval : std::chrono::milliseconds{line_interval})) return;
    m_last = now;
    total = std::max({total, done, std::size_t{1}});
    if (!m_terminal) return note(std::to_string(done) + " of " + std::to_string(total) + " rows");
    std::string bar;
    for (std::size_t i = 0; i < bar_cells; ++i) bar += i < bar_cells * done / total ? "█" : "░";
    std::fprintf(stderr, "\r\x1b[K%s %3zu %%  %zu of %zu rows", bar.c_str(), 100 * done / total, done, total);
    std::fflush(stderr);
    m_bar_shown = true;
}

}  // namespace legacy_sync
