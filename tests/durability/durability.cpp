// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Power cuts and kills at any moment of work on an SQLite store: no acknowledged change is lost, no revocation is
// undone, and no change is stored in part. As controls, losses must be found with synchronous = OFF, and with a worker
// that acknowledges before it has done the work.
//
//     durability POWER_CUTS KILLS [SEED]
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include <shearline/store/sqlite_store.hpp>
#include <shearline/testing/kill_harness.hpp>
#include <shearline/testing/ledger.hpp>
#include <shearline/testing/power_loss_vfs.hpp>
#include <shearline/testing/temporary_folder.hpp>

namespace {

using namespace shearline;
using namespace shearline::testing;
using authority_type = authority<durable_bundle, sqlite_store>;

constexpr sqlite_options options{.readers = 1, .check_file = true};

struct outcome {
    ledger_findings found{};
    std::uint64_t acknowledged = 0;
};

/// Starts without a store, works until the power fails, compares what is left, and continues from there several times:
/// power cuts happen while the file is created, changed and closed.
outcome cut_power(std::uint64_t cuts, std::uint64_t seed, bool synchronous_off) {
    std::mt19937_64 random{seed};
    power_loss_vfs disk;
    disk.set_synchronous_off(synchronous_off);
    outcome sum;
    const temporary_folder home;
    const auto ring = keyring::create(home.file("keyring"));
    if (!ring) std::abort();
    auto folder = std::make_unique<temporary_folder>();
    std::optional<ledger> known;
    std::vector<handle> alive;
    bool opens = true;
    for (std::uint64_t cut = 0; cut < cuts; ++cut) {
        const bool anew = cut % 20 == 0 || !opens;
        if (anew) {
            folder = std::make_unique<temporary_folder>();
            known.emplace();
            alive.clear();
        }
        disk.cut_before(1 + random() % (anew && random() % 2 == 0 ? 60 : 400), random());
        {
            auto store = sqlite_store::open(folder->file("keys.db"), options);
            auto keys = store ? authority_type::open(*store, *ring) : result<authority_type>{store.error()};
            if (!keys && !disk.was_cut()) ++sum.found.lost;  // what the cut before left does not open
            const std::uint64_t most = random() % 40;
            for (std::uint64_t i = 0; keys && i < most && !disk.was_cut(); ++i)
                make_durable_change(*keys, alive, random, [&](const std::string& line) {
                    if (disk.was_cut() && !line.starts_with("revoking")) return;  // nobody heard this
                    known->take(line);
                    ++sum.acknowledged;
                });
        }
        disk.cut_now();
        auto after = std::make_unique<temporary_folder>();
        disk.restore(folder->path(), after->path());
        folder = std::move(after);
        auto left = sqlite_store::open(folder->file("keys.db"), options);
        opens = static_cast<bool>(left);
        sum.found.lost += opens ? 0U : 1U;
        if (opens) sum.found.add(known->compare(*left, *ring));
    }
    return sum;
}

/// Kills processes that work on a store; only a few on each store, because all of it is read after each kill.
outcome kill(std::uint64_t kills, std::uint64_t seed, bool acknowledges_early) {
    std::mt19937_64 random{seed};
    const temporary_folder home;
    const auto ring = keyring::create(home.file("keyring"));
    if (!ring) std::abort();
    outcome sum;
    auto folder = std::make_unique<temporary_folder>();
    ledger known;
    for (std::uint64_t round = 0; round < kills; ++round) {
        if (round % 25 == 0) {
            folder = std::make_unique<temporary_folder>();
            known = ledger{};
        }
        const std::string path = folder->file("keys.db");
        const std::uint64_t child_seed = random();
        const auto lines = run_and_kill(std::chrono::microseconds{random() % 20'000}, [&](auto say) {
            std::mt19937_64 own{child_seed};
            auto store = sqlite_store::open(path, {.readers = 1, .check_file = false});
            auto keys = authority_type::open(*store, *ring);
            std::vector<handle> alive;
            say("begun");
            if (acknowledges_early) say("issued " + std::to_string(own()) + " durable_nobody_made_this_one");
            while (make_durable_change(*keys, alive, own, say)) {
            }
        });
        for (const std::string& line : lines) known.take(line);
        sum.acknowledged += lines.size();
        auto store = sqlite_store::open(path, options);
        if (!store) {
            ++sum.found.lost;
            continue;
        }
        sum.found.add(known.compare(*store, *ring));
    }
    return sum;
}

bool tell(const char* what, const outcome& seen, bool must_be_good) {
    const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
    std::printf("%s: %llu lines acknowledged, %llu lost, %llu undone, %llu halves%s\n", what, number(seen.acknowledged),
                number(seen.found.lost), number(seen.found.undone), number(seen.found.halves),
                must_be_good || !seen.found.good() ? "" : ": NOT CAUGHT");
    std::fflush(stdout);
    return seen.acknowledged > 0 && seen.found.good() == must_be_good;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3 || argc > 4) {
        std::fputs("usage: durability POWER_CUTS KILLS [SEED]\n", stderr);
        return 2;
    }
    const std::uint64_t cuts = std::strtoull(argv[1], nullptr, 10);
    const std::uint64_t kills = std::strtoull(argv[2], nullptr, 10);
    const std::uint64_t seed = argc == 4 ? std::strtoull(argv[3], nullptr, 10) : 1;
    bool good = tell("control: power cuts with synchronous = OFF", cut_power(40, seed, true), false);
    good = tell("control: kills of a worker that acknowledges early", kill(3, seed, true), false) && good;
    const outcome cut = cut_power(cuts, seed, false);
    good = tell("power cuts", cut, true) && good;
    const outcome killed = kill(kills, seed, false);
    good = tell("kills", killed, true) && good;
    const ledger_findings& a = cut.found;
    const ledger_findings& b = killed.found;
    std::printf("durability: %llu power cuts, %llu kills, %llu lost, %llu undone\n",
                static_cast<unsigned long long>(cuts), static_cast<unsigned long long>(kills),
                static_cast<unsigned long long>(a.lost + b.lost + a.halves + b.halves),
                static_cast<unsigned long long>(a.undone + b.undone));
    return good ? 0 : 1;
}
