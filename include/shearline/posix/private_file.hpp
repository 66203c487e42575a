// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Private files: read into memory that is wiped, and written completely or not at all.
// Depends on posix/descriptor.hpp, posix/path.hpp, secret/entropy.hpp and secret/secret_text.hpp; never on what the
// file means.
#pragma once

#include <shearline/posix/requirements.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <shearline/error.hpp>
#include <shearline/posix/descriptor.hpp>
#include <shearline/posix/path.hpp>
#include <shearline/result.hpp>
#include <shearline/secret/entropy.hpp>
#include <shearline/secret/secret_text.hpp>

namespace shearline::inline v0_1::detail {

/// Who may read a private file. Only its owner may ever write it.
enum class private_to {
    owner,            ///< modes 0600 and 0400
    owner_and_group,  ///< also 0640 and 0440, as volumes of secrets give a file to a service
};

/// Opens a file that belongs to us or to root, and to which nobody else has access. Never blocks, whatever the path
/// names.
inline result<descriptor> open_private(const std::string& path, private_to readers = private_to::owner) {
    descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
    if (!file) return file_error(path, "open it", errno);
    struct ::stat about {};
    if (::fstat(file.get(), &about) != 0) return file_error(path, "inspect it", errno);
    if (!S_ISREG(about.st_mode)) return error{errc::permission_denied, path + ": not a regular file"};
    if (about.st_uid != ::geteuid() && about.st_uid != 0) {
        return error{errc::permission_denied, path + ": belongs to another user, who could change it; make it yours"};
    }
    const ::mode_t refused =
        S_IRWXO | (readers == private_to::owner_and_group ? S_IRWXG & ~::mode_t{S_IRGRP} : S_IRWXG);
    if ((about.st_mode & refused) != 0) {
        return error{errc::permission_denied, path +
                                                  ": others than its owner have access; run chmod 600 on it, and "
                                                  "replace the secrets in it if anybody may have read them"};
    }
    return file;
}

/// Reads the whole file into memory that is wiped.
inline result<secret_text> read_to_end(const descriptor& file, const std::string& path, std::size_t max_bytes) {
    // One byte more than allowed detects a file that is too long, whatever size it reports.
    secret_text buffer = secret_text::with_chars(max_bytes + 1);
    const std::span<char> room = buffer.reveal_mutable(unsafe_reveal);
    std::size_t filled = 0;
    while (filled < room.size()) {
        const ::ssize_t got = ::read(file.get(), room.data() + filled, room.size() - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return file_error(path, "read it", errno);
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    if (filled > max_bytes) {
        return error{errc::corrupt, path + ": longer than " + std::to_string(max_bytes) + " bytes"};
    }
    return secret_text::copy_of({room.data(), filled});
}

/// A new file beside its destination; deleted unless it was moved there.
class temporary_file {
public:
    /// Writes `content` to a new file that only we can read, and waits until it is on the disk.
    static result<temporary_file> write(const std::string& destination, std::string_view content) {
        std::array<std::byte, 8> random{};
        if (auto filled = fill_object(random); !filled) return std::move(filled).error();
        std::string path = destination + ".new-";
        for (const std::byte byte : random) {
            constexpr std::string_view hex = "0123456789abcdef";
            path += hex[std::to_integer<std::size_t>(byte >> 4)];
            path += hex[std::to_integer<std::size_t>(byte & std::byte{15})];
        }
        const descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
        if (!file) return file_error(destination, "create a file beside it", errno);
        temporary_file made{std::move(path)};
        // The umask may have removed too much.
        if (::fchmod(file.get(), 0600) != 0) return file_error(destination, "make the new file private", errno);
        while (!content.empty()) {
            const ::ssize_t written = ::write(file.get(), content.data(), content.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return file_error(destination, "write the new file", errno);
            content.remove_prefix(static_cast<std::size_t>(written));
        }
        if (::fsync(file.get()) != 0) return file_error(destination, "make the new file durable", errno);
        return made;
    }

    temporary_file(temporary_file&& other) noexcept : m_path{std::exchange(other.m_path, {})} {}
    temporary_file& operator=(temporary_file&&) = delete;
    ~temporary_file() {
        if (!m_path.empty()) ::unlink(m_path.c_str());
    }

    /// Renames the file to its destination, replacing what is there.
    result<void> replace(const std::string& destination) {
        if (::rename(m_path.c_str(), destination.c_str()) != 0) {
            return file_error(destination, "put the new file in its place", errno);
        }
        m_path.clear();
        return sync_folder(destination);
    }

    /// Gives the file its name unless something has that name: if several processes try, one succeeds.
    result<void> publish(const std::string& destination) {
        if (::link(m_path.c_str(), destination.c_str()) != 0) return file_error(destination, "create it", errno);
        ::unlink(std::exchange(m_path, {}).c_str());
        return sync_folder(destination);
    }

private:
    explicit temporary_file(std::string path) noexcept : m_path{std::move(path)} {}

    /// A name is durable only once its folder is.
    static result<void> sync_folder(const std::string& path) {
        const descriptor folder{::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        if (!folder || ::fsync(folder.get()) != 0) {
            return error{errc::in_doubt, path + ": written, but its folder could not be made durable: " +
                                             std::generic_category().message(errno)};
        }
        return {};
    }

    std::string m_path;
};

/// Reads a private file: a regular file that belongs to us or to root, with no access for others, except for its group
/// if `readers` allows it. Follows a link.
///
/// Errors, each naming the file: `not_found`; `permission_denied` if we may not read it or others have access;
/// `corrupt` if it is longer than `max_bytes`; `unavailable` if the disk fails.
inline result<secret_text> read_private_file(const std::string& path, std::size_t max_bytes,
                                             private_to readers = private_to::owner) {
    auto file = open_private(path, readers);
    if (!file) return std::move(file).error();
    return read_to_end(*file, path, max_bytes);
}

/// Creates a private file (mode 0600) with `content`, complete and durable, or nothing at all.
///
/// Errors: `conflict` if something has that name, which is left unchanged; otherwise as `replace_private_file`. The
/// folder's file system must support hard links. A process that is killed meanwhile may leave a file `<path>.new-<16
/// hexadecimal digits>` with mode 0600, which may be deleted.
inline result<void> create_private_file(const std::string& path, std::string_view content) {
    auto fresh = temporary_file::write(path, content);
    if (!fresh) return std::move(fresh).error();
    return fresh->publish(path);
}

/// Replaces a private file's content, completely and durably, or leaves it as it was. `accept(std::string_view old)`
/// gets the content to be replaced and may refuse with an error; no other caller of this function changes the file
/// meanwhile. If `path` is a link, the file that it leads to is replaced.
///
/// Errors: those of `read_private_file`; `permission_denied` in a folder that we may not write to; `unavailable` if the
/// disk is full, with the old file unchanged; `in_doubt` if the new file may be lost in a power cut.
template <typename Accept>
result<void> replace_private_file(const std::string& path, std::size_t max_bytes, std::string_view content,
                                  Accept accept) {
    const std::optional<std::string> resolved = resolved_path(path);
    if (!resolved) return file_error(path, "find it", errno);
    const std::string& target = *resolved;

    for (;;) {
        // The lock is on the file itself, which other users cannot open and so cannot lock. After a wait, the file that
        // we hold may have been replaced: then open it again.
        auto file = open_private(target);
        if (!file) return std::move(file).error();
        while (::flock(file->get(), LOCK_EX) != 0) {
            if (errno != EINTR) return file_error(path, "lock it", errno);
        }
        struct ::stat held {};
        struct ::stat named {};
        if (::fstat(file->get(), &held) != 0) return file_error(path, "inspect it", errno);
        if (::stat(target.c_str(), &named) != 0) return file_error(path, "inspect it", errno);
        if (std::pair{held.st_dev, held.st_ino} != std::pair{named.st_dev, named.st_ino}) continue;

        auto old = read_to_end(*file, path, max_bytes);
        if (!old) return std::move(old).error();
        if (result<void> accepted = accept(old->reveal(unsafe_reveal)); !accepted) {
            return accepted;
        }
        auto fresh = temporary_file::write(target, content);
        if (!fresh) return std::move(fresh).error();
        return fresh->replace(target);
    }
}

}  // namespace shearline::inline v0_1::detail
