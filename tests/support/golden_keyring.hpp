// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The text of a keyring's file, as another program computes it from the description of the format.
#pragma once

#include <string>

namespace support {

/// Computed by another program (Python's hmac and base64) from the description of the format: the keys are 32 times
/// 'A', 'B' and 'C'. Of version 1, from before there were proof keys.
inline const std::string golden =
    "shearline keyring 1\n"
    "pepper 1 dropped AAAAAAAAAAA\n"
    "pepper 2 retired q18wiBqB1t0 QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE\n"
    "pepper 3 current pQAp37Q91ks QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI\n"
    "sealing 1 current XW6qBDav2jQ Q0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0M\n";

/// The lines of version 2, computed in the same way: the proof keys are 32 times 'D' and 'E', and the ids of the stores
/// are the bytes 0 to 15, and 16 bytes of 255.
inline const std::string proof_lines =
    "proof 1 dropped AAAAAAAAAAA\n"
    "proof 2 retired UWbww5UNk9M REREREREREREREREREREREREREREREREREREREREREQ\n"
    "proof 3 current fmduZ6J3pik RUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUU\n";
inline const std::string store_lines =
    "stores unproved\n"
    "store AAECAwQFBgcICQoLDA0ODw\n"
    "store /////////////////////w\n";
inline const std::string golden_2 =
    "shearline keyring 2" + golden.substr(golden.find('\n')) + proof_lines + store_lines;

}  // namespace support
