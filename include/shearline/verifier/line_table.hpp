// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Handle → line, by open addressing: one writer, any number of readers, no lock.
// Depends on verifier/line.hpp and posix/page_block.hpp; never on a store.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <shearline/credential/credential_id.hpp>
#include <shearline/error.hpp>
#include <shearline/format/handle.hpp>
#include <shearline/posix/page_block.hpp>
#include <shearline/result.hpp>
#include <shearline/verifier/line.hpp>

namespace shearline::inline v0_1::detail {

/// A table of a fixed number of lines, not a power of two. A line is at its home or, by linear probing, after it. No
/// line is ever moved or freed, so a reader needs no lock; dead lines are dropped when the table is rebuilt into
/// another one. A free line ends a search, and the writer leaves enough of them: at a load of one half, a successful
/// search touches 1.5 lines on average. No search touches a line twice, whatever the table holds.
///
/// Arrays beside the lines hold, for each line: its details (32 bytes); and, for the writer only, a link to the next
/// line of its credential (8 bytes) and 4 bytes of an index from credentials to their lines. The lines of a credential
/// that are not dead are linked, so the cost of a change depends only on their number.
class line_table {
public:
    static constexpr std::size_t least_lines = 1'024;

    /// The load, in percent, at which a table is rebuilt (1.59 lines touched by a successful search), and the load
    /// after that.
    static constexpr std::size_t most_full = 54;
    static constexpr std::size_t rebuilt_full = 50;

    /// The number of lines for `keys`.
    [[nodiscard]] static constexpr std::uint64_t lines_for(std::uint64_t keys) noexcept {
        if (keys > std::numeric_limits<std::uint64_t>::max() / 128) return std::numeric_limits<std::uint64_t>::max();
        const std::uint64_t lines = keys * 100 / rebuilt_full;
        return lines < least_lines ? least_lines : lines;
    }

    /// An empty table. Errors: `invalid_argument` for more than 2^32-1 lines; `unavailable` if the system gives no
    /// memory for them. (A template, so that only who fills a table pays for its compilation.)
    template <typename Table = line_table>
    [[nodiscard]] static result<std::unique_ptr<Table>> make(std::uint64_t lines) {
        if (lines > std::numeric_limits<std::uint32_t>::max())
            return error{errc::invalid_argument, "a table of " + std::to_string(lines) + " lines: too many"};
        auto block = page_block::make(lines * sizeof(line));
        if (!block) return std::move(block).error();
        auto details = page_block::make(lines * sizeof(line_details));
        if (!details) return std::move(details).error();
        auto links = page_block::make(lines * sizeof(line_link));
        if (!links) return std::move(links).error();
        auto index = page_block::make(lines * sizeof(std::uint32_t));
        if (!index) return std::move(index).error();
        return std::unique_ptr<Table>{new Table{static_cast<std::size_t>(lines), *std::move(block), *std::move(details),
                                                *std::move(links), *std::move(index)}};
    }

    /// The line at which a search for a handle begins. Handles are not secret; the multiplication also spreads imported
    /// ones.
    [[nodiscard]] std::size_t home_of(handle key) const noexcept {
        const std::uint64_t mixed = key.value * 0x9e37'79b9'7f4a'7c15U;  // 2^64 / the golden ratio
        return static_cast<std::size_t>(upper_word(mixed, m_size));
    }
    // Inlined always: g++ takes a function that only prefetches for one that does nothing.

    /// Prefetches a line, or the one at which the search for a handle begins.
    [[gnu::always_inline]] void prefetch(std::size_t at) const noexcept { __builtin_prefetch(&m_lines[at]); }
    [[gnu::always_inline]] void prefetch(handle key) const noexcept { prefetch(home_of(key)); }
    /// Prefetches what an insertion needs.
    [[gnu::always_inline]] void prefetch_insertion(std::size_t at, const credential_id& id) const noexcept {
        __builtin_prefetch(&m_lines[at], 1);
        __builtin_prefetch(&m_details[at], 1);
        __builtin_prefetch(&m_links[at], 1);
        __builtin_prefetch(&m_index[index_home_of(id)], 1);
    }

    /// The line of a handle, or null. Begins at its home, or where `follow` ends. Lock-free; touches no line twice.
    [[nodiscard]] line* find(handle key, std::size_t at) const noexcept {
        line* const end = m_lines + m_size;
        line* const first = m_lines + at;
        line* one = first;
        do {
            const std::uint64_t found = one->handle();
            if (found == 0) return nullptr;
            if (found == key.value && !line_status::is_superseded(one->status_word())) return one;
            one = one + 1 == end ? end - m_size : one + 1;
        } while (one != first);
        return nullptr;
    }
    [[nodiscard]] line* find(handle key) const noexcept { return find(key, home_of(key)); }

    /// The line at which a search that has come to a line ends, as far as that line tells, or else the one after it,
    /// which is prefetched.
    [[nodiscard, gnu::always_inline]] std::size_t follow(handle key, std::size_t at) const noexcept {
        const std::uint64_t found = m_lines[at].handle();
        if (found == key.value || found == 0) return at;
        const std::size_t next = at + 1 == m_size ? 0 : at + 1;
        prefetch(next);
        return next;
    }

    /// The details of a line.
    [[nodiscard]] const line_details& details_of(const line& one) const noexcept { return m_details[number_of(one)]; }

    /// The credential of a line. For the writer.
    [[nodiscard]] mirrored_credential owner_of(const line& one) const noexcept {
        const line_details& details = details_of(one);
        return {one.credential(), details.not_before.load(std::memory_order_relaxed), m_links[number_of(one)].version};
    }

    /// Whether another line can be added. One line always stays free.
    [[nodiscard]] bool has_room() const noexcept { return m_used + 1 < m_size; }

    /// Adds a line of a credential, after those with the same handle, which the writer then marks as superseded.
    /// Returns null, and changes nothing, if there is no room. For `was_read` see `begin_reading`. By the writer only.
    line* insert(const mirrored_credential& of, const mirrored_key& key, bool was_read = true) noexcept {
        if (!has_room()) return nullptr;
        std::size_t at = home_of(key.handle);
        while (m_lines[at].handle() != 0) at = at + 1 == m_size ? 0 : at + 1;
        line_details& details = m_details[at];
        details.digest = key.digest;
        details.not_before.store(of.not_before, std::memory_order_release);
        details.was_read = was_read;
        m_links[at] = {of.version, std::exchange(first_of(of.id), static_cast<std::uint32_t>(at + 1))};
        m_lines[at].publish(key.handle, of.id, key.status, key.owner);
        ++m_used;
        return &m_lines[at];
    }

    /// Whether a line can be updated to a key. A line never gets another digest or credential, and a dead line is no
    /// longer linked: then the key needs a new line.
    [[nodiscard]] bool can_become(const line& one, const mirrored_credential& of,
                                  const mirrored_key& key) const noexcept {
        return details_of(one).digest == key.digest && one.credential() == of.id && !one.status().is_dead();
    }

    /// Updates a line to a key that it `can_become`. By the writer only.
    void update(line& one, const mirrored_credential& of, const mirrored_key& key) noexcept {
        const std::size_t at = number_of(one);
        m_details[at].not_before.store(of.not_before, std::memory_order_release);
        m_details[at].was_read = true;
        m_links[at].version = of.version;
        one.set_owner(key.owner);
        set_status(one, key.status);
    }

    /// Whether the table has a later version of a credential. For the writer.
    [[nodiscard]] bool knows_later(const mirrored_credential& than) noexcept {
        const std::uint32_t first = first_of(than.id);
        return first != 0 && static_cast<std::int32_t>(m_links[first - 1].version - than.version) > 0;
    }

    /// Between the two calls, insert or update the keys of a credential that were read; its other lines are then marked
    /// as revoked. By the writer only. O(its lines that are not dead).
    void begin_reading(const credential_id& of) noexcept {
        for (std::uint32_t next = first_of(of); next != 0; next = m_links[next - 1].next)
            m_details[next - 1].was_read = false;
    }
    void end_reading(const mirrored_credential& of) noexcept {
        std::uint32_t* const first = &first_of(of.id);
        for (std::uint32_t* link = first; *link != 0;) {
            line& one = m_lines[*link - 1];
            line_link& linked = m_links[*link - 1];
            line_status status = one.status();
            if (!m_details[*link - 1].was_read) {
                status.state = key_state::revoked;
                set_status(one, status);
            }
            if (!status.is_dead()) {
                link = &linked.next;
            } else if (link == first && linked.next == 0) {  // the last one: it keeps the version
                linked.version = of.version;
                break;
            } else {
                *link = linked.next;
            }
        }
    }

    /// A number that no other table of this process has.
    [[nodiscard]] std::uint64_t serial() const noexcept { return m_serial; }
    [[nodiscard]] std::size_t size() const noexcept { return m_size; }
    /// The number of lines in use, including dead ones. For the writer.
    [[nodiscard]] std::size_t used() const noexcept { return m_used; }
    /// The number of dead lines. For the writer.
    [[nodiscard]] std::size_t dead() const noexcept { return m_dead; }
    [[nodiscard]] bool is_full() const noexcept { return m_used >= m_size / 100 * most_full; }
    [[nodiscard]] line& operator[](std::size_t at) const noexcept { return m_lines[at]; }
    [[nodiscard]] std::size_t number_of(const line& one) const noexcept {
        return static_cast<std::size_t>(&one - m_lines);
    }

    /// The average number of lines touched by a successful search, over all keys. For the writer. O(size).
    [[nodiscard]] double probes_per_hit() const noexcept {
        std::uint64_t hits = 0;
        std::uint64_t touched = 0;
        for (std::size_t at = 0; at < m_size; ++at) {
            const handle key{m_lines[at].handle()};
            if (key.value == 0 || m_lines[at].status().superseded) continue;
            const std::size_t home = home_of(key);
            touched += (at < home ? at + m_size : at) - home + 1;
            ++hits;
        }
        return hits == 0 ? 0 : static_cast<double>(touched) / static_cast<double>(hits);
    }

    /// Changes the status of a line. By the writer only.
    void set_status(line& one, line_status status) noexcept {
        if (status.is_dead() && !one.status().is_dead()) ++m_dead;
        one.set_status(status);
    }

    /// Adds uses of the key of a line, to be written to the store. By any thread; never waits.
    void add_uses(std::size_t at, std::uint32_t uses, line_seconds last) const noexcept {
        std::atomic<std::uint64_t>& counted = m_lines[at].uses();
        std::uint64_t before = counted.load(std::memory_order_relaxed);
        std::uint64_t after = 0;
        do {
            const auto was = std::bit_cast<count>(before);
            after = std::bit_cast<std::uint64_t>(count{was.uses + uses, was.last < last ? last : was.last});
            // Sequentially consistent, as the mark is: if the mark is still set, the thread that clears it takes this
            // count.
        } while (!counted.compare_exchange_weak(before, after, std::memory_order_seq_cst, std::memory_order_relaxed));
        std::atomic<bool>& mark = m_counted[at / counts_per_mark];
        if (!mark.load(std::memory_order_seq_cst)) mark.store(true, std::memory_order_seq_cst);
    }

    /// Removes the counts and passes each to `take(handle, uses, last)`. O(size / 4,096), plus the counts in blocks of
    /// 4,096 that were marked.
    template <typename Take>
    void take_uses(Take take) {
        for (std::size_t block = 0; block < m_counted.size(); ++block) {
            if (!m_counted[block].load(std::memory_order_relaxed)) continue;
            m_counted[block].store(false, std::memory_order_seq_cst);
            const std::size_t end = end_of_block(block);
            for (std::size_t at = block * counts_per_mark; at < end; ++at) {
                const auto taken = std::bit_cast<count>(m_lines[at].uses().exchange(0, std::memory_order_seq_cst));
                if (taken.uses != 0) take(handle{m_lines[at].handle()}, taken.uses, taken.last);
            }
        }
    }

    /// The number of keys with counts, of a table that no reader uses any more.
    [[nodiscard]] std::size_t counted() const noexcept {
        std::size_t keys = 0;
        for (std::size_t block = 0; block < m_counted.size(); ++block) {
            if (!m_counted[block].load(std::memory_order_relaxed)) continue;
            const std::size_t end = end_of_block(block);
            for (std::size_t at = block * counts_per_mark; at < end; ++at)
                if (std::bit_cast<count>(m_lines[at].uses().load(std::memory_order_relaxed)).uses != 0) ++keys;
        }
        return keys;
    }

private:
    [[nodiscard]] std::size_t end_of_block(std::size_t block) const noexcept {
        const std::size_t end = (block + 1) * counts_per_mark;
        return end < m_size ? end : m_size;
    }
    /// The product without its lower 64 bits; `lines` has 32 bits.
    static constexpr std::uint64_t upper_word(std::uint64_t mixed, std::uint64_t lines) noexcept {
#ifdef __SIZEOF_INT128__
        __extension__ using wide = unsigned __int128;
        return static_cast<std::uint64_t>((static_cast<wide>(mixed) * lines) >> 64U);
#else  // a 32-bit machine: by halves, so that no product or sum exceeds 64 bits
        return ((mixed >> 32U) * lines + (((mixed & 0xffff'ffffU) * lines) >> 32U)) >> 32U;
#endif
    }

    /// The index entry of a credential: the number of its first line plus 1, or 0 if it has none, for the caller to
    /// set. There are no more entries than lines in use, so one is always free.
    [[nodiscard]] std::uint32_t& first_of(const credential_id& id) noexcept {
        std::size_t at = index_home_of(id);
        while (m_index[at] != 0 && m_lines[m_index[at] - 1].credential() != id) at = at + 1 == m_size ? 0 : at + 1;
        return m_index[at];
    }
    [[nodiscard]] std::size_t index_home_of(const credential_id& id) const noexcept {
        const auto words = std::bit_cast<std::array<std::uint64_t, 2>>(id);
        return home_of(handle{words[0] ^ words[1]});
    }

    struct count {  // one word
        std::uint32_t uses = 0;
        line_seconds last = 0;
    };
    static constexpr std::size_t counts_per_mark = 4'096;
    // One for the program, even where its shared objects hide their symbols: a table may be replaced by another object.
    [[gnu::visibility("default")]] static inline std::atomic<std::uint64_t> next_serial{1};

    line_table(std::size_t size, page_block lines, page_block details, page_block links, page_block index)
        : m_size{size},
          m_block{std::move(lines)},
          m_details_block{std::move(details)},
          m_link_block{std::move(links)},
          m_index_block{std::move(index)},
          // Zeroed memory is a free line and empty details: in practice these are implicit-lifetime
          // types.
          m_lines{reinterpret_cast<line*>(m_block.data())},
          m_details{reinterpret_cast<line_details*>(m_details_block.data())},
          m_links{reinterpret_cast<line_link*>(m_link_block.data())},
          m_index{reinterpret_cast<std::uint32_t*>(m_index_block.data())},
          m_counted(size / counts_per_mark + 1) {}

    std::size_t m_size;
    page_block m_block;
    page_block m_details_block;
    page_block m_link_block;
    page_block m_index_block;
    line* m_lines;
    line_details* m_details;  // of each line
    line_link* m_links;
    std::uint32_t* m_index;  // of credentials, by open addressing: see first_of
    mutable std::vector<std::atomic<bool>> m_counted;
    std::uint64_t m_serial = next_serial.fetch_add(1, std::memory_order_relaxed);
    std::size_t m_used = 0;
    std::size_t m_dead = 0;
};

}  // namespace shearline::inline v0_1::detail
