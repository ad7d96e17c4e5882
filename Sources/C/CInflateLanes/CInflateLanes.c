// layerverify: DEFLATE data of several streams decoded in lockstep.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "CInflateLanes.h"
#include "TokenLoop.h"
#include <limits.h>
#include <stdatomic.h>

// The token loop for each number of lanes, for each number of those in two planes, and for each kind of CPU.

#define LV_MAXIMUM LV_INFLATE_MAXIMUM_LANE_COUNT
#define LV_EACH_KERNEL(define)                                                                                         \
    define(1, 0) define(1, 1)                                                                                          \
    define(2, 0) define(2, 1) define(2, 2)                                                                             \
    define(3, 0) define(3, 1) define(3, 2) define(3, 3)                                                                \
    define(4, 0) define(4, 1) define(4, 2) define(4, 3) define(4, 4)
// The tables below contain a null pointer where more lanes would be in two planes than there are.
#define LV_ROW_1(name) {name##_1_0, name##_1_1}
#define LV_ROW_2(name) {name##_2_0, name##_2_1, name##_2_2}
#define LV_ROW_3(name) {name##_3_0, name##_3_1, name##_3_2, name##_3_3}
#define LV_ROW_4(name) {name##_4_0, name##_4_1, name##_4_2, name##_4_3, name##_4_4}
#define LV_ROWS(name) {LV_ROW_1(name), LV_ROW_2(name), LV_ROW_3(name), LV_ROW_4(name)}

typedef void lv_kernel(lv_tables *tables, lv_inflate_state *const *states, long budget);

#define LV_PLAIN_KERNEL(lane_count, planes_count)                                                                      \
    static void decode_##lane_count##_##planes_count(                                                                  \
        lv_tables *tables, lv_inflate_state *const *states, long budget) {                                             \
        lv_decode_tokens(tables, states, budget, lane_count, planes_count, false);                                     \
    }
LV_EACH_KERNEL(LV_PLAIN_KERNEL)
static lv_kernel *const kernels[LV_MAXIMUM][LV_MAXIMUM + 1] = LV_ROWS(decode);

#if defined(__x86_64__)
#define LV_AVX2 __attribute__((target("avx2,bmi,bmi2")))
#define LV_AVX2_KERNEL(lane_count, planes_count)                                                                       \
    LV_AVX2 static void decode_avx2_##lane_count##_##planes_count(                                                     \
        lv_tables *tables, lv_inflate_state *const *states, long budget) {                                             \
        lv_decode_tokens(tables, states, budget, lane_count, planes_count, true);                                      \
    }
LV_EACH_KERNEL(LV_AVX2_KERNEL)
static lv_kernel *const avx2_kernels[LV_MAXIMUM][LV_MAXIMUM + 1] = LV_ROWS(decode_avx2);

static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}

static lv_kernel *kernel_for(size_t lane_count, size_t planes_count) {
    return (has_avx2() ? avx2_kernels : kernels)[lane_count - 1][planes_count];
}
#else
static lv_kernel *kernel_for(size_t lane_count, size_t planes_count) { return kernels[lane_count - 1][planes_count]; }
#endif

// The token loop that also hashes.

typedef long lv_hashing_kernel(
    lv_tables *tables, lv_inflate_state *const *states, long budget, lv_inflate_hashes *hashes);

#if defined(__x86_64__)
#include <cpuid.h>

#define LV_HASHING_KERNEL(lane_count, planes_count)                                                                    \
    LV_AVX2 static long decode_and_hash_##lane_count##_##planes_count(                                                 \
        lv_tables *tables, lv_inflate_state *const *states, long budget, lv_inflate_hashes *hashes) {                  \
        return lv_decode_tokens_and_hash(tables, states, budget, lane_count, planes_count, hashes);                    \
    }
LV_EACH_KERNEL(LV_HASHING_KERNEL)
static lv_hashing_kernel *const hashing_kernels[LV_MAXIMUM][LV_MAXIMUM + 1] = LV_ROWS(decode_and_hash);

int lv_inflate_hashing_is_supported(void) {
    // The CPUID instruction takes microseconds in a virtual machine. Threads that race here store the same value.
    static _Atomic int known;
    int answer = atomic_load_explicit(&known, memory_order_relaxed);
    if (answer == 0) {
        unsigned a, b, c, d;
        const bool has_sha = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
        answer = has_sha && has_avx2() ? 1 : -1;
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    return answer > 0;
}

static lv_hashing_kernel *hashing_kernel_for(size_t lane_count, size_t planes_count) {
    return lv_inflate_hashing_is_supported() ? hashing_kernels[lane_count - 1][planes_count] : NULL;
}
#else
int lv_inflate_hashing_is_supported(void) { return 0; }
static lv_hashing_kernel *hashing_kernel_for(size_t lane_count, size_t planes_count) {
    (void)lane_count, (void)planes_count;
    return NULL;
}
#endif

size_t lv_inflate_state_byte_count(void) { return sizeof(lv_inflate_state); }

size_t lv_inflate_planes_state_byte_count(void) { return sizeof(lv_inflate_state) + LV_PLANE_BYTE_COUNT; }

uint32_t lv_inflate_checksum(const lv_inflate_state *state) { return state->checksum; }

uint32_t lv_inflate_output_byte_count(const lv_inflate_state *state) { return state->output_byte_count; }

uint64_t lv_inflate_block_count(const lv_inflate_state *state) { return state->block_count; }

/// The same place in the second plane.
static uint8_t *second_plane(uint8_t *first) { return first + LV_PLANE_BYTE_COUNT; }

/// The number of bytes of content that distances can reach.
static uint32_t reach_of(const lv_inflate_state *state) {
    const size_t byte_count = (size_t)(state->out - state->oldest);
    return byte_count < LV_WINDOW_BYTE_COUNT ? (uint32_t)byte_count : LV_WINDOW_BYTE_COUNT;
}

void lv_inflate_initialize(lv_inflate_state *state) {
    // The window need not be set: the token loop may read beyond the content, but only the bytes before `out` are
    // output.
    memset(state, 0, offsetof(lv_inflate_state, window));
    state->out = state->window + LV_WINDOW_BYTE_COUNT;
    lv_inflate_begin(state);
}

void lv_inflate_begin(lv_inflate_state *state) {
    state->stage = LV_BLOCK_HEADER;
    state->put_out = state->oldest = state->out;
    state->checksum = 0;
    state->output_byte_count = 0;
    state->used_bits = 0;
    state->carry_byte_count = 0;
    state->is_in_planes = false;
    state->is_comparison_due = false;
    state->planes_byte_count = 0;
    state->block_count = 0;
}

void lv_inflate_begin_unknown(lv_inflate_state *state, uint32_t used_bits) {
    state->out = state->window + LV_WINDOW_BYTE_COUNT;
    lv_inflate_begin(state);
    state->oldest = state->window;
    state->used_bits = used_bits;
    state->is_in_planes = true;
    for (unsigned k = 0; k < LV_WINDOW_BYTE_COUNT; k++) {
        state->window[k] = (uint8_t)k;
        second_plane(state->window)[k] = (uint8_t)(k + k / 256 + 1);
    }
}

int lv_inflate_is_in_planes(const lv_inflate_state *state) { return (int)state->is_in_planes; }

uint64_t lv_inflate_planes_byte_count(const lv_inflate_state *state) { return state->planes_byte_count; }

uint32_t lv_inflate_used_bits(const lv_inflate_state *state) { return state->used_bits; }

int64_t lv_inflate_next_bit(const lv_inflate_state *state) {
    return (int64_t)state->used_bits - 8 * (int64_t)state->carry_byte_count;
}

size_t lv_inflate_copy_window(const lv_inflate_state *state, uint8_t *window) {
    const size_t byte_count = reach_of(state), unused = LV_WINDOW_BYTE_COUNT - byte_count;
    memset(window, 0, unused);
    memcpy(window + unused, state->out - byte_count, byte_count);
    return byte_count;
}

void lv_inflate_resolve_state(lv_inflate_state *state, const uint8_t *window) {
    if (!state->is_in_planes) return;
    uint8_t *first = state->out - LV_WINDOW_BYTE_COUNT;
    if (first > state->put_out) first = state->put_out;
    lv_inflate_resolve(first, second_plane(first), (size_t)(state->out - first), window);
    state->is_in_planes = false;
    state->is_comparison_due = false;
}

// MARK: Output

/// The end of the area in which the token loop may begin a token.
static uint8_t *work_end(lv_inflate_state *state) {
    return state->window + LV_WINDOW_BYTE_COUNT + LV_WORK_BYTE_COUNT;
}

/// Outputs as much as fits into the lane's room; returns false if something is left.
static bool put_out(lv_inflate_lane *lane) {
    lv_inflate_state *state = lane->state;
    size_t byte_count = (size_t)(state->out - state->put_out);
    if (byte_count > lane->output_byte_count) byte_count = lane->output_byte_count;
    if (byte_count > 0) {
        if (state->is_in_planes) {
            memcpy(lane->output, state->put_out, byte_count);
            memcpy(lane->second_output, second_plane(state->put_out), byte_count);
            lane->second_output += byte_count;
            state->planes_byte_count += byte_count;
        } else {
            state->checksum = lv_crc32_copy(state->checksum, lane->output, state->put_out, byte_count);
        }
        state->output_byte_count += (uint32_t)byte_count;
        state->put_out += byte_count;
        lane->output += byte_count;
        lane->output_byte_count -= byte_count;
    }
    return state->put_out == state->out;
}

/// Moves the last 32 KiB, or everything that was not output if that is more, to the front. Returns false if this frees
/// nothing.
static bool make_room(lv_inflate_state *state) {
    const uint8_t *first = state->out - LV_WINDOW_BYTE_COUNT;
    if (first > state->put_out) first = state->put_out;
    const size_t shift = (size_t)(first - state->window);
    if (shift == 0) return false;
    memmove(state->window, first, (size_t)(state->out - first));
    if (state->is_in_planes)
        memmove(second_plane(state->window), first + LV_PLANE_BYTE_COUNT, (size_t)(state->out - first));
    state->out -= shift;
    state->put_out -= shift;
    state->oldest = (size_t)(state->oldest - state->window) > shift ? state->oldest - shift : state->window;
    return true;
}

// MARK: Input

/// A range of contiguous bits; some bytes after its end may be read.
typedef struct {
    uint64_t position, end;
    /// True if the bits are in `carry`.
    bool is_copy;
} lv_view;

// A position in the input is one number, so that the token loop needs one register for it. This loses the three highest
// bits of an address. They are zero unless a tool uses them for tags (HWASan); such input is not accepted.

static bool fits_in_bits(const uint8_t *byte) { return (uint64_t)(uintptr_t)byte >> 61 == 0; }

static uint64_t address_in_bits(const uint8_t *byte) { return (uint64_t)(uintptr_t)byte << 3; }

static const uint8_t *next_byte(const lv_inflate_state *state) {
    return (const uint8_t *)(uintptr_t)(state->position >> 3);
}

static size_t input_byte_count(const lv_inflate_state *state) { return (size_t)(state->input_end - next_byte(state)); }

/// Returns the input itself if it is at least as long as the longest item, otherwise a copy of it, appended to the
/// carry.
static lv_view open_view(lv_inflate_state *state) {
    const size_t left = input_byte_count(state);
    if (state->carry_byte_count == 0 && left >= LV_LONGEST_ITEM + 8)
        return (lv_view){state->position, address_in_bits(state->input_end), false};
    size_t copied = LV_CARRY_CAPACITY - state->carry_byte_count;
    if (copied > left) copied = left;
    uint8_t *end = state->carry + state->carry_byte_count;
    if (copied > 0) memcpy(end, next_byte(state), copied);
    end += copied;
    memset(end, 0, LV_VIEW_MARGIN);
    if (state->carry_byte_count == 0) state->used_bits = (uint32_t)(state->position & 7);
    return (lv_view){address_in_bits(state->carry) + state->used_bits, address_in_bits(end), true};
}

/// Continues after the items that were decoded from a view. The first of them ends within this input.
static void close_view(lv_inflate_state *state, lv_view view) {
    if (!view.is_copy) {
        state->position = view.position;
        return;
    }
    const uint64_t used = view.position - address_in_bits(state->carry);
    state->position = address_in_bits(next_byte(state)) + used - 8 * (uint64_t)state->carry_byte_count;
    state->carry_byte_count = 0;
}

/// Keeps the rest of the input, which contains no complete item.
static void carry_over(lv_inflate_state *state, lv_view view) {
    state->carry_byte_count = (uint32_t)((view.end - address_in_bits(state->carry)) >> 3);
    // Without any input the next byte, with its used bits, is still to come.
    if (state->carry_byte_count > 0) state->position = address_in_bits(state->input_end);
}

// MARK: Blocks

typedef enum { LV_COMPLETE, LV_INCOMPLETE, LV_MALFORMED } lv_reading;

/// Takes the next bits of a view; at most 32.
static uint32_t take(lv_view *view, unsigned count) {
    const uint32_t bits = (uint32_t)(lv_bits(view->position) & ((1ull << count) - 1));
    view->position += count;
    return bits;
}

/// A result is only valid if the view has all bits that were read.
static lv_reading checked(const lv_view *view, bool is_right) {
    if (view->position > view->end) return LV_INCOMPLETE;
    return is_right ? LV_COMPLETE : LV_MALFORMED;
}

static void fill_distances(lv_inflate_state *state) {
    state->reach = reach_of(state);
    lv_fill_distances(state->tables, &state->distance_code, state->reach);
}

static bool use_codes(
    lv_inflate_state *state, const uint8_t *literal_lengths, unsigned literal_count, const uint8_t *distance_lengths,
    unsigned distance_count) {
    state->has_fixed_codes = false;
    if (!lv_code_make(&state->literal_code, literal_lengths, literal_count)) return false;
    if (!lv_code_make(&state->distance_code, distance_lengths, distance_count)) return false;
    lv_fill_literals(state->tables, &state->literal_code);
    fill_distances(state);
    state->stage = LV_SYMBOLS;
    return true;
}

/// Spec: RFC 1951 §3.2.4.
static lv_reading read_stored_header(lv_inflate_state *state, lv_view *view) {
    view->position = (view->position + 7) & ~7ull;
    const uint32_t length = take(view, 16), complement = take(view, 16);
    const lv_reading reading = checked(view, length == (complement ^ 0xffff));
    if (reading == LV_COMPLETE) {
        state->stored_byte_count = length;
        state->stage = LV_STORED_BYTES;
    }
    return reading;
}

/// Spec: RFC 1951 §3.2.6. A block may take ten bits, so the tables are not filled again for each.
static void use_fixed_codes(lv_inflate_state *state) {
    if (state->has_fixed_codes) {
        state->stage = LV_SYMBOLS;
        return;
    }
    uint8_t lengths[LV_LITERAL_CODE_CAPACITY + LV_DISTANCE_CODE_CAPACITY];
    memset(lengths, 8, 144);
    memset(lengths + 144, 9, 112);
    memset(lengths + 256, 7, 24);
    memset(lengths + 280, 8, 8);
    memset(lengths + 288, 5, 32);
    use_codes(state, lengths, 288, lengths + 288, 32);
    state->has_fixed_codes = true;
}

/// Spec: RFC 1951 §3.2.7.
static lv_reading read_dynamic_header(lv_inflate_state *state, lv_view *view) {
    const unsigned literal_count = 257 + take(view, 5), distance_count = 1 + take(view, 5);
    const unsigned length_code_count = 4 + take(view, 4);
    // There are 286 and 30 symbols. Like zlib, this decoder refuses larger counts, which the fields can express.
    if (literal_count > 286 || distance_count > 30) return checked(view, false);

    // The code of the code lengths.
    static const uint8_t order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    uint8_t code_lengths[19] = {0};
    for (unsigned i = 0; i < length_code_count; i++) code_lengths[order[i]] = (uint8_t)take(view, 3);
    lv_code code;
    if (!lv_code_make(&code, code_lengths, 19)) return checked(view, false);
    // zlib requires a complete code. Without any code it decodes each bit as a length of zero, and then the
    // end-of-block code is missing.
    if (code.longest > 0 && code.limits[code.longest] != 1u << LV_LONGEST_CODE) return checked(view, false);
    lv_code_length_table table;
    lv_fill_code_lengths(&table, &code);

    uint8_t lengths[286 + 30];
    const unsigned count = literal_count + distance_count;
    for (unsigned i = 0; i < count;) {
        const uint64_t bits = lv_bits(view->position);
        const unsigned symbol = table.symbols[bits & 127], used = table.bits[bits & 127];
        const uint32_t extra = (uint32_t)(bits >> used);
        view->position += used;
        if (symbol < 16) {
            lengths[i++] = (uint8_t)symbol;
        } else {
            unsigned repeat;
            uint8_t length = 0;
            if (symbol == 16) {
                view->position += 2;
                if (i == 0) return checked(view, false);
                length = lengths[i - 1];
                repeat = 3 + (extra & 3);
            } else if (symbol == 17) {
                view->position += 3;
                repeat = 3 + (extra & 7);
            } else {
                view->position += 7;
                repeat = 11 + (extra & 127);
            }
            if (repeat > count - i) return checked(view, false);
            memset(lengths + i, length, repeat);
            i += repeat;
        }
        if (view->position > view->end) return LV_INCOMPLETE;
    }
    if (lengths[LV_END_OF_BLOCK] == 0) return LV_MALFORMED;
    if (!use_codes(state, lengths, literal_count, lengths + literal_count, distance_count)) return LV_MALFORMED;
    return LV_COMPLETE;
}

/// Spec: RFC 1951 §3.2.3. If the header is complete, sets the stage for the block's data.
static lv_reading read_block_header(lv_inflate_state *state, lv_view *view) {
    const bool is_last = take(view, 1);
    const uint32_t type = take(view, 2);
    lv_reading reading = checked(view, type != 3);
    if (reading != LV_COMPLETE) return reading;
    switch (type) {
    case 0: reading = read_stored_header(state, view); break;
    case 1: use_fixed_codes(state); break;
    default: reading = read_dynamic_header(state, view); break;
    }
    if (reading != LV_COMPLETE) return reading;
    state->is_last_block = is_last;
    state->block_count++;
    return reading;
}

// MARK: Lanes

/// Ends a lane's part in this call after its content was output.
static long stop(lv_inflate_lane *lane, lv_inflate_status status) {
    lane->status = put_out(lane) ? status : LV_INFLATE_OUTPUT_FULL;
    return 0;
}

static long stop_for_input(lv_inflate_lane *lane, lv_view view) {
    carry_over(lane->state, view);
    return stop(lane, LV_INFLATE_NEEDS_INPUT);
}

enum {
    /// With less input the loop is not entered; the rest is decoded symbol by symbol.
    LV_LEAST_INPUT = LV_INPUT_RESERVE + 8 * LV_TOKEN_INPUT,
    LV_LEAST_ROOM = 8 * LV_TOKEN_OUTPUT,
};

/// The number of tokens that the loop may decode for a lane with at least `LV_LEAST_INPUT` and `LV_LEAST_ROOM`.
static long budget_of(lv_inflate_state *state) {
    // At the beginning of a stream there is no content to refer to, and all distances are exceptions. The table is
    // filled again when there is twice as much content as it was made for.
    const uint32_t reach = reach_of(state);
    if (state->reach < reach && (reach >= 2 * state->reach || reach == LV_WINDOW_BYTE_COUNT)) fill_distances(state);
    const long by_input = (long)(input_byte_count(state) - LV_INPUT_RESERVE) / LV_TOKEN_INPUT;
    const long by_room = (work_end(state) - state->out) / LV_TOKEN_OUTPUT;
    long budget = by_input < by_room ? by_input : by_room;
    const long by_reach = 32 + state->reach / 8;
    if (state->reach < LV_WINDOW_BYTE_COUNT && by_reach < budget) budget = by_reach;
    return budget;
}

/// The beginning of a lane's input. Without input the address may be null; any other address will do.
static const uint8_t *input_of(const lv_inflate_lane *lane) {
    return lane->input_byte_count > 0 ? lane->input : lane->state->carry;
}

/// Processes a lane until the token loop can continue. Returns the number of tokens that the loop may decode; 0 if the
/// lane stops here.
static long prepare(lv_inflate_lane *lane) {
    lv_inflate_state *state = lane->state;
    lane->status = LV_INFLATE_CAN_GO_ON;
    for (;;) {
        if (work_end(state) - state->out < LV_LEAST_ROOM) {
            const bool is_all_out = put_out(lane);
            if (!make_room(state)) return stop(lane, LV_INFLATE_OUTPUT_FULL);
            state->is_comparison_due = state->is_in_planes;
            if (!is_all_out) return stop(lane, LV_INFLATE_OUTPUT_FULL);
        }
        // Content that is not yet output could not be output as one plane, so the comparison waits until there is none.
        if (state->is_comparison_due && put_out(lane)) {
            state->is_comparison_due = false;
            uint8_t *const last = state->out - LV_WINDOW_BYTE_COUNT;
            if (memcmp(last, second_plane(last), LV_WINDOW_BYTE_COUNT) == 0) {
                state->is_in_planes = false;
                return stop(lane, LV_INFLATE_KNOWN);
            }
        }
        switch ((lv_stage)state->stage) {
        case LV_BLOCK_HEADER: {
            // A header in the carry began before this input.
            if (state->carry_byte_count == 0 && state->position - address_in_bits(input_of(lane)) >= lane->stop_bit)
                return stop(lane, LV_INFLATE_STOPPED);
            lv_view view = open_view(state);
            const lv_reading reading = read_block_header(state, &view);
            if (reading == LV_INCOMPLETE) return stop_for_input(lane, view);
            close_view(state, view);
            if (reading == LV_MALFORMED) state->stage = LV_DAMAGE;
            break;
        }
        case LV_STORED_BYTES: {
            size_t byte_count = input_byte_count(state);
            const size_t room = (size_t)(work_end(state) - state->out);
            if (byte_count > room) byte_count = room;
            if (byte_count > state->stored_byte_count) byte_count = state->stored_byte_count;
            if (byte_count == 0 && state->stored_byte_count > 0) return stop(lane, LV_INFLATE_NEEDS_INPUT);
            if (byte_count > 0) memcpy(state->out, next_byte(state), byte_count);
            if (byte_count > 0 && state->is_in_planes) memcpy(second_plane(state->out), next_byte(state), byte_count);
            state->out += byte_count;
            state->position += 8 * (uint64_t)byte_count;
            state->stored_byte_count -= (uint32_t)byte_count;
            if (state->stored_byte_count == 0) state->stage = state->is_last_block ? LV_DATA_END : LV_BLOCK_HEADER;
            break;
        }
        case LV_SYMBOLS: {
            if (state->carry_byte_count == 0 && input_byte_count(state) >= LV_LEAST_INPUT) return budget_of(state);
            lv_view view = open_view(state);
            // A symbol that was carried over is completed; otherwise all complete symbols in the rest of the input are
            // decoded.
            const bool is_carried = state->carry_byte_count > 0;
            bool is_incomplete = false;
            do {
                const lv_place place = lv_decode_symbol(state, view.position, state->out);
                is_incomplete = place.position > view.end;
                if (is_incomplete) {
                    state->stage = LV_SYMBOLS;
                    break;
                }
                view.position = place.position;
                state->out = place.out;
            } while (!is_carried && state->stage == LV_SYMBOLS && state->out < work_end(state));
            if (is_incomplete && is_carried) return stop_for_input(lane, view);
            close_view(state, view);
            if (is_incomplete) return stop_for_input(lane, open_view(state));
            break;
        }
        case LV_DATA_END:
            state->position = (state->position + 7) & ~7ull;
            return stop(lane, LV_INFLATE_DATA_ENDED);
        case LV_DAMAGE:
            return stop(lane, LV_INFLATE_FAILED);
        }
    }
}

static void enter(lv_inflate_lane *lane, lv_tables *tables) {
    lv_inflate_state *state = lane->state;
    const uint8_t *input = input_of(lane);
    state->position = address_in_bits(input);
    if (state->carry_byte_count == 0) state->position += state->used_bits;
    state->input_end = input + lane->input_byte_count;
    state->tables = tables;
    if (state->stage == LV_SYMBOLS) *tables = state->resting_tables;
    else state->has_fixed_codes = false;
}

static void leave(lv_inflate_lane *lane) {
    lv_inflate_state *state = lane->state;
    if (state->stage == LV_SYMBOLS) state->resting_tables = *state->tables;
    // A partly used byte remains in the input.
    if (state->carry_byte_count == 0) state->used_bits = (uint32_t)(state->position & 7);
    const size_t taken = lane->input_byte_count - input_byte_count(state);
    if (taken > 0) lane->input += taken;
    lane->input_byte_count -= taken;
}

void lv_inflate_advance(lv_inflate_lane *lanes, size_t lane_count) {
    lv_inflate_advance_and_hash(lanes, lane_count, NULL, 0);
}

void lv_inflate_advance_and_hash(
    lv_inflate_lane *lanes, size_t lane_count, lv_inflate_hashes *hashes, size_t count) {
    if (lane_count == 0 || lane_count > LV_INFLATE_MAXIMUM_LANE_COUNT) return;
    _Alignas(64) lv_tables tables[LV_INFLATE_MAXIMUM_LANE_COUNT];
    bool is_supported = true;
    for (size_t i = 0; i < lane_count; i++) {
        const bool is_usable = fits_in_bits((const uint8_t *)lanes[i].state) && fits_in_bits(lanes[i].input);
        lanes[i].status = is_usable ? LV_INFLATE_CAN_GO_ON : LV_INFLATE_UNSUPPORTED;
        is_supported = is_supported && is_usable;
    }
    if (!is_supported) return;
    // Lanes in two planes come last. None of them leaves its planes without ending this call.
    lv_inflate_lane *order[LV_INFLATE_MAXIMUM_LANE_COUNT];
    lv_inflate_state *states[LV_INFLATE_MAXIMUM_LANE_COUNT];
    size_t known_count = 0, planes_count = 0;
    for (size_t i = 0; i < lane_count; i++)
        if (!lanes[i].state->is_in_planes) order[known_count++] = &lanes[i];
    for (size_t i = 0; i < lane_count; i++)
        if (lanes[i].state->is_in_planes) order[known_count + planes_count++] = &lanes[i];
    lv_kernel *const kernel = kernel_for(lane_count, planes_count);
    lv_hashing_kernel *const hashing_kernel = hashing_kernel_for(lane_count, planes_count);
    if (hashing_kernel == NULL) count = 0;
    for (size_t i = 0; i < lane_count; i++) {
        enter(order[i], &tables[i]);
        states[i] = order[i]->state;
    }
    for (;;) {
        long budget = LONG_MAX;
        for (size_t i = 0; i < lane_count; i++) {
            const long own = prepare(order[i]);
            if (own < budget) budget = own;
        }
        if (budget == 0) break;
        while (count > 0 && budget > 0) {
            if (hashes->block_count > 0) budget = hashing_kernel(tables, states, budget, hashes);
            if (hashes->block_count > 0) break;
            hashes++;
            count--;
        }
        if (budget > 0) kernel(tables, states, budget);
    }
    for (size_t i = 0; i < lane_count; i++) leave(&lanes[i]);
}
