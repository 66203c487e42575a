// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A disk without room for the tables. Where this user may mount one, it is a small file system; otherwise the server
// may not let files grow.
#include <grp.h>
#include <pwd.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "clients.hpp"
#include "process.hpp"

namespace fleet {

namespace {

using namespace shearline;
using support::postgres_server;

/// A small file system in memory. A process of its own mounts it, and unmounts it however this one ends.
class small_disk {
public:
    explicit small_disk(const std::string& at)
        : m_keeper{[at](const parent_end& parent) {
              for (const int each : {SIGINT, SIGTERM, SIGHUP}) std::signal(each, SIG_IGN);
              const ::passwd* const user = ::getpwnam("postgres");
              if (::geteuid() != 0 || user == nullptr || ::mkdir(at.c_str(), 0700) != 0) return;
              const std::string options = "size=10m,mode=0700,uid=" + std::to_string(user->pw_uid);
              if (::mount("tmpfs", at.c_str(), "tmpfs", 0, options.c_str()) != 0) return;
              parent.say("mounted");
              if (parent.hears() && ::mount("tmpfs", at.c_str(), "tmpfs", MS_REMOUNT, "size=200m") == 0)
                  parent.say("larger");
              (void)parent.hears();
              ::umount2(at.c_str(), MNT_DETACH);
          }},
          m_is_mounted{m_keeper.line() == "mounted"} {}
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;
    ~small_disk() {
        m_keeper.hang_up();
        (void)m_keeper.end();
    }

    [[nodiscard]] bool is_mounted() const noexcept { return m_is_mounted; }
    bool make_room() {
        m_keeper.tell();
        return m_keeper.line() == "larger";
    }

private:
    process m_keeper;
    bool m_is_mounted;
};

/// For processes of the server; those that they start later have it, too. Asked for as their user: another may not.
bool limit_files(const std::string& pids, ::rlim_t bytes) {
    process asking{[&](const parent_end& parent) {
        const ::passwd* const user = ::getpwnam("postgres");
        if (::geteuid() == 0 && (user == nullptr || ::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 ||
                                 ::setuid(user->pw_uid) != 0))
            return;
        std::istringstream all{pids};
        for (std::string pid; std::getline(all, pid, ',');) {
            ::rlimit limit{};
            const auto number = static_cast<::pid_t>(std::stol(pid));
            if (::prlimit(number, RLIMIT_FSIZE, nullptr, &limit) != 0) {
                if (errno == ESRCH) continue;  // it has ended
                return;
            }
            limit.rlim_cur = std::min(bytes, limit.rlim_max);
            if (::prlimit(number, RLIMIT_FSIZE, &limit, nullptr) != 0 && errno != ESRCH) return;
        }
        parent.say("limited");
    }};
    return asking.line() == "limited";
}

}  // namespace

finding full_disk(const plan& how) {
    const testing::temporary_folder folder;
    ::chmod(folder.path().c_str(), 0711);
    postgres_server server;
    const auto disk = std::make_unique<small_disk>(folder.file("disk"));
    books known;
    if (disk->is_mounted()) {
        server.run_sql("CREATE TABLESPACE small LOCATION '" + folder.file("disk") + "'");
        server.run_sql("ALTER DATABASE postgres SET default_tablespace = 'small'");
    } else if (!limit_files(std::to_string(server.pid()), 6'000'000)) {
        known.complain("no disk could be made small");
    }
    const place where = place_at(server.conninfo(), "full_disk");
    std::mt19937_64 random{how.seed};
    const auto hand = must_open(where);
    const auto early = carry_out(*hand, make_operation(kind::issue, {}, random), known, steady::now() + 20s);
    crowd busy{where, known, 2, how.seed};
    if (!goes_on(known, 20)) known.complain("no client worked before the disk was full");

    bool is_full = false;
    for (int i = 0; i < 2'000 && !is_full; ++i) {
        operation large = make_operation(kind::issue, {}, random);
        large.is_large = true;
        is_full = !carry_out(*hand, large, known, steady::now() + 20s);
    }
    if (!is_full) known.complain("the disk was never full");
    // Now and then something fits that is smaller; a large one never does.
    for (int i = 0; i < 10; ++i) {
        operation large = make_operation(kind::issue, {}, random);
        large.is_large = true;
        if (carry_out(*hand, large, known, steady::now() + 20s)) known.complain("a full disk has taken more");
        if (!early || !hand->verify(early->made->text)) known.complain("a key is denied while the disk is full");
    }

    const bool has_room =
        disk->is_mounted() ? disk->make_room()
                           : limit_files(std::to_string(server.pid()) + "," +
                                             server.run_sql("SELECT string_agg(pid::text, ',') FROM pg_stat_activity"),
                                         RLIM_INFINITY);
    if (!has_room) known.complain("no room could be made");
    operation large = make_operation(kind::issue, {}, random);
    large.is_large = true;
    if (!carry_out(*hand, large, known, steady::now() + 20s)) known.complain("it did not go on when there was room");
    if (!goes_on(known, 20)) known.complain("the clients did not go on when there was room");
    busy.stop();
    finding found = known.compare(where);
    server.kill();
    return found;
}

}  // namespace fleet
