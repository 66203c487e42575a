// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/posix/private_file.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "../support/printers.hpp"
#include "../support/secrets.hpp"

namespace {

using namespace support;
using shearline::errc;
using shearline::result;
using shearline::unsafe_reveal;
using shearline::detail::create_private_file;
using shearline::detail::private_to;
using shearline::detail::read_private_file;
using shearline::detail::replace_private_file;

result<void> accept_anything(std::string_view) { return {}; }

::mode_t mode_of(const std::string& path) {
    struct ::stat about {};
    return ::stat(path.c_str(), &about) == 0 ? about.st_mode & 07777 : 0;
}

/// The error code of a read that must fail with a message that names the file; 0 if it does not fail or name it.
int code_of_read(const std::string& path) {
    const auto read = read_private_file(path, 1000);
    return read || !read.error().context().starts_with(path) ? 0 : static_cast<int>(read.error().code());
}

constexpr int code(errc what) { return static_cast<int>(what); }

}  // namespace

BOOST_AUTO_TEST_SUITE(private_file)

BOOST_AUTO_TEST_CASE(reads_what_was_created_and_only_its_owner_may_touch_it) {
    const open_folder folder;
    const std::string path = folder.file("secret");
    const ::mode_t old_mask = ::umask(0777);  // so strict that the file's own rights must be given back
    const auto created = create_private_file(path, "content\n");
    ::umask(old_mask);
    BOOST_REQUIRE(created);
    BOOST_TEST(mode_of(path) == 0600U);
    const auto read = read_private_file(path, 1000);
    BOOST_REQUIRE(read);
    BOOST_TEST(read->reveal(unsafe_reveal) == "content\n");
    BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_CASE(refuses_a_file_that_anybody_else_may_touch) {
    const open_folder folder;
    const std::string path = folder.file("secret");
    for (const ::mode_t mode : {0640U, 0620U, 0610U, 0604U, 0602U, 0601U}) {
        write_all(path, "content", mode);
        BOOST_TEST(code_of_read(path) == code(errc::permission_denied), "mode " << std::oct << mode);
    }
    for (const ::mode_t mode : {0600U, 0400U, 0700U}) {
        write_all(path, "content", mode);
        BOOST_TEST(code_of_read(path) == 0, "mode " << std::oct << mode);
    }
}

BOOST_AUTO_TEST_CASE(lets_the_group_read_where_that_is_asked_for_and_nothing_more) {
    const open_folder folder;
    const std::string path = folder.file("secret");
    const auto taken = [&](::mode_t mode) {
        write_all(path, "content", mode);
        const auto read = read_private_file(path, 1000, private_to::owner_and_group);
        return read && read->reveal(unsafe_reveal) == "content";
    };
    for (const ::mode_t mode : {0440U, 0640U, 0600U, 0400U}) BOOST_TEST(taken(mode), "mode " << std::oct << mode);
    for (const ::mode_t mode : {0660U, 0620U, 0610U, 0444U, 0604U, 0642U, 0441U})
        BOOST_TEST(!taken(mode), "mode " << std::oct << mode);
}

BOOST_AUTO_TEST_CASE(refuses_a_file_of_another_user, *boost::unit_test::precondition([](auto) {
                         return boost::test_tools::assertion_result(::geteuid() ==
                                                                    0);  // only root can give a file away
                     })) {
    const open_folder folder;
    const std::string path = folder.file("secret");
    write_all(path, "content");
    BOOST_REQUIRE(::chown(path.c_str(), nobody, nobody) == 0);
    BOOST_TEST(code_of_read(path) == code(errc::permission_denied));
    BOOST_TEST(in_child([&] { return become_ordinary_user() && code_of_read(path) == 0 ? 0 : 1; }) == 0);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_file_and_never_waits_for_it) {
    const open_folder folder;
    BOOST_REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
    BOOST_TEST(code_of_read(folder.file("pipe")) == code(errc::permission_denied));
    BOOST_TEST(code_of_read(folder.path()) == code(errc::permission_denied));
    BOOST_TEST(code_of_read("/dev/zero") == code(errc::permission_denied));
    BOOST_TEST(code_of_read(folder.file("nothing")) == code(errc::not_found));
    BOOST_TEST(code_of_read(folder.file(std::string(300, 'x'))) == code(errc::invalid_argument));
}

BOOST_AUTO_TEST_CASE(refuses_a_file_that_is_longer_than_the_limit) {
    const open_folder folder;
    const std::string path = folder.file("secret");
    write_all(path, std::string(1000, 'x'));
    const auto longest = read_private_file(path, 1000);
    BOOST_REQUIRE(static_cast<bool>(longest));
    BOOST_TEST(longest->size() == 1000U);
    write_all(path, std::string(1001, 'x'));
    BOOST_TEST(code_of_read(path) == code(errc::corrupt));
}

BOOST_AUTO_TEST_CASE(follows_a_link_and_replaces_what_it_leads_to) {
    const open_folder folder;
    const std::string target = folder.file("target");
    const std::string link = folder.file("link");
    write_all(target, "old");
    std::filesystem::create_symlink("target", link);
    BOOST_REQUIRE(replace_private_file(link, 1000, "new", accept_anything));
    BOOST_TEST(std::filesystem::is_symlink(link));
    BOOST_TEST(bytes_of(target) == "new");
    BOOST_TEST(mode_of(target) == 0600U);
    BOOST_TEST(folder.count() == 2);
}

BOOST_AUTO_TEST_CASE(creates_nothing_where_something_has_the_name) {
    const open_folder folder;
    const std::string path = folder.file("secret");
    write_all(path, "old");
    const auto created = create_private_file(path, "new");
    BOOST_REQUIRE(!created);
    BOOST_TEST(created.error().code() == errc::conflict);
    BOOST_TEST(created.error().context().starts_with(path));
    BOOST_TEST(bytes_of(path) == "old");
    std::filesystem::create_symlink("nowhere", folder.file("dangling"));
    BOOST_TEST(!create_private_file(folder.file("dangling"), "new"));
    BOOST_TEST(folder.count() == 2);
}

BOOST_AUTO_TEST_CASE(leaves_the_old_file_where_the_replacement_is_refused) {
    const open_folder folder;
    const std::string path = folder.file("secret");
    write_all(path, "old");
    std::string seen;
    const auto replaced = replace_private_file(path, 1000, "new", [&seen](std::string_view old) -> result<void> {
        seen = old;
        return shearline::error{errc::conflict, "no"};
    });
    BOOST_TEST(!replaced);
    BOOST_TEST(seen == "old");
    BOOST_TEST(bytes_of(path) == "old");
    BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_CASE(leaves_the_old_file_and_no_scraps_where_the_disk_is_full) {
    const open_folder folder;
    const std::string path = folder.file("secret");
    write_all(path, "old");
    const auto write_under_limit = [&](::rlim_t bytes, std::string content) {
        return in_child([&] {
            std::signal(SIGXFSZ, SIG_IGN);  // the write fails then, as it does on a full disk
            if (!set_limit(RLIMIT_FSIZE, bytes)) return 10;
            const auto replaced = replace_private_file(path, 1000, content, accept_anything);
            if (replaced) return 1;
            if (!replaced.error().context().starts_with(path)) return 11;
            return replaced.error().code() == errc::unavailable ? 0 : 12;
        });
    };
    BOOST_TEST(write_under_limit(4, "longer than the limit") == 0);
    BOOST_TEST(bytes_of(path) == "old");
    BOOST_TEST(folder.count() == 1);
    BOOST_TEST(write_under_limit(4, "fits") == 1);  // the control
    BOOST_TEST(bytes_of(path) == "fits");
}

BOOST_AUTO_TEST_CASE(says_so_where_the_folder_is_read_only) {
    const open_folder folder;
    const std::string path = folder.file("secret");
    const int status = in_child([&] {
        if (!become_ordinary_user() || !create_private_file(path, "old")) return 10;
        return 0;
    });
    BOOST_REQUIRE(status == 0);
    BOOST_REQUIRE(::chmod(folder.path().c_str(), 0555) == 0);
    const auto refused = [&](bool fresh) {
        return in_child([&] {
            if (!become_ordinary_user()) return 10;
            const std::string target = fresh ? path + "2" : path;
            const auto written =
                fresh ? create_private_file(target, "new") : replace_private_file(target, 1000, "new", accept_anything);
            if (written || !written.error().context().starts_with(target)) return 11;
            return written.error().code() == errc::permission_denied ? 0 : 12;
        });
    };
    BOOST_TEST(refused(true) == 0);
    BOOST_TEST(refused(false) == 0);
    BOOST_TEST(bytes_of(path) == "old");
    BOOST_REQUIRE(::chmod(folder.path().c_str(), 0777) == 0);
    BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_CASE(is_made_durable_in_its_folder) {
    BOOST_TEST(shearline::detail::folder_of("secret") == ".");
    BOOST_TEST(shearline::detail::folder_of("/secret") == "/");
    BOOST_TEST(shearline::detail::folder_of("/etc/acme/secret") == "/etc/acme");
}

BOOST_AUTO_TEST_CASE(of_many_processes_that_create_it_one_wins) {
    const open_folder folder;
    const std::string path = folder.file("secret");
    constexpr int processes = 12;
    std::vector<::pid_t> children;
    for (int i = 0; i < processes; ++i) {
        children.push_back(start_child([&] {
            const auto created = create_private_file(path, std::string(500, static_cast<char>('a' + i)));
            return created ? i + 1 : created.error().code() == errc::conflict ? 0 : 100;
        }));
    }
    int winner = 0;
    for (const ::pid_t child : children) {
        const int status = end_of(child);
        BOOST_REQUIRE(status >= 0);
        BOOST_REQUIRE(status <= processes);
        if (status == 0) continue;
        BOOST_TEST(winner == 0);
        winner = status;
    }
    BOOST_REQUIRE(winner != 0);
    BOOST_TEST(bytes_of(path) == std::string(500, static_cast<char>('a' + winner - 1)));
    BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_CASE(is_looked_at_again_by_who_had_to_wait_for_it) {
    const open_folder folder;
    const std::string path = folder.file("secret");
    write_all(path, "old");
    std::thread other;
    result<void> later;
    const auto replaced = replace_private_file(path, 1000, "new", [&](std::string_view) {
        other = std::thread{[&] {  // waits for the lock of the file that is replaced now, and must not take it for old
            later = replace_private_file(path, 1000, "newest", [](std::string_view old) {
                return old == "new" ? result<void>{} : shearline::error{errc::conflict, "too early"};
            });
        }};
        std::this_thread::sleep_for(std::chrono::milliseconds{200});
        return result<void>{};
    });
    other.join();
    BOOST_TEST(static_cast<bool>(replaced));
    BOOST_TEST(static_cast<bool>(later));
    BOOST_TEST(bytes_of(path) == "newest");
}

BOOST_AUTO_TEST_CASE(no_replacement_is_lost_among_many_processes) {
    const open_folder folder;
    const std::string path = folder.file("secret");
    write_all(path, "");
    // Each child adds its letter to what it saw; `accept` refuses where another came between, and the child tries
    // again.
    constexpr int processes = 8;
    std::vector<::pid_t> children;
    for (int i = 0; i < processes; ++i) {
        children.push_back(start_child([&] {
            for (int attempt = 0; attempt < 10000; ++attempt) {
                const std::string seen = bytes_of(path);
                const auto replaced =
                    replace_private_file(path, 1000, seen + static_cast<char>('a' + i), [&](std::string_view old) {
                        return old == seen ? result<void>{} : shearline::error{errc::conflict, "moved on"};
                    });
                if (replaced) return 0;
                if (replaced.error().code() != errc::conflict) return 2;
            }
            return 1;
        }));
    }
    for (const ::pid_t child : children) BOOST_TEST(end_of(child) == 0);
    std::string letters = bytes_of(path);
    std::sort(letters.begin(), letters.end());
    BOOST_TEST(letters == "abcdefgh");
    BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
