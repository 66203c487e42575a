// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A number shared by all processes of a machine through a small mapped file: it changes when the feed does.
// Depends on posix/private_file.hpp and POSIX; never on a database.
#pragma once

#include <shearline/posix/requirements.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <shearline/error.hpp>
#include <shearline/posix/file_identity.hpp>
#include <shearline/posix/private_file.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0_1::detail::sqlite {

/// A counter in a file that is mapped into every process that opened it, so that reading it is one load and no system
/// call. Only that the number changed has a meaning, not by how much, and it does not outlive the processes. While it
/// is open, its file must not be truncated: a load past the end of a mapped file kills the process (SIGBUS).
///
/// Thread-safe, except that nothing may use it while it is moved or destroyed.
class change_counter {
    /// The whole file. The number has a cache line of its own: nothing else on that line is written.
    struct layout {
        char magic[16];
        alignas(64) std::uint64_t count;
        char rest[56];
    };
    static_assert(sizeof(layout) == 128 && std::is_trivially_copyable_v<layout>);
    static_assert(std::atomic<std::uint64_t>::is_always_lock_free &&
                      std::atomic_ref<std::uint64_t>::is_always_lock_free,
                  "change_counter: a lock inside one process cannot guard what several processes map; this processor "
                  "needs another counter");

    /// The first bytes of the file, with its version.
    static constexpr std::string_view magic{"shearline-chg 1\n", 16};
    static_assert(magic.size() == sizeof(layout::magic));

public:
    /// Opens the file, or creates it (mode 0600) if there is none; if several processes try at once, all get the same
    /// file.
    ///
    /// Errors, each naming the file: `corrupt` if it is not a change counter, or too short; `permission_denied`;
    /// `not_found` if the folder is missing; `unavailable` if the disk is full.
    static result<change_counter> open(const std::string& path) {
        constexpr int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
        int opened = ::open(path.c_str(), flags);
        if (opened < 0 && errno == ENOENT) {
            if (auto made = make(path); !made && made.error().code() != errc::conflict) return std::move(made).error();
            opened = ::open(path.c_str(), flags);
        }
        if (opened < 0) return file_error(path, "open it", errno);
        descriptor file{opened};
        struct ::stat about {};
        if (::fstat(file.get(), &about) != 0) return file_error(path, "inspect it", errno);
        // The size is checked first: a load past the end of a mapped file kills the process.
        if (!S_ISREG(about.st_mode) || about.st_size != static_cast<::off_t>(sizeof(layout))) return foreign(path);
        void* const at = ::mmap(nullptr, sizeof(layout), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
        if (at == MAP_FAILED) return file_error(path, "map it", errno);
        change_counter counter{{path, about}, std::move(file), static_cast<layout*>(at)};
        if (std::string_view{counter.m_page->magic, magic.size()} != magic) return foreign(path);
        return counter;
    }

    change_counter(change_counter&& other) noexcept
        : m_identity{std::move(other.m_identity)},
          m_file{std::move(other.m_file)},
          m_page{std::exchange(other.m_page, nullptr)} {}
    change_counter& operator=(change_counter&&) = delete;
    ~change_counter() {
        if (m_page != nullptr) ::munmap(m_page, sizeof(layout));
    }

    /// One load (acquire): what was written before the `bump` that it shows is visible after it. Never waits.
    [[nodiscard]] std::uint64_t load() const noexcept {
        return std::atomic_ref{m_page->count}.load(std::memory_order_acquire);
    }

    /// Changes the number. Never waits.
    void bump() noexcept { std::atomic_ref{m_page->count}.fetch_add(1, std::memory_order_acq_rel); }

    [[nodiscard]] const std::string& path() const noexcept { return m_identity.path(); }

    /// Whether the file was deleted or replaced: then processes that open it later use another one. One system call.
    [[nodiscard]] bool is_orphan() const noexcept { return !m_identity.holds(); }

private:
    change_counter(file_identity identity, descriptor file, layout* page) noexcept
        : m_identity{std::move(identity)}, m_file{std::move(file)}, m_page{page} {}

    static result<void> make(const std::string& path) {
        layout fresh{};
        std::memcpy(fresh.magic, magic.data(), magic.size());
        char bytes[sizeof(layout)];
        std::memcpy(bytes, &fresh, sizeof(layout));
        return create_private_file(path, {bytes, sizeof(layout)});
    }

    static error foreign(const std::string& path) {
        return {errc::corrupt, path +
                                   ": is not a change counter of this library; stop all that use the store, and "
                                   "delete it"};
    }

    file_identity m_identity;
    descriptor m_file;  // kept open, so that its inode is not given to another file
    layout* m_page;
};

}  // namespace shearline::inline v0_1::detail::sqlite
