// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Runs a function in several threads, and waits for them.
// Depends on std; never on what the function does.
#pragma once

#include <cstddef>
#include <future>
#include <system_error>
#include <vector>

#include <shearline/posix/requirements.hpp>

namespace shearline::inline v0_1::detail {

/// Calls `body(i)` for each number below `count`, 0 in the calling thread and each other in a thread of its own; those
/// for which the system gives no thread follow in the calling thread (in a program without exceptions, that ends the
/// program). Returns once all threads have ended. If one throws, so does this, one of the exceptions, and what would
/// follow in the calling thread may be left out.
template <typename Body>
void run_together(std::size_t count, const Body& body) {
    std::vector<std::future<void>> others;  // the destructor of each waits for its thread
    others.reserve(count);
    std::size_t started = 1;
#if defined(__cpp_exceptions)
    try {
        for (; started < count; ++started) others.push_back(std::async(std::launch::async, body, started));
    } catch (const std::system_error&) {  // no thread
    }
#else
    for (; started < count; ++started) others.push_back(std::async(std::launch::async, body, started));
#endif
    if (count != 0) body(std::size_t{0});
    for (; started < count; ++started) body(started);
    for (std::future<void>& other : others) other.get();
}

}  // namespace shearline::inline v0_1::detail
