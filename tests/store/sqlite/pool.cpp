// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Connections in a forked child, which is distinguished from its parent even if both have the same pid.
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <string>

#ifdef __linux__
#include <sched.h>
#endif

#include "../../support/in_child.hpp"
#include "../../support/stores.hpp"

using namespace support;

namespace {

/// What `getpid` returns; 0: the real pid.
std::atomic<::pid_t> told_pid{0};

}  // namespace

/// Replaces the function of the C library.
extern "C" ::pid_t getpid() noexcept {
    const ::pid_t told = told_pid;
    return told != 0 ? told : static_cast<::pid_t>(::syscall(SYS_getpid));
}

namespace {

/// Whether a parent's store refuses a child.
bool refuses_a_child(sqlite_store& inherited) {
    const auto read = inherited.look_up(format_name, handle{2});
    const auto written = issue(inherited, 2);
    const auto is_refused = [](const auto& outcome) {
        return !outcome && outcome.error().code() == errc::unavailable &&
               outcome.error().context().find("fork") != std::string::npos;
    };
    return is_refused(read) && is_refused(written);
}

#ifdef __linux__
/// Makes the next child of this process pid 1 in a new namespace.
bool enter_pid_namespace() { return ::unshare(CLONE_NEWPID) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWPID) == 0; }

const boost::unit_test::precondition if_pid_namespaces_are_allowed{[](boost::unit_test::test_unit_id) {
    boost::test_tools::assertion_result allowed{support::in_child([] { return enter_pid_namespace() ? 0 : 1; }) == 0};
    allowed.message() << "this system allows no pid namespaces";
    return allowed;
}};
#endif

}  // namespace

BOOST_AUTO_TEST_SUITE(a_pool_of_connections)

BOOST_AUTO_TEST_CASE(lends_nothing_to_a_child_that_has_the_pid_of_its_parent) {
    sqlite_place place;
    must(issue(place.store, 1));
    told_pid = ::getpid();
    const int status = support::in_child([&] { return refuses_a_child(place.store) ? 0 : 1; });
    told_pid = 0;
    BOOST_TEST(status == 0);
    must(issue(place.store, 4));
    BOOST_TEST(raw_database{place.path}.text("PRAGMA integrity_check") == "ok");
}

#ifdef __linux__
BOOST_AUTO_TEST_CASE(lends_nothing_to_a_child_that_is_pid_1_as_its_parent_is, *if_pid_namespaces_are_allowed) {
    const temporary_folder folder;
    const std::string path = folder / "keys.db";
    const int status = support::in_child([&] {
        if (!enter_pid_namespace()) return 2;
        return support::in_child([&] {
            auto opened = sqlite_store::open(path);
            if (::getpid() != 1 || !opened || !issue(*opened, 1) || !enter_pid_namespace()) return 3;
            const int of_child = support::in_child([&] {
                return ::getpid() != 1 ? 4 : refuses_a_child(*opened) ? 0 : 5;
            });
            return of_child == 0 && issue(*opened, 4) ? 0 : of_child + 10;
        });
    });
    BOOST_TEST(status == 0);
    BOOST_TEST(raw_database{path}.text("PRAGMA integrity_check") == "ok");
}
#endif

BOOST_AUTO_TEST_SUITE_END()
