// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "stop.hpp"

#include <algorithm>
#include <csignal>
#include <thread>

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

}  // namespace legacy_sync
