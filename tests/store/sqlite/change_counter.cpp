// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "../../support/stores.hpp"

using namespace support;
using namespace shearline::detail::sqlite;

BOOST_AUTO_TEST_SUITE(a_change_counter)

BOOST_AUTO_TEST_CASE(is_one_number_for_all_who_open_the_file) {
    const temporary_folder folder;
    const std::string path = folder / "changes";
    auto one = must(change_counter::open(path));
    const auto other = must(change_counter::open(path));
    BOOST_TEST(one.load() == 0U);
    one.bump();
    BOOST_TEST(other.load() == 1U);
    const auto moved = std::move(one);
    BOOST_TEST(moved.load() == 1U);
    BOOST_TEST(must(change_counter::open(path)).load() == 1U);
}

BOOST_AUTO_TEST_CASE(is_private_whatever_the_umask) {
    const temporary_folder folder;
    for (const ::mode_t mask : {::mode_t{0}, ::mode_t{0777}}) {
        const std::string path = folder / std::to_string(mask);
        const ::mode_t before = ::umask(mask);
        const auto made = change_counter::open(path);
        ::umask(before);
        BOOST_REQUIRE(static_cast<bool>(made));
        struct ::stat about {};
        BOOST_REQUIRE(::stat(path.c_str(), &about) == 0);
        BOOST_TEST((about.st_mode & 07777U) == 0600U);
    }
}

BOOST_AUTO_TEST_CASE(refuses_and_keeps_a_file_that_is_not_one_of_ours) {
    const temporary_folder folder;
    const std::string path = folder / "changes";
    (void)must(change_counter::open(path));
    const std::string good = bytes_of(path);
    BOOST_REQUIRE(good.size() == 128);
    std::string other_version = good;
    other_version[14] = '2';
    for (const std::string& bytes : {std::string{}, good.substr(0, 127), good.substr(0, 64), good + "x",
                                     std::string(128, '\0'), std::string(4096, 'x'), other_version}) {
        write_bytes(path, bytes);
        const auto opened = change_counter::open(path);
        BOOST_TEST(code_of(opened) == errc::corrupt);
        BOOST_TEST(opened.error().context().find(path) != std::string::npos);
        BOOST_TEST(bytes_of(path) == bytes);
    }
    write_bytes(path, good);
    (void)must(change_counter::open(path));
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_file) {
    const temporary_folder folder;
    BOOST_TEST(code_of(change_counter::open(folder.path())) != errc::corrupt);
    const std::string pipe = folder / "pipe";
    BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    BOOST_TEST(code_of(change_counter::open(pipe)) == errc::corrupt);
    const std::string target = folder / "target";
    (void)must(change_counter::open(target));
    const std::string link = folder / "link";
    BOOST_REQUIRE(::symlink(target.c_str(), link.c_str()) == 0);
    BOOST_TEST(code_of(change_counter::open(link)) == errc::unavailable);
    BOOST_TEST(code_of(change_counter::open(folder / "no/changes")) == errc::not_found);
}

BOOST_AUTO_TEST_CASE(knows_when_its_file_was_deleted_or_replaced) {
    const temporary_folder folder;
    const std::string path = folder / "changes";
    const auto counter = must(change_counter::open(path));
    BOOST_TEST(!counter.is_orphan());
    BOOST_REQUIRE(::unlink(path.c_str()) == 0);
    BOOST_TEST(counter.is_orphan());
    const auto next = must(change_counter::open(path));
    BOOST_TEST(counter.is_orphan());
    BOOST_TEST(!next.is_orphan());
    BOOST_TEST(counter.load() == 0U);  // the mapping stays good
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(threaded)

BOOST_AUTO_TEST_CASE(the_change_counter_loses_no_bump_and_publishes_what_came_before) {
    const temporary_folder folder;
    auto counter = must(change_counter::open(folder / "changes"));
    auto other = must(change_counter::open(folder / "changes"));
    constexpr std::uint64_t bumps = 20'000;
    std::vector<std::uint64_t> written(2 * bumps + 1);
    std::atomic<bool> wrong{false};
    std::thread first{[&] {
        for (std::uint64_t i = 1; i <= bumps; ++i) {
            written[i] = i;  // not atomic: only the counter orders it
            counter.bump();
        }
    }};
    std::thread watcher{[&] {
        for (std::uint64_t seen = 0; seen < bumps;) {
            seen = counter.load();
            if (seen > 0 && written[seen] != seen) wrong = true;
        }
    }};
    first.join();
    watcher.join();
    BOOST_TEST(!wrong);
    const auto bump_all = [](change_counter& which) {
        for (std::uint64_t i = 0; i < bumps; ++i) which.bump();
    };
    std::thread a{[&] { bump_all(counter); }};
    std::thread b{[&] { bump_all(other); }};
    a.join();
    b.join();
    BOOST_TEST(counter.load() == 3 * bumps);
    BOOST_TEST(other.load() == 3 * bumps);
}

BOOST_AUTO_TEST_SUITE_END()
