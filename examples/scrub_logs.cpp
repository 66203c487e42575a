// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Copies a log from standard input to standard output and masks every key in it: "instance_0abcDEFGhij***".
//
// Build: g++ -std=c++20 -O2 scrub_logs.cpp $(pkg-config --cflags shearline) -o scrub_logs
// Run:   ./scrub_logs <service.log >scrubbed.log
//
// A key is masked wherever its characters are, whatever is before and after them: in "xinstance_…", and also if more
// letters follow. Every other byte is copied unchanged. That includes a key that is incomplete, mistyped or encoded (as
// Base64, in a header of Basic authentication): it is not a key here, and stays.
//
// Exit status: 0; or 1 after a message, if standard input cannot be read or standard output cannot be written.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <shearline/format/key_format.hpp>
#include <shearline/format/mask.hpp>
#include <shearline/format/parse.hpp>

#include <unistd.h>

using log_keys = shearline::key_format<"instance">;  // the format of your keys; if there are several, run once for each

/// Appends `text` to `out`, up to and including its last whole key, with the keys masked. `copied` is how many bytes of
/// `text` are in the output: before the call, and after it.
void mask_keys(std::string_view text, std::size_t& copied, std::string& out) {
    // The last character of a prefix is no digit of any key, and rare in most logs. string_view::find is a memchr.
    constexpr std::string_view prefix = log_keys::prefix;
    for (std::size_t at = prefix.size() - 1; (at = text.find(prefix.back(), at)) != std::string_view::npos; ++at) {
        const std::size_t start = at + 1 - prefix.size();
        const auto key = shearline::parse<log_keys>(text.substr(start, log_keys::chars));
        if (!key) continue;
        // A key can begin with the last letters of the one before it: those are copied already, and masked.
        if (start > copied) out += text.substr(copied, start - copied);
        out += shearline::mask<log_keys>(key->handle).view();
        copied = start + log_keys::chars;
    }
}

/// How many bytes at the end of `text` may be the start of a key whose rest has not been read. A key contains no line
/// break, so whole lines never wait: the output of `tail -f service.log | scrub_logs` is as prompt as its input.
std::size_t unfinished(std::string_view text) {
    const std::string_view end = text.substr(text.size() - std::min(text.size(), log_keys::chars - 1));
    const std::size_t line_break = end.rfind('\n');
    return line_break == std::string_view::npos ? end.size() : end.size() - line_break - 1;
}

bool write_all(std::string_view text) {
    while (!text.empty()) {
        const ssize_t done = ::write(STDOUT_FILENO, text.data(), text.size());
        if (done < 0 && errno != EINTR) return false;
        if (done > 0) text.remove_prefix(static_cast<std::size_t>(done));
    }
    return true;
}

int fail(const char* what) {
    std::fprintf(stderr, "scrub_logs: cannot %s: %s\n", what, std::strerror(errno));
    return 1;
}

int main() {
    std::signal(SIGPIPE, SIG_IGN);         // so that a closed pipe is an error of write(), like a full disk
    std::vector<char> buffer(256 * 1024);  // fits the L2 cache: each byte is read from memory once
    std::string out;
    std::size_t held = 0;    // bytes at the front of the buffer that were read before, and may be the start of a key
    std::size_t copied = 0;  // how many of them are in the output
    for (bool more = true; more;) {
        const ssize_t got = ::read(STDIN_FILENO, buffer.data() + held, buffer.size() - held);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail("read standard input");
        more = got > 0;
        const std::string_view text{buffer.data(), held + static_cast<std::size_t>(got)};
        out.clear();
        mask_keys(text, copied, out);
        const std::size_t ready = more ? text.size() - unfinished(text) : text.size();
        if (ready > copied) out += text.substr(copied, ready - copied);
        if (!write_all(out)) return fail("write standard output");
        held = text.size() - ready;
        copied = std::max(copied, ready) - ready;
        std::memmove(buffer.data(), buffer.data() + ready, held);
    }
    if (::close(STDOUT_FILENO) != 0) return fail("write standard output");  // some file systems report a full disk here
    return 0;
}
