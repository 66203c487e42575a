// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The one source of a program that includes the library: docs/compile_time.md shows these lines.
#include "wrapper.hpp"

#include <utility>

#include <shearline/shearline.hpp>
#include <shearline/store/sqlite_store.hpp>

namespace {

using product_keys = shearline::policies<shearline::key_format<"crm">>;
using checks = shearline::verifier<product_keys, shearline::sqlite_store>;

class opened_keys final : public api_keys {
public:
    opened_keys(std::unique_ptr<shearline::sqlite_store> store, checks keys)
        : m_store{std::move(store)}, m_keys{std::move(keys)} {}

    std::optional<std::string> tenant_of(std::string_view key, std::string_view scope) override {
        const shearline::verdict answer = m_keys.verify(key, scope);
        return answer ? std::optional{answer.grant().tenant()} : std::nullopt;
    }

private:
    std::unique_ptr<shearline::sqlite_store> m_store;
    checks m_keys;
};

}  // namespace

std::unique_ptr<api_keys> api_keys::open(const std::string& folder) {
    const auto ring = shearline::keyring::open_or_create(folder + "/keyring");
    auto store = shearline::sqlite_store::open(folder + "/keys.db");
    if (!ring || !store) return nullptr;
    auto kept = std::make_unique<shearline::sqlite_store>(*std::move(store));
    auto keys = checks::open(*kept, *ring);
    if (!keys) return nullptr;
    return std::make_unique<opened_keys>(std::move(kept), *std::move(keys));
}
