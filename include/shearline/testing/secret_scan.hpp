// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Searches all memory of this process for a secret, from another process, which alone keeps a copy of it.
// Depends on Linux (/proc) and secret/sodium.hpp; never on where a secret might be.
#pragma once

#include <shearline/posix/requirements.hpp>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <shearline/error.hpp>
#include <shearline/result.hpp>
#include <shearline/secret/sodium.hpp>

namespace shearline::inline v0_1::testing {

/// A child process that reads the memory of this one.
///
/// The secret goes through a pipe from where it lies, so this process keeps no copy. Both halves are searched for, so
/// that a part of it is found as well. The stack belongs to the caller: call `clear_stack()` after dealing with
/// secrets, as a program should, to wipe what libsodium's functions left there. Link with -Wl,-z,now; otherwise the
/// first call of each function saves registers, and what is in them, on the stack. Linux only.
///
/// Example:
///     auto scan = shearline::testing::secret_scan::start();  // before there is a secret
///     auto leaves_nothing = [&scan](auto make_key, auto text_of) {  // text_of: key.text.reveal(unsafe_reveal)
///         { auto key = make_key(); scan->look_for(text_of(key)); }
///         shearline::testing::secret_scan::clear_stack();
///         return scan->places().empty();
///     };
class secret_scan {
public:
    /// Starts the scanner and tests it. Errors: `unavailable` if this process may not be read (a container without
    /// ptrace).
    [[nodiscard]] static result<secret_scan> start() {
        int to_scanner[2];
        int from_scanner[2];
        if (::pipe2(to_scanner, O_CLOEXEC) != 0 || ::pipe2(from_scanner, O_CLOEXEC) != 0)
            return error{errc::unavailable, "no pipe could be made for the scanner"};
        const ::pid_t scanned = ::getpid();
        const ::pid_t scanner = ::fork();
        if (scanner == 0) {
            ::close(to_scanner[1]);
            ::close(from_scanner[0]);
            scan_for(scanned, to_scanner[0], from_scanner[1]);
            ::_exit(0);
        }
        ::close(to_scanner[0]);
        ::close(from_scanner[1]);
        ::prctl(PR_SET_PTRACER, scanner, 0, 0, 0);  // needed under Yama, harmless elsewhere
        secret_scan made{scanner, to_scanner[1], from_scanner[0]};
        // The scanner must find a text that is known to be in memory.
        static const char known[] = "what every scan must find";
        made.look_for(known);
        const std::string found = made.places();
        if (found.empty() || found == unreadable)
            return error{errc::unavailable, "the scanner cannot read the memory of this process: allow ptrace"};
        return made;
    }

    secret_scan(secret_scan&& other) noexcept
        : m_scanner{std::exchange(other.m_scanner, -1)}, m_to{std::exchange(other.m_to, -1)}, m_from{other.m_from} {}
    secret_scan& operator=(secret_scan&&) = delete;
    ~secret_scan() {
        if (m_scanner < 0) return;
        ::close(m_to);
        ::close(m_from);
        ::waitpid(m_scanner, nullptr, 0);
    }

    /// Sends the secret to the scanner: 16 to 1,024 bytes. Aborts for another size, or if the scanner has ended.
    void look_for(std::string_view secret) const {
        const std::uint32_t size = static_cast<std::uint32_t>(secret.size());
        if (size < 16 || size > most_bytes || ::write(m_to, "S", 1) != 1 || ::write(m_to, &size, sizeof(size)) < 0 ||
            ::write(m_to, secret.data(), size) != static_cast<::ssize_t>(size))
            std::abort();
    }

    /// The names of the mappings that hold the secret or a half of it, one per line; empty if there is none. "cannot be
    /// read" if the scanner may not read this process, "the scanner has ended" if it has. O(memory of the process).
    [[nodiscard]] std::string places() const {
        if (::write(m_to, "?", 1) != 1) return "the scanner has ended";
        std::string answer;
        for (char c = 0; ::read(m_from, &c, 1) == 1 && c != '\0';) answer += c;
        return answer;
    }

    /// Wipes 64 KiB of stack below the caller.
    [[gnu::noinline]] static void clear_stack() { ::sodium_stackzero(64 * 1024); }

private:
    static constexpr std::size_t most_bytes = 1'024;
    static constexpr const char* unreadable = "cannot be read";

    secret_scan(::pid_t scanner, int to, int from) noexcept : m_scanner{scanner}, m_to{to}, m_from{from} {}

    static bool read_all(int from, void* to, std::size_t bytes) {
        for (std::size_t done = 0; done < bytes;) {
            const ::ssize_t got = ::read(from, static_cast<char*>(to) + done, bytes - done);
            if (got <= 0) return false;
            done += static_cast<std::size_t>(got);
        }
        return true;
    }

    /// The child process: receives secrets and answers questions until the pipe is closed.
    static void scan_for(::pid_t scanned, int from, int to) {
        std::string secret;
        for (char what = 0; ::read(from, &what, 1) == 1;) {
            if (what == 'S') {
                std::uint32_t size = 0;
                if (!read_all(from, &size, sizeof(size)) || size > most_bytes) return;
                secret.resize(size);
                if (!read_all(from, secret.data(), size)) return;
                continue;
            }
            const std::string found = find_in(scanned, secret);
            if (::write(to, found.c_str(), found.size() + 1) < 0) return;
        }
    }

    static std::string find_in(::pid_t scanned, const std::string& secret) {
        const std::string folder = "/proc/" + std::to_string(scanned);
        std::FILE* const maps = std::fopen((folder + "/maps").c_str(), "re");
        const int memory = ::open((folder + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
        if (maps == nullptr || memory < 0) return unreadable;
        const std::size_t half = secret.size() / 2;
        const std::boyer_moore_horspool_searcher first{secret.begin(), secret.begin() + static_cast<long>(half)};
        const std::boyer_moore_horspool_searcher second{secret.begin() + static_cast<long>(half), secret.end()};
        std::string found;
        std::uint64_t read_bytes = 0;
        for (std::array<char, 512> line{}; std::fgets(line.data(), line.size(), maps) != nullptr;) {
            std::uint64_t begin = 0;
            std::uint64_t end = 0;
            std::array<char, 5> mode{};
            int name_at = 0;
            if (std::sscanf(line.data(), "%" SCNx64 "-%" SCNx64 " %4s %*s %*s %*s %n", &begin, &end, mode.data(),
                            &name_at) < 3 ||
                mode[0] != 'r')
                continue;
            std::string name{line.data() + name_at};
            if (!name.empty() && name.back() == '\n') name.pop_back();
            if (name.starts_with("[v")) continue;  // the kernel's own pages
            std::string bytes;
            constexpr std::uint64_t at_once = std::uint64_t{1} << 20U;
            for (std::uint64_t at = begin; at < end; at += at_once) {
                // One piece, and enough of the next to find a secret that crosses their border.
                const std::uint64_t wanted = std::min(end - at, at_once + secret.size());
                bytes.resize(wanted);
                const ::ssize_t got = ::pread(memory, bytes.data(), wanted, static_cast<::off_t>(at));
                if (got <= 0) continue;
                read_bytes += static_cast<std::uint64_t>(got);
                bytes.resize(static_cast<std::size_t>(got));
                if (std::search(bytes.begin(), bytes.end(), first) == bytes.end() &&
                    std::search(bytes.begin(), bytes.end(), second) == bytes.end())
                    continue;
                found += name.empty() ? "memory without a name" : name;
                found += '\n';
                break;
            }
        }
        std::fclose(maps);
        ::close(memory);
        return read_bytes == 0 ? std::string{unreadable} : found;
    }

    ::pid_t m_scanner;
    int m_to;
    int m_from;
};

}  // namespace shearline::inline v0_1::testing
