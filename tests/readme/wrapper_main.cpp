// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A program that verifies keys, and of which only one source includes the library.
#include "wrapper.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#ifdef SHEARLINE_VERSION
#error "the wrapper includes the library, and costs what it was to save"
#endif

int main() {
    std::string folder = (std::filesystem::temp_directory_path() / "shearline-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) return 1;
    int failed = 0;
    {
        const auto keys = api_keys::open(folder);
        if (keys == nullptr) {
            std::puts("error: the wrapper opens nothing");
            ++failed;
        } else if (keys->tenant_of("crm_made_up", "contacts:read")) {
            std::puts("error: the wrapper grants what is no key");
            ++failed;
        }
        if (api_keys::open(folder + "/nowhere") != nullptr) {
            std::puts("error: the wrapper opens a folder that is not there");
            ++failed;
        }
    }
    std::filesystem::remove_all(folder);
    return failed;
}
