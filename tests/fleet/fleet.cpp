// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What a store in PostgreSQL promises to a fleet, under faults: processes that verify and revoke, killed and stopped
// clients and servers, cut and silent networks, a full disk, a failover. A line for each fault, and at the end
// "fleet: V verifies, R revocations, W wrong". Status 0 only if every fault was survived and nothing is wrong; 77 if
// PostgreSQL is not installed.
//
//     fleet [SECONDS] [PART …]
//
// From 60 seconds on it is the long form, with more repetitions. With parts, only these: history, authorities, or names
// of faults.
#include "fleet.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace fleet;

struct totals {
    judgement all{};
    bool survived = true;
};

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

unsigned long long number(std::uint64_t n) { return n; }

/// Runs one part, which may throw when a server or a process fails it.
template <typename Part>
void run_fault(const char* name, totals& all, Part part) {
    const auto begin = std::chrono::steady_clock::now();
    finding found;
    try {
        found = part();
    } catch (const std::exception& why) {
        found.wrong.emplace_back(why.what());
    }
    for (const std::string& each : found.wrong) std::printf("  %s: %s\n", name, each.c_str());
    std::printf("fault %s: %s, %llu lost, %llu undone (%llu acknowledged, %.1f s)\n", name,
                found.survived() ? "survived" : "failed", number(found.lost), number(found.undone),
                number(found.acknowledged), seconds_since(begin));
    std::fflush(stdout);
    all.survived = all.survived && found.survived();
}

template <typename Part>
void run_judged(const char* name, totals& all, Part part) {
    const auto begin = std::chrono::steady_clock::now();
    judgement found;
    try {
        found = part();
    } catch (const std::exception& why) {
        ++found.wrong;
        found.words.emplace_back(why.what());
    }
    for (const std::string& each : found.words) std::printf("  %s: %s\n", name, each.c_str());
    std::printf("%s: %llu verifies, %llu revocations, %llu wrong (%.1f s)\n", name, number(found.verifies),
                number(found.revocations), number(found.wrong), seconds_since(begin));
    std::fflush(stdout);
    all.all.verifies += found.verifies;
    all.all.revocations += found.revocations;
    all.all.wrong += found.wrong;
}

struct shared_fault {
    const char* name;
    finding (*run)(const plan&, const support::postgres_server&);
};
constexpr shared_fault shared_faults[] = {
    {"kill_authority", kill_authority}, {"stop_writer", stop_writer},   {"cut_commit", cut_commit},
    {"hold_network", hold_network},     {"silent_store", silent_store}, {"lost_bell", lost_bell},
};
struct own_fault {
    const char* name;
    finding (*run)(const plan&);
};
constexpr own_fault own_faults[] = {
    {"full_disk", full_disk}, {"failover", failover}, {"standby_cut", standby_cut}, {"old_primary", old_primary}};

bool is_known(const std::string& part) {
    const auto is_it = [&](const auto& one) { return part == one.name; };
    return part == "history" || part == "authorities" || part == "kill_server" ||
           std::any_of(std::begin(shared_faults), std::end(shared_faults), is_it) ||
           std::any_of(std::begin(own_faults), std::end(own_faults), is_it);
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    plan how;
    std::vector<std::string> parts;
    for (const std::string& each : arguments) {
        if (&each == arguments.data() && each.find_first_not_of("0123456789") == std::string::npos && each.size() < 6) {
            how.seconds = static_cast<unsigned>(std::strtoul(each.c_str(), nullptr, 10));
        } else if (is_known(each)) {
            parts.push_back(each);
        } else {
            std::fputs("usage: fleet [SECONDS] [PART ...]\n", stderr);
            return 2;
        }
    }
    if (!support::has_postgres()) {
        std::puts("fleet: PostgreSQL is not installed");
        return 77;
    }
    const auto wants = [&](const char* name) {
        return parts.empty() || std::find(parts.begin(), parts.end(), name) != parts.end();
    };
    std::signal(SIGPIPE, SIG_IGN);  // a process that has ended is told nothing, and that is reported
    totals all;
    try {
        support::postgres_server server;
        if (wants("history")) run_judged("history", all, [&] { return history(how, server); });
        if (wants("authorities")) run_judged("authorities", all, [&] { return concurrent_authorities(how, server); });
        for (const shared_fault& each : shared_faults)
            if (wants(each.name)) run_fault(each.name, all, [&] { return each.run(how, server); });
        if (wants("kill_server")) run_fault("kill_server", all, [&] { return kill_server(how, server); });
    } catch (const std::exception& why) {
        std::printf("  no server: %s\n", why.what());
        all.survived = false;
    }
    for (const own_fault& each : own_faults)
        if (wants(each.name)) run_fault(each.name, all, [&] { return each.run(how); });
    std::printf("fleet: %llu verifies, %llu revocations, %llu wrong\n", number(all.all.verifies),
                number(all.all.revocations), number(all.all.wrong));
    return all.survived && all.all.wrong == 0 ? 0 : 1;
}
