// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The parts of the program `fleet`: what each is given, and what it has found.
// Depends on std and tests/support/postgres_server.hpp; never on a store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../support/postgres_server.hpp"

namespace fleet {

/// How long, and with which random numbers.
struct plan {
    unsigned seconds = 20;
    std::uint64_t seed = 1;

    [[nodiscard]] bool is_long() const noexcept { return seconds >= 60; }
    /// How often something is repeated: `once` in the short form, and more often the more seconds there are.
    [[nodiscard]] unsigned times(unsigned once) const noexcept { return is_long() ? once * (1 + seconds / 40) : once; }
};

/// What one fault has done.
struct finding {
    std::uint64_t acknowledged = 0;  ///< changes; a fault without any has proved nothing
    std::uint64_t lost = 0;          ///< acknowledged changes that are gone, and halves of changes
    std::uint64_t undone = 0;        ///< revoked keys that are alive, and keys that nobody was given
    std::vector<std::string> wrong{};

    void expect(bool holds, std::string_view claim) {
        if (!holds) wrong.emplace_back(claim);
    }
    [[nodiscard]] bool survived() const noexcept {
        return acknowledged > 0 && lost == 0 && undone == 0 && wrong.empty();
    }
};

/// What was judged without a fault, or by the order of calls.
struct judgement {
    std::uint64_t verifies = 0;
    std::uint64_t revocations = 0;
    std::uint64_t wrong = 0;
    std::vector<std::string> words{};
};

// Each works in a schema of its own of the server that it is given.
judgement history(const plan& how, const support::postgres_server& server);
judgement concurrent_authorities(const plan& how, const support::postgres_server& server);
finding kill_authority(const plan& how, const support::postgres_server& server);
finding stop_writer(const plan& how, const support::postgres_server& server);
finding cut_commit(const plan& how, const support::postgres_server& server);
finding hold_network(const plan& how, const support::postgres_server& server);
finding silent_store(const plan& how, const support::postgres_server& server);
finding lost_bell(const plan& how, const support::postgres_server& server);
finding kill_server(const plan& how, support::postgres_server& server);
// Each starts its own servers.
finding full_disk(const plan& how);
finding failover(const plan& how);
finding standby_cut(const plan& how);
finding old_primary(const plan& how);

}  // namespace fleet
